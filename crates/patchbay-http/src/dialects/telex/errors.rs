//! How Telex says no.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use patchbay_application::{AppError, AuthRefusal, Conflict, Entity, Fault, UnusableManifest};
use patchbay_domain::{ExchangeError, FetchError, UniqueRule};
use serde::Serialize;
use utoipa::ToSchema;

use super::{APP_KEY_HEADER, Telex};
use crate::kernel::{PREFERENCE_APPLIED, Refusal, Seen, prefers};

/// The body of every refusal.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    /// That it is one.
    #[schema(pattern = "^error$")]
    status: &'static str,
    /// The status code of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status_code: u16,
    /// What failed, in words that depend on the operation alone.
    message: &'a str,
    /// Why.
    error: &'a str,
    /// Each fault of what was sent, where the client prefers `details` (RFC 7240).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(inline)]
    details: Option<Vec<Detail>>,
}

/// One fault of what was sent.
#[derive(Serialize, ToSchema)]
pub struct Detail {
    /// The member that is wrong; the part of the request where it is all of it.
    field: String,
    /// What is wrong with it.
    reason: String,
}

impl From<&Fault> for Detail {
    fn from(fault: &Fault) -> Self {
        Self { field: fault.place().to_owned(), reason: fault.reason.to_string() }
    }
}

/// What a client prefers that wants every fault apart.
const DETAILS: &str = "details";

/// The members of a refusal that differ.
struct Said {
    status: StatusCode,
    message: &'static str,
    error: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Said {
    fn new(status: StatusCode, message: &'static str, error: &dyn ToString) -> Self {
        Self { status, message, error: error.to_string(), header: None }
    }

    fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }
}

