//! The operations: translate in, run, translate out.

mod authorizing;
mod integrations;

use actix_web::HttpResponse;

use super::Patchbay;
use crate::kernel::{Failure, Routes, endpoint};

type Answer = Result<HttpResponse, Failure<Patchbay>>;

/// Registers everything.
pub fn routes(routes: &mut Routes<Patchbay>) {
    routes
        .add(&integrations::GET, endpoint!(integrations::get))
        .add(&integrations::VERIFY, endpoint!(integrations::verify))
        .add(&authorizing::AUTHORIZE, endpoint!(authorizing::authorize));
}
