//! The operations: translate in, run, translate out. T numbers are Telex's order of them.

mod channels;
mod custom;
mod integrations;
mod search;
mod settings;
mod slack;
mod verification;

use actix_web::HttpResponse;
use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use patchbay_domain::Mask;
use serde::Serialize;

use super::Telex;
use super::dto::{Done, Success};
use crate::kernel::{Failure, Operation, Routes, asks_for};

/// How Telex shows a secret to those who may not see it.
const MASK: Mask = Mask::StarsAndTail;

type Answer = Result<HttpResponse, Failure<Telex>>;

/// Registers everything below `…/organisations`. They are tried in this order: what is asked
/// for most comes first, but the literal segment `custom` wins over an integration's id.
pub fn organisations(routes: &mut Routes<'_, Telex>) {
    routes
        .add(&custom::LIST, custom::list)
        .add(&integrations::GET, integrations::get)
        .add(&integrations::CREATE, integrations::create)
        .add(&integrations::LIST, integrations::list)
        .add(&settings::LIST, settings::list)
        .add(&channels::LIST, channels::list)
        .add(&custom::INSTALL, custom::install)
        .add(&custom::REPLACE, custom::replace)
        .add(&custom::DELETE, custom::delete)
        .add(&custom::PUT_SETTING, custom::put_setting)
        .add(&custom::GET_SETTING, custom::get_setting)
        .add(&integrations::EDIT, integrations::edit)
        .add(&integrations::DELETE, integrations::delete)
        .add(&verification::VERIFY, verification::verify)
        .add(&settings::ADD, settings::add)
        .add(&settings::EDIT, settings::edit)
        .add(&settings::EDIT_ONE, settings::edit_one)
        .add(&settings::DELETE_ONE, settings::delete_one)
        .add(&channels::ADD, channels::add)
        .add(&channels::EDIT, channels::edit)
        .add(&channels::DELETE, channels::delete);
}

/// Registers everything below `…/slack`.
pub fn slack(routes: &mut Routes<'_, Telex>) {
    routes.add(&slack::EXCHANGE, slack::exchange).add(&slack::ACCESS, slack::access);
}

/// Whether the path may end in an integration's id: the literal `custom` is none, also for a
/// method that its own routes have not.
fn is_no_literal(context: &GuardContext<'_>) -> bool {
    !asks_for(context, "/integrations/custom")
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
