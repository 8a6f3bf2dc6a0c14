//! How AlooChat says no.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use patchbay_application::{AppError, Conflict, Entity, Fault, FaultReason, Faults, Location};
use patchbay_domain::InvalidConfiguration;
use serde::Serialize;
use utoipa::ToSchema;

use super::AlooChat;
use crate::kernel::{Refusal, Seen};

/// The body of every refusal.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    /// What is wrong.
    detail: &'a str,
}

/// What of a refusal differs.
struct Said {
    status: StatusCode,
    detail: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Said {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), header: None }
    }

    fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    fn invalid(field: &str, why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("Invalid input data: {field}: {why}"))
    }
}

/// Writes any refusal in AlooChat's shape.
pub fn render(_: &Seen<'_, AlooChat>, refusal: &Refusal) -> HttpResponse {
    let said = match refusal {
        Refusal::App(error) => said_of(error),
        Refusal::NoRoute => Said::new(StatusCode::NOT_FOUND, "Not found"),
        Refusal::WrongMethod { allowed } => wrong_method(allowed),
        Refusal::BodyTooLarge { .. } => Said::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload too large"),
        Refusal::BodyUnreadable | Refusal::NotJsonType => Said::invalid("body", "could not be read"),
        Refusal::TooManyRequests { retry_after } => {
            Said::new(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded")
                .with(RETRY_AFTER, HeaderValue::from(*retry_after))
        }
        Refusal::TimedOut => timed_out(),
    };
    let mut response = HttpResponse::build(said.status).json(ErrorBody { detail: &said.detail });
    if let Some((name, value)) = said.header {
        response.headers_mut().insert(name, value);
    }
    response
}

fn said_of(error: &AppError) -> Said {
    match error {
        AppError::Invalid(faults) => invalid(faults),
        AppError::Configuration(why) => configuration(why),
        AppError::ProviderFixed => Said::invalid("type", "cannot be changed"),
        AppError::NotVerified { .. } => Said::invalid("config", "credential rejected by provider"),
        // Which way the key is wrong a probe does not learn.
        AppError::Unauthenticated(_) => Said::new(StatusCode::UNAUTHORIZED, "Invalid or missing API key")
            .with(WWW_AUTHENTICATE, HeaderValue::from_static(r#"ApiKey realm="patchbay""#)),
        AppError::Forbidden(_) | AppError::OtherEnvironment => {
            Said::new(StatusCode::FORBIDDEN, "Insufficient permissions")
        }
        AppError::NotFound(Entity::Integration) => Said::new(StatusCode::NOT_FOUND, "Integration not found"),
        AppError::NotFound(_) => Said::new(StatusCode::NOT_FOUND, "Not found"),
        // AlooChat itself knows no rule of uniqueness: a name is all that it can run into others with.
        AppError::Conflict(Conflict::Taken(_) | Conflict::IdTaken(_)) => {
            Said::invalid("name", "already taken")
        }
        AppError::Conflict(why @ (Conflict::LabelInUse | Conflict::Ambiguous)) => {
            Said::invalid("body", &why.to_string())
        }
        AppError::Conflict(Conflict::Running | Conflict::Twin | Conflict::InProgress) => {
            Said::new(StatusCode::CONFLICT, "Request in progress")
        }
        AppError::PreconditionFailed => Said::new(StatusCode::PRECONDITION_FAILED, "Precondition failed"),
        AppError::NameReused => Said::new(StatusCode::UNPROCESSABLE_ENTITY, "Idempotency key reused"),
        AppError::Manifest(why) => Said::invalid("body", &why.to_string()),
        AppError::Incomplete(_) | AppError::Unranked(_) => Said::invalid("config", &error.to_string()),
        AppError::Conflict(Conflict::Changed)
        | AppError::Exchange(_)
        | AppError::NotAnswered(_)
        | AppError::Busy(_)
        | AppError::Unavailable(_) => Said::new(StatusCode::SERVICE_UNAVAILABLE, "Service unavailable")
            .with(RETRY_AFTER, HeaderValue::from_static("1")),
        AppError::TimedOut(_) => timed_out(),
        AppError::Internal(_) => Said::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    }
}

/// The first fault alone.
fn invalid(faults: &Faults) -> Said {
    let Some(Fault { location, field, reason, .. }) = faults.iter().next() else {
        return Said::invalid("body", "cannot be used");
    };
    let whole = match location {
        Location::Header => "headers",
        Location::Path => "path",
        Location::Query => "query",
        Location::Body => "body",
    };
    Said::invalid(field.as_deref().unwrap_or(whole), &in_words(reason))
}

fn in_words(reason: &FaultReason) -> String {
    match reason {
        FaultReason::NotJson { .. } => "not valid JSON".to_owned(),
        FaultReason::Required => "required".to_owned(),
        FaultReason::Syntax { expected } => format!("must be {expected}"),
        FaultReason::NotOffered => "unsupported integration type".to_owned(),
        FaultReason::NotAnObject
        | FaultReason::WrongType { .. }
        | FaultReason::Text(_)
        | FaultReason::Setting(_)
        | FaultReason::Configuration(_)
        | FaultReason::Rule(_)
        | FaultReason::NothingToChange => reason.to_string(),
    }
}

fn configuration(InvalidConfiguration { at, wrong }: &InvalidConfiguration) -> Said {
    Said::invalid(&config_path(at.as_deref()), &wrong.to_string())
}

/// What a member of a configuration, or all of it, is called.
pub fn config_path(at: Option<&str>) -> String {
    at.map_or_else(|| "config".to_owned(), |at| format!("config.{at}"))
}

fn wrong_method(allowed: &str) -> Said {
    let said = Said::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
    match HeaderValue::from_str(allowed) {
        Ok(allowed) => said.with(ALLOW, allowed),
        Err(_) => said,
    }
}

fn timed_out() -> Said {
    Said::new(StatusCode::GATEWAY_TIMEOUT, "Request timed out")
}