/// Writes any refusal in Telex's shape.
pub fn render(seen: &Seen<'_, Telex>, refusal: &Refusal) -> HttpResponse {
    let said = match refusal {
        Refusal::App(error) => said_of(seen, error),
        Refusal::NoRoute => Said::new(StatusCode::NOT_FOUND, "Not found", &"no such route"),
        Refusal::WrongMethod { allowed } => wrong_method(seen, allowed),
        Refusal::BodyTooLarge { limit } => Said::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Payload too large",
            &format_args!("the body has more than {limit} bytes"),
        ),
        Refusal::BodyUnreadable | Refusal::NotJsonType => invalid(seen, &"the body could not be read"),
        Refusal::TooManyRequests { retry_after } => {
            Said::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", &"rate limit exceeded")
                .with(RETRY_AFTER, HeaderValue::from(*retry_after))
        }
        Refusal::TimedOut => timed_out(),
    };
    let details = details_of(seen, refusal);
    let is_detailed = details.is_some();
    let body = ErrorBody {
        status: "error",
        status_code: said.status.as_u16(),
        message: said.message,
        error: &said.error,
        details,
    };
    let mut response = HttpResponse::build(said.status).json(body);
    if is_detailed {
        response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static(DETAILS));
    }
    if let Some((name, value)) = said.header {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The faults of what was sent, if the client prefers to know each.
fn details_of(seen: &Seen<'_, Telex>, refusal: &Refusal) -> Option<Vec<Detail>> {
    match refusal {
        Refusal::App(AppError::Invalid(faults)) if prefers(seen.request, DETAILS) => {
            Some(faults.iter().map(Detail::from).collect())
        }
        _ => None,
    }
}

fn said_of(seen: &Seen<'_, Telex>, error: &AppError) -> Said {
    match error {
        AppError::Invalid(faults) => invalid(seen, faults),
        AppError::Configuration(why) => invalid(seen, why),
        AppError::Unauthenticated(refusal) => unauthenticated(seen, *refusal),
        AppError::Forbidden(_) | AppError::OtherEnvironment => {
            Said::new(StatusCode::FORBIDDEN, "Forbidden", error)
        }
        AppError::NotFound(entity) => not_found(seen, *entity, error),
        AppError::Manifest(UnusableManifest::Fetch(FetchError::NotAUrl)) => {
            invalid(seen, &"json_url must be an absolute http(s) URL")
        }
        AppError::Manifest(why) => invalid(seen, why),
        AppError::Exchange(error @ (ExchangeError::CodeRefused { .. } | ExchangeError::Ended { .. })) => {
            invalid(seen, error)
        }
        AppError::Exchange(error) => not_granted(error),
        AppError::Conflict(Conflict::Taken(UniqueRule::Connection | UniqueRule::Account)) => {
            Said::new(StatusCode::CONFLICT, "Integration app already exists", &"connected already")
        }
        AppError::Conflict(Conflict::InProgress) => {
            Said::new(StatusCode::CONFLICT, "Integration app already exists", error)
        }
        AppError::Conflict(Conflict::Taken(UniqueRule::CustomManifest)) => {
            Said::new(StatusCode::CONFLICT, "Integration app already exists", &"same json_url")
        }
        AppError::Conflict(Conflict::Taken(_) | Conflict::IdTaken(_)) => {
            Said::new(StatusCode::CONFLICT, "Integration app already exists", &"same name and json_url")
        }
        AppError::Conflict(Conflict::Running | Conflict::Twin) => {
            Said::new(StatusCode::CONFLICT, "Request in progress", &Conflict::Running)
        }
        AppError::PreconditionFailed => {
            Said::new(StatusCode::PRECONDITION_FAILED, "Precondition failed", error)
        }
        AppError::NameReused => Said::new(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable request", error),
        AppError::NotVerified { .. }
        | AppError::Incomplete(_)
        | AppError::Unranked(_)
        | AppError::ProviderFixed
        | AppError::Conflict(Conflict::LabelInUse | Conflict::Ambiguous) => invalid(seen, error),
        AppError::Conflict(Conflict::Changed)
        | AppError::NotAnswered(_)
        | AppError::Busy(_)
        | AppError::Unavailable(_) => {
            Said::new(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable", error)
                .with(RETRY_AFTER, HeaderValue::from_static("1"))
        }
        AppError::TimedOut(_) => timed_out(),
        AppError::Internal(_) => Said::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", error),
    }
}

fn invalid(seen: &Seen<'_, Telex>, error: &dyn ToString) -> Said {
    let Some(words) = seen.operation.map(|operation| operation.words) else {
        return Said::new(StatusCode::BAD_REQUEST, "Invalid request", error);
    };
    let said = Said::new(words.invalid_status, words.invalid, error);
    if words.invalid_status != StatusCode::UNAUTHORIZED {
        return said;
    }
    // It is not the key that is at fault: the challenge tells the two apart.
    said.with(
        WWW_AUTHENTICATE,
        HeaderValue::from_static(r#"Bearer realm="patchbay", error="invalid_request""#),
    )
}

/// A provider gave nothing, and the caller's code is not known to be at fault.
fn not_granted(error: &ExchangeError) -> Said {
    let said = Said::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error", error);
    if error.may_pass() { said.with(RETRY_AFTER, HeaderValue::from_static("30")) } else { said }
}

fn not_found(seen: &Seen<'_, Telex>, entity: Entity, error: &AppError) -> Said {
    let message = seen.operation.map_or("Not found", |operation| match entity {
        Entity::Integration | Entity::Connection | Entity::AnySetting => operation.words.absent.integration,
        Entity::Setting => operation.words.absent.setting,
        _ => operation.words.absent.organisation,
    });
    Said::new(StatusCode::NOT_FOUND, message, error)
}

fn unauthenticated(seen: &Seen<'_, Telex>, refusal: AuthRefusal) -> Said {
    let headers = seen.request.headers();
    let with_app_key = headers.contains_key(APP_KEY_HEADER) && !headers.contains_key("authorization");
    let message =
        if with_app_key && refusal != AuthRefusal::Missing { "invalid API key" } else { "Unauthorized" };
    Said::new(StatusCode::UNAUTHORIZED, message, &"Invalid or missing authentication token")
        .with(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Bearer realm="patchbay", error="invalid_token""#))
}

fn wrong_method(seen: &Seen<'_, Telex>, allowed: &str) -> Said {
    let error = format_args!("{} is not supported here", seen.request.method());
    let said = Said::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", &error);
    match HeaderValue::from_str(allowed) {
        Ok(allowed) => said.with(ALLOW, allowed),
        Err(_) => said,
    }
}

fn timed_out() -> Said {
    Said::new(StatusCode::GATEWAY_TIMEOUT, "Request timed out", &"the request took too long")
}
