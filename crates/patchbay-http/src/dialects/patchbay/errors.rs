//! How the native API says no: as problem details (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use patchbay_application::{AppError, AuthRefusal, Conflict, Fault, Faults, Location};
use patchbay_domain::ExchangeError;
use serde::Serialize;
use utoipa::ToSchema;

use super::Patchbay;
use crate::kernel::{Refusal, Seen};

const PROBLEM_JSON: &str = "application/problem+json";

/// The type of a problem of which its status says everything (RFC 9457 §4.2.1).
const BLANK: &str = "about:blank";

/// The body of every refusal.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    /// Which kind of problem it is: a name that never changes, or `about:blank` where the status
    /// says it all.
    #[schema(format = "uri")]
    r#type: &'a str,
    /// The kind in words, the same for each problem of it.
    title: &'a str,
    /// The status code of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time.
    detail: &'a str,
    /// Each fault of what was sent.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(inline, required = false)]
    errors: &'a [FaultView],
}

/// One fault of what was sent, and where it is.
#[derive(Serialize, ToSchema)]
pub struct FaultView {
    /// The place in the body, as a JSON pointer (RFC 6901 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pointer: Option<String>,
    /// The name of a parameter of the query or the path, or of a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    parameter: Option<String>,
    /// What is wrong with it.
    detail: String,
}

impl From<&Fault> for FaultView {
    fn from(fault: &Fault) -> Self {
        let detail = fault.reason.to_string();
        match fault.location {
            Location::Body => {
                Self { pointer: Some(pointer(fault.field.as_deref())), parameter: None, detail }
            }
            Location::Header | Location::Path | Location::Query => {
                Self { pointer: None, parameter: Some(fault.place().to_owned()), detail }
            }
        }
    }
}

/// Where a member is that is named by its path; `#` is the whole body.
fn pointer(field: Option<&str>) -> String {
    let steps = field.into_iter().flat_map(|field| field.split('.'));
    steps
        .fold("#".to_owned(), |place, step| format!("{place}/{}", step.replace('~', "~0").replace('/', "~1")))
}

/// What of a refusal differs.
struct Problem {
    status: StatusCode,
    of_type: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FaultView>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// One of which the status says everything but the detail.
    fn plain(status: StatusCode, detail: &dyn ToString) -> Self {
        Self::of(status, BLANK, status.canonical_reason().unwrap_or_default(), detail)
    }

    /// One of a type of its own.
    fn of(status: StatusCode, of_type: &'static str, title: &'static str, detail: &dyn ToString) -> Self {
        Self { status, of_type, title, detail: detail.to_string(), errors: Vec::new(), header: None }
    }

    fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    fn retry_after(self, seconds: u64) -> Self {
        self.with(RETRY_AFTER, HeaderValue::from(seconds))
    }
}

