//! How Novu says no.

mod faults;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, AUTHORIZATION, HeaderName, HeaderValue, LINK, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use patchbay_application::{AppError, AuthRefusal, Conflict, Entity, Missing};
use patchbay_domain::{ExchangeError, NoAnswer, ProviderId, UniqueRule};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Novu, SCHEME};
use crate::HttpState;
use crate::kernel::{Dialect, Refusal, Seen, timestamp_in_ms};

/// The body of every refusal. It stands in no envelope.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody<'a> {
    /// The status code of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status_code: u16,
    /// When it was refused.
    #[schema(format = "date-time")]
    timestamp: String,
    /// What was asked for, with its query.
    path: &'a str,
    /// What is wrong.
    message: &'a str,
    /// The reason phrase of the status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    error: Option<&'static str>,
    /// With 422: each member that is wrong, by its path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = std::collections::BTreeMap<String, faults::MemberView>, inline, required = false)]
    errors: Option<&'a Map<String, Value>>,
    /// With 500: what its line in the log is found by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = "uuid")]
    error_id: Option<String>,
}

/// What of a refusal differs.
struct Said {
    status: StatusCode,
    message: String,
    has_reason: bool,
    errors: Option<Map<String, Value>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Said {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), has_reason: true, errors: None, headers: Vec::new() }
    }

    fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// That a retry makes sense soon.
    fn soon(self) -> Self {
        self.with(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// Where more is said of it.
    fn explained(self) -> Self {
        self.with(LINK, HeaderValue::from_static(r#"</docs>; rel="help""#))
    }
}

/// The environment that a request names, for its refusal.
pub struct NamedEnvironment(pub String);

/// The integration that a request names in its body, for its refusal.
pub struct NamedIntegration(pub String);

/// Writes any refusal in Novu's shape.
pub fn render(seen: &Seen<'_, Novu>, refusal: &Refusal) -> HttpResponse {
    let said = match refusal {
        Refusal::App(error) => said_of(seen, error),
        Refusal::NoRoute => {
            let (method, path) = (seen.request.method(), seen.request.uri().path());
            Said::new(StatusCode::NOT_FOUND, format!("Cannot {method} {path}"))
        }
        Refusal::WrongMethod { allowed } => wrong_method(allowed),
        Refusal::BodyTooLarge { .. } => Said::new(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large"),
        Refusal::BodyUnreadable => Said::bad("The body could not be read"),
        Refusal::NotJsonType => {
            Said::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "A body must be of the type application/json")
        }
        Refusal::TooManyRequests { retry_after } => {
            Said::new(StatusCode::TOO_MANY_REQUESTS, "API rate limit exceeded")
                .with(RETRY_AFTER, HeaderValue::from(*retry_after))
        }
        Refusal::TimedOut => timed_out(),
    };
    written(seen, &said)
}

fn written(seen: &Seen<'_, Novu>, said: &Said) -> HttpResponse {
    let path = seen.request.uri().path_and_query();
    let mut response = HttpResponse::build(said.status).json(ErrorBody {
        status_code: said.status.as_u16(),
        timestamp: timestamp_in_ms(seen.at),
        path: path.map_or("/", |path| path.as_str()),
        message: &said.message,
        error: said.status.canonical_reason().filter(|_| said.has_reason),
        errors: said.errors.as_ref(),
        error_id: seen.error_id.map(|id| id.to_string()),
    });
    for (name, value) in &said.headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

fn said_of(seen: &Seen<'_, Novu>, error: &AppError) -> Said {
    match error {
        AppError::Invalid(all) => faults::said_of(seen, all),
        AppError::Configuration(why) => Said::bad(faults::of_configuration(why)),
        AppError::Incomplete(missing) => Said::bad(incomplete(missing)),
        AppError::Unranked(channel) => {
            Said::bad(format!("Channel {} does not support primary", channel.as_str()))
        }
        AppError::NotVerified { provider, class } => {
            let provider = name_of(seen.request, provider);
            let class = class.as_str().replace('_', " ");
            Said::bad(format!("Integration check failed for {provider}: {class}"))
        }
        AppError::NotAnswered(why) => not_answered(why),
        AppError::Unauthenticated(why) => unauthenticated(seen.request, *why),
        AppError::Forbidden(_) | AppError::OtherEnvironment => {
            Said::new(StatusCode::FORBIDDEN, "Insufficient permissions")
        }
        AppError::NotFound(what) => Said::new(StatusCode::NOT_FOUND, missing(seen, *what)),
        AppError::Conflict(why) => conflict(seen, *why),
        AppError::NameReused => reused(seen),
        AppError::PreconditionFailed => Said::new(StatusCode::PRECONDITION_FAILED, "Precondition failed"),
        AppError::ProviderFixed | AppError::Manifest(_) => Said::bad(error.to_string()),
        AppError::Exchange(why @ (ExchangeError::NotConfigured | ExchangeError::Incomplete { .. })) => {
            Said::bad(format!("OAuth not supported: {why}"))
        }
        AppError::Exchange(_) => Said::new(StatusCode::BAD_GATEWAY, "The provider grants nothing"),
        AppError::Busy(_) | AppError::Unavailable(_) => unavailable(),
        AppError::TimedOut(_) => timed_out(),
        AppError::Internal(_) => Said::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    }
}

/// What an integration lacks, each with what it stands in.
fn incomplete(Missing { provider, members }: &Missing) -> String {
    let members: Vec<_> = members.iter().map(|member| format!("credentials.{member}")).collect();
    format!("Integration validation failed: {} is required by {provider}", members.join(", "))
}

fn not_answered(why: &NoAnswer) -> Said {
    match why {
        NoAnswer::UnknownHost(host) => {
            Said::bad(format!("Provider gateway can't resolve the host with the given hostname {host}"))
        }
        NoAnswer::TimedOut => Said::new(StatusCode::GATEWAY_TIMEOUT, "The provider took too long to answer"),
        NoAnswer::Other => Said::new(StatusCode::BAD_GATEWAY, "The provider could not be reached"),
    }
}

/// What a provider is called here.
fn name_of(request: &HttpRequest, provider: &ProviderId) -> String {
    let state = request.app_data::<Data<HttpState>>();
    let known = state.and_then(|state| state.services.providers.known(provider));
    let name = known.as_ref().and_then(|known| known.name_on(Novu::NAME));
    name.unwrap_or(provider.as_str()).to_owned()
}

fn unauthenticated(request: &HttpRequest, why: AuthRefusal) -> Said {
    let message = match why {
        AuthRefusal::Missing => MISSING_HEADER.to_owned(),
        AuthRefusal::Malformed => malformed(request),
        AuthRefusal::Unknown | AuthRefusal::Revoked | AuthRefusal::Expired => NO_SUCH_KEY.to_owned(),
    };
    let has_reason = message != UNAUTHORIZED;
    let said = Said::new(StatusCode::UNAUTHORIZED, message)
        .with(WWW_AUTHENTICATE, HeaderValue::from_static(r#"ApiKey realm="patchbay""#));
    Said { has_reason, ..said }
}

const MISSING_HEADER: &str = "Missing authorization header";
const NO_SUCH_KEY: &str = "API Key not found";
const UNAUTHORIZED: &str = "Unauthorized";

/// The most characters of a scheme that is said back. A key that somebody sends in its place has
/// more.
const SCHEME_CHARS: usize = 32;

/// What is said of a header that no key can be read in.
fn malformed(request: &HttpRequest) -> String {
    let sent = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    // What is no text names no scheme, and is there all the same.
    let Some(sent) = sent else { return UNAUTHORIZED.to_owned() };
    let (scheme, rest) = sent.split_once(' ').unwrap_or((sent, ""));
    let is = |known: &str| scheme.eq_ignore_ascii_case(known);
    match scheme {
        "" => MISSING_HEADER.to_owned(),
        // Text of another form than keys have is that of none.
        _ if is(SCHEME) && !rest.trim().is_empty() => NO_SUCH_KEY.to_owned(),
        _ if is(SCHEME) || is("Bearer") || scheme.len() > SCHEME_CHARS => UNAUTHORIZED.to_owned(),
        _ => format!("Invalid authentication scheme: \"{scheme}\""),
    }
}

/// That there is no such thing, with what was asked for.
fn missing(seen: &Seen<'_, Novu>, what: Entity) -> String {
    if what == Entity::Environment {
        let named = seen.request.extensions().get::<NamedEnvironment>().map(|named| named.0.clone());
        return named.map_or_else(
            || "Environment not found".to_owned(),
            |id| format!("Environment with id {id} not found"),
        );
    }
    let asked = seen.operation.and_then(|operation| {
        let text = match operation.parameters.first() {
            Some(parameter) => {
                let text = seen.request.match_info().get(parameter.name)?;
                percent_decode_str(text).decode_utf8_lossy().into_owned()
            }
            None => seen.request.extensions().get::<NamedIntegration>()?.0.clone(),
        };
        Some(format!("{}{text}{}", operation.words.before, operation.words.after))
    });
    asked.unwrap_or_else(|| "Not found".to_owned())
}

fn conflict(seen: &Seen<'_, Novu>, why: Conflict) -> Said {
    match why {
        Conflict::Taken(UniqueRule::InApp) => Said::bad("One environment can only have one In app provider"),
        Conflict::Taken(UniqueRule::Identifier) => {
            Said::new(StatusCode::CONFLICT, "Integration with identifier already exists")
        }
        // Those of integrations that were made elsewhere, by rules that Novu has not.
        Conflict::Taken(_) | Conflict::IdTaken(_) => {
            Said::new(StatusCode::CONFLICT, "Integration would be the same as another one")
        }
        Conflict::LabelInUse | Conflict::Ambiguous => Said::bad(why.to_string()),
        Conflict::Running | Conflict::Twin | Conflict::InProgress => running(seen),
        Conflict::Changed => unavailable(),
    }
}

/// What a client called its request, as it is said back.
fn request_name<'a>(seen: &Seen<'a, Novu>) -> &'a str {
    seen.request_name().unwrap_or_default()
}

fn running(seen: &Seen<'_, Novu>) -> Said {
    let name = request_name(seen);
    let message =
        format!("Request with key \"{name}\" is currently being processed. Please retry after 1 second");
    Said::new(StatusCode::CONFLICT, message).soon().explained()
}

fn reused(seen: &Seen<'_, Novu>) -> Said {
    let name = request_name(seen);
    let message = format!("Request with key \"{name}\" is being reused for a different body");
    let said = Said::new(StatusCode::UNPROCESSABLE_ENTITY, message).explained();
    Said { errors: Some(Map::new()), ..said }
}

fn wrong_method(allowed: &str) -> Said {
    let said = Said::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    match HeaderValue::from_str(allowed) {
        Ok(allowed) => said.with(ALLOW, allowed),
        Err(_) => said,
    }
}

fn unavailable() -> Said {
    Said::new(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable").soon()
}

fn timed_out() -> Said {
    Said::new(StatusCode::GATEWAY_TIMEOUT, "Request timed out")
}

#[cfg(test)]
mod tests;
