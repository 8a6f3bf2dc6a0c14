//! The operations: translate in, run, translate out. T numbers are Telex's order of them.

mod channels;
mod custom;
mod integrations;
mod search;
mod settings;
mod slack;

use actix_web::HttpResponse;
use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use patchbay_domain::Mask;
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Telex;
use super::dto::{Done, Success};
use crate::kernel::{Failure, Operation};

/// How Telex shows a secret to those who may not see it.
const MASK: Mask = Mask::StarsAndTail;

type Answer = Result<HttpResponse, Failure<Telex>>;

/// Registers everything below `…/organisations`. They are tried in this order: what is asked
/// for most comes first, but the literal segment `custom` wins over an integration's id.
pub fn organisations(config: &mut ServiceConfig) {
    config
        .service(custom::list)
        .service(integrations::get)
        .service(integrations::create)
        .service(integrations::list)
        .service(settings::list)
        .service(channels::list)
        .service(custom::install)
        .service(custom::replace)
        .service(custom::delete)
        .service(custom::put_setting)
        .service(custom::get_setting)
        .service(integrations::edit)
        .service(integrations::delete)
        .service(settings::add)
        .service(settings::edit)
        .service(settings::edit_one)
        .service(settings::delete_one)
        .service(channels::add)
        .service(channels::edit)
        .service(channels::delete);
}

/// Registers everything below `…/slack`.
pub fn slack(config: &mut ServiceConfig) {
    config.service(slack::exchange).service(slack::access);
}

/// Whether the path may end in an integration's id: the literal `custom` is none, also for a
/// method that its own routes have not.
fn is_no_literal(context: &GuardContext<'_>) -> bool {
    let path = context.head().uri.path();
    !path.strip_suffix('/').unwrap_or(path).ends_with("/integrations/custom")
}

/// A success that shows nothing.
fn done(operation: &Operation<Telex>) -> HttpResponse {
    HttpResponse::Ok().json(Done::new(StatusCode::OK.as_u16(), operation.words.done))
}

/// A success that made something and shows nothing.
fn made(operation: &Operation<Telex>) -> HttpResponse {
    HttpResponse::Created().json(Done::new(StatusCode::CREATED.as_u16(), operation.words.done))
}

fn success<T: Serialize>(operation: &Operation<Telex>, status: StatusCode, data: T) -> HttpResponse {
    HttpResponse::build(status).json(Success::new(status.as_u16(), operation.words.done, data))
}

/// A success that may show secrets: no cache keeps one that does.
fn disclosing<T: Serialize>(
    operation: &Operation<Telex>,
    status: StatusCode,
    is_revealing: bool,
    data: T,
) -> HttpResponse {
    let mut response = success(operation, status, data);
    if is_revealing {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
