//! The operations: translate in, run, translate out. N numbers are Novu's order of them.

mod authorizing;
mod channels;
mod environments;
mod integrations;
mod ranks;

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use patchbay_application::{AppError, Entity, Reveal};
use patchbay_domain::{EnvironmentId, Identifier, Mask};
use serde::Serialize;

use super::Novu;
use super::dto::{Showing, Success};
use super::errors::{NamedEnvironment, NamedIntegration};
use crate::HttpState;
use crate::kernel::{Failure, Routes, endpoint};

/// How Novu shows secrets: in full to those who may see them.
const REVEAL: Reveal = Reveal::Permitted(Mask::Stars);

type Answer = Result<HttpResponse, Failure<Novu>>;

/// Registers everything.
pub fn routes(routes: &mut Routes<Novu>) {
    routes
        .add(&integrations::CREATE, endpoint!(integrations::create))
        .add(&integrations::LIST, endpoint!(integrations::list))
        .add(&integrations::LIST_ACTIVE, endpoint!(integrations::list_active))
        .add(&integrations::GET, endpoint!(integrations::get))
        .add(&integrations::EDIT, endpoint!(integrations::edit))
        .add(&integrations::PATCH, endpoint!(integrations::patch))
        .add(&integrations::DELETE, endpoint!(integrations::delete))
        .add(&ranks::SET_PRIMARY, endpoint!(ranks::set_primary))
        .add(&channels::WEBHOOK_STATUS, endpoint!(channels::webhook_status))
        .add(&channels::WEBHOOKS_STATUS, endpoint!(channels::webhooks_status))
        .add(&channels::IN_APP_STATUS, endpoint!(channels::in_app_status))
        .add(&channels::LIMIT, endpoint!(channels::limit))
        .add(&authorizing::AUTHORIZE, endpoint!(authorizing::authorize))
        .add(&authorizing::AUTHORIZE_CHAT, endpoint!(authorizing::authorize_chat))
        .add(&environments::ME, endpoint!(environments::me))
        .add(&environments::LIST, endpoint!(environments::list));
}

fn success<T: Serialize>(status: StatusCode, data: T) -> HttpResponse {
    HttpResponse::build(status).json(Success { data })
}

fn showing(app: &HttpState) -> Showing {
    Showing { providers: app.services.providers.clone() }
}

/// The most bytes of a name that a refusal says back.
const SAID_BACK: usize = 64;

/// The environment that a request names in its body, if it does. Its refusal may have to say which.
///
/// # Errors
/// [`AppError::NotFound`]: what is no id is that of no environment.
fn environment(request: &HttpRequest, named: Option<&String>) -> Result<Option<EnvironmentId>, AppError> {
    let Some(named) = named else { return Ok(None) };
    if named.len() <= SAID_BACK {
        request.extensions_mut().insert(NamedEnvironment(named.clone()));
    }
    named.parse().map(Some).map_err(|_| AppError::NotFound(Entity::Environment))
}

/// Keeps what a request calls the integration that it is about: its refusal may have to say which.
fn named_integration(request: &HttpRequest, identifier: &Identifier) {
    if identifier.as_str().len() <= SAID_BACK {
        request.extensions_mut().insert(NamedIntegration(identifier.as_str().to_owned()));
    }
}
