//! The operations: translate in, run, translate out. A numbers are AlooChat's order of them.

mod channels;
mod integrations;
mod search;
mod types;
mod verification;

use actix_web::HttpResponse;
use actix_web::guard::GuardContext;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::AlooChat;
use crate::kernel::{Failure, Routes, asks_for};

type Answer = Result<HttpResponse, Failure<AlooChat>>;

/// Registers everything. They are tried in this order: what is asked for most comes first, but
/// the literal segment `types` wins over an integration's id.
pub fn routes(routes: &mut Routes<'_, AlooChat>) {
    routes
        .add(&types::LIST, types::list)
        .add(&integrations::GET, integrations::get)
        .add(&integrations::LIST, integrations::list)
        .add(&integrations::CREATE, integrations::create)
        .add(&integrations::EDIT, integrations::edit)
        .add(&integrations::PATCH, integrations::patch)
        .add(&integrations::DELETE, integrations::delete)
        .add(&verification::VERIFY, verification::verify)
        .add(&channels::GET, channels::get)
        .add(&channels::REPLACE, channels::replace)
        .add(&channels::CLEAR, channels::clear);
}

/// Whether the path may end in an integration's id: the literal `types` is none, also for a
/// method that its own route has not.
fn is_no_literal(context: &GuardContext<'_>) -> bool {
    !asks_for(context, "/integrations/types")
}

fn success<T: Serialize>(status: StatusCode, shown: T) -> HttpResponse {
    HttpResponse::build(status).json(shown)
}
