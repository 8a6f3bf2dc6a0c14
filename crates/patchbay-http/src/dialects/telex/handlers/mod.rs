//! The operations: translate in, run, translate out. T numbers are Telex's order of them.

mod channels;
mod custom;
mod integrations;
mod search;
mod settings;
mod slack;
mod verification;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use patchbay_domain::Mask;
use serde::Serialize;

use super::Telex;
use super::dto::{Done, Success};
use crate::kernel::{Failure, Operation, Routes, endpoint, uncached};

/// How Telex shows a secret to those who may not see it.
const MASK: Mask = Mask::StarsAndTail;

type Answer = Result<HttpResponse, Failure<Telex>>;

/// Registers everything below `…/organisations`.
pub fn organisations(routes: &mut Routes<Telex>) {
    routes
        .add(&custom::LIST, endpoint!(custom::list))
        .add(&integrations::GET, endpoint!(integrations::get))
        .add(&integrations::CREATE, endpoint!(integrations::create))
        .add(&integrations::LIST, endpoint!(integrations::list))
        .add(&settings::LIST, endpoint!(settings::list))
        .add(&channels::LIST, endpoint!(channels::list))
        .add(&custom::INSTALL, endpoint!(custom::install))
        .add(&custom::REPLACE, endpoint!(custom::replace))
        .add(&custom::DELETE, endpoint!(custom::delete))
        .add(&custom::PUT_SETTING, endpoint!(custom::put_setting))
        .add(&custom::GET_SETTING, endpoint!(custom::get_setting))
        .add(&integrations::EDIT, endpoint!(integrations::edit))
        .add(&integrations::DELETE, endpoint!(integrations::delete))
        .add(&verification::VERIFY, endpoint!(verification::verify))
        .add(&settings::ADD, endpoint!(settings::add))
        .add(&settings::EDIT, endpoint!(settings::edit))
        .add(&settings::EDIT_ONE, endpoint!(settings::edit_one))
        .add(&settings::DELETE_ONE, endpoint!(settings::delete_one))
        .add(&channels::ADD, endpoint!(channels::add))
        .add(&channels::EDIT, endpoint!(channels::edit))
        .add(&channels::DELETE, endpoint!(channels::delete));
}

/// Registers everything below `…/slack`.
pub fn slack(routes: &mut Routes<Telex>) {
    routes.add(&slack::EXCHANGE, endpoint!(slack::exchange)).add(&slack::ACCESS, endpoint!(slack::access));
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
    uncached(is_revealing, success(operation, status, data))
}
