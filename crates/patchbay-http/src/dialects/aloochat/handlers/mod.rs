//! The operations: translate in, run, translate out. A numbers are AlooChat's order of them.

mod channels;
mod integrations;
mod search;
mod types;
mod verification;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::AlooChat;
use crate::kernel::{Failure, Routes, endpoint};

type Answer = Result<HttpResponse, Failure<AlooChat>>;

/// Registers everything.
pub fn routes(routes: &mut Routes<AlooChat>) {
    routes
        .add(&types::LIST, endpoint!(types::list))
        .add(&integrations::GET, endpoint!(integrations::get))
        .add(&integrations::LIST, endpoint!(integrations::list))
        .add(&integrations::CREATE, endpoint!(integrations::create))
        .add(&integrations::EDIT, endpoint!(integrations::edit))
        .add(&integrations::PATCH, endpoint!(integrations::patch))
        .add(&integrations::DELETE, endpoint!(integrations::delete))
        .add(&verification::VERIFY, endpoint!(verification::verify))
        .add(&channels::GET, endpoint!(channels::get))
        .add(&channels::REPLACE, endpoint!(channels::replace))
        .add(&channels::CLEAR, endpoint!(channels::clear));
}

fn success<T: Serialize>(status: StatusCode, shown: T) -> HttpResponse {
    HttpResponse::build(status).json(shown)
}