/// Writes any refusal as a problem.
pub fn render(seen: &Seen<'_, Patchbay>, refusal: &Refusal) -> HttpResponse {
    let problem = match refusal {
        Refusal::App(error) => problem_of(error),
        Refusal::NoRoute => Problem::plain(StatusCode::NOT_FOUND, &"no such path"),
        Refusal::WrongMethod { allowed } => wrong_method(seen, allowed),
        Refusal::BodyTooLarge { limit } => {
            let detail = format!("the body has more than {limit} bytes");
            Problem::plain(StatusCode::PAYLOAD_TOO_LARGE, &detail)
        }
        Refusal::BodyUnreadable | Refusal::NotJsonType => invalid(&"the body could not be read", Vec::new()),
        Refusal::TooManyRequests { retry_after } => {
            Problem::plain(StatusCode::TOO_MANY_REQUESTS, &"rate limit exceeded").retry_after(*retry_after)
        }
        Refusal::TimedOut => Problem::plain(StatusCode::GATEWAY_TIMEOUT, &"the request took too long"),
    };
    let Problem { status, of_type, title, detail, errors, header } = &problem;
    let body = ErrorBody { r#type: of_type, title, status: status.as_u16(), detail, errors };
    let mut response = HttpResponse::build(*status).content_type(PROBLEM_JSON).json(body);
    if let Some((name, value)) = header {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

fn problem_of(error: &AppError) -> Problem {
    match error {
        AppError::Invalid(faults) => invalid(faults, faults_of(faults)),
        AppError::Configuration(why) => invalid(why, Vec::new()),
        AppError::NotVerified { .. }
        | AppError::Incomplete(_)
        | AppError::Unranked(_)
        | AppError::ProviderFixed
        | AppError::Manifest(_)
        | AppError::Conflict(Conflict::LabelInUse | Conflict::Ambiguous) => invalid(error, Vec::new()),
        AppError::Unauthenticated(refusal) => unauthenticated(*refusal, error),
        AppError::Forbidden(_) | AppError::OtherEnvironment => Problem::plain(StatusCode::FORBIDDEN, error),
        AppError::NotFound(_) => Problem::plain(StatusCode::NOT_FOUND, error),
        AppError::Conflict(Conflict::Taken(_) | Conflict::IdTaken(_)) => {
            Problem::plain(StatusCode::CONFLICT, error)
        }
        AppError::Conflict(Conflict::Running | Conflict::Twin | Conflict::InProgress) => Problem::of(
            StatusCode::CONFLICT,
            "urn:patchbay:problem:request-in-progress",
            "The same is being done right now",
            &Conflict::Running,
        ),
        AppError::PreconditionFailed => Problem::plain(StatusCode::PRECONDITION_FAILED, error),
        AppError::NameReused => Problem::of(
            StatusCode::UNPROCESSABLE_ENTITY,
            "urn:patchbay:problem:idempotency-key-reused",
            "The idempotency key was used for another request",
            error,
        ),
        AppError::Exchange(why) => not_granted(why),
        AppError::Conflict(Conflict::Changed)
        | AppError::NotAnswered(_)
        | AppError::Busy(_)
        | AppError::Unavailable(_) => Problem::plain(StatusCode::SERVICE_UNAVAILABLE, error).retry_after(1),
        AppError::TimedOut(_) => Problem::plain(StatusCode::GATEWAY_TIMEOUT, error),
        AppError::Internal(_) => Problem::plain(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

fn invalid(detail: &dyn ToString, errors: Vec<FaultView>) -> Problem {
    let of_type = "urn:patchbay:problem:invalid-request";
    Problem { errors, ..Problem::of(StatusCode::BAD_REQUEST, of_type, "The request is not valid", detail) }
}

fn faults_of(faults: &Faults) -> Vec<FaultView> {
    faults.iter().map(FaultView::from).collect()
}

/// A key that is not sent is no invalid one (RFC 6750 §3.1).
fn unauthenticated(refusal: AuthRefusal, error: &AppError) -> Problem {
    let challenge = match refusal {
        AuthRefusal::Missing => r#"Bearer realm="patchbay""#,
        AuthRefusal::Malformed | AuthRefusal::Unknown | AuthRefusal::Revoked | AuthRefusal::Expired => {
            r#"Bearer realm="patchbay", error="invalid_token""#
        }
    };
    Problem::plain(StatusCode::UNAUTHORIZED, error)
        .with(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

/// Nobody can be sent to the provider, or it grants nothing.
fn not_granted(why: &ExchangeError) -> Problem {
    match why {
        ExchangeError::NotConfigured => Problem::of(
            StatusCode::CONFLICT,
            "urn:patchbay:problem:provider-not-configured",
            "Nobody can be sent to this provider",
            &"the installation has no OAuth application for this provider, or the provider knows no such way",
        ),
        ExchangeError::Incomplete { .. } => Problem::of(
            StatusCode::CONFLICT,
            "urn:patchbay:problem:integration-incomplete",
            "The integration lacks what its provider is asked with",
            why,
        ),
        ExchangeError::Refused { .. }
        | ExchangeError::Forged
        | ExchangeError::CodeRefused { .. }
        | ExchangeError::Ended { .. } => invalid(why, Vec::new()),
        ExchangeError::Throttled { .. } | ExchangeError::TimedOut | ExchangeError::Unreachable(_) => {
            Problem::plain(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(30)
        }
        ExchangeError::ClientRefused(_) | ExchangeError::Unexpected(_) => {
            Problem::plain(StatusCode::BAD_GATEWAY, why)
        }
    }
}

fn wrong_method(seen: &Seen<'_, Patchbay>, allowed: &str) -> Problem {
    let detail = format!("{} is not supported here", seen.request.method());
    let problem = Problem::plain(StatusCode::METHOD_NOT_ALLOWED, &detail);
    match HeaderValue::from_str(allowed) {
        Ok(allowed) => problem.with(ALLOW, allowed),
        Err(_) => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_to_the_member_that_is_meant() {
        for (field, expected) in [
            (None, "#"),
            (Some("return_to"), "#/return_to"),
            (Some("config.a/b"), "#/config/a~1b"),
            (Some("a~b"), "#/a~0b"),
        ] {
            assert_eq!(pointer(field), expected);
        }
    }
}
