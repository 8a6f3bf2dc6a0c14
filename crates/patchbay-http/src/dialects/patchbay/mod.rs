//! The native API: what none of the other APIs can say. Bare bodies, and refusals as problem
//! details (RFC 9457).

mod document;
mod dto;
mod errors;
mod handlers;

use actix_web::HttpResponse;
use actix_web::dev::{RequestHead, ServiceRequest};
use patchbay_application::{AppError, AuthRefusal, Entity};
use patchbay_domain::IntegrationId;
use secrecy::SecretString;

use crate::kernel::{Dialect, Mount, PathIds, PathParameter, Refusal, Seen, bearer, id_of};

/// The dialect.
pub struct Patchbay;

impl Dialect for Patchbay {
    const NAME: &'static str = "patchbay";

    const BASES: &'static [&'static str] = &["/patchbay/v1"];

    const MOUNTS: &'static [Mount<Self>] = &[Mount { prefix: "", routes: handlers::routes }];

    /// What is said is the same whatever was asked for.
    type Words = ();

    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal> {
        bearer(head)?.ok_or(AuthRefusal::Missing)
    }

    fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse {
        errors::render(seen, refusal)
    }
}

const INTEGRATION: PathParameter =
    PathParameter::id("id", "One of the organisation's integrations", Entity::Integration);

/// `/integrations/{id}`.
#[derive(Clone, Copy)]
pub struct OnIntegration {
    integration: IntegrationId,
}

impl PathIds for OnIntegration {
    const PARAMETERS: &'static [PathParameter] = &[INTEGRATION];

    /// An id of bad syntax is the id of no integration.
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let integration = id_of(request, "id", "id");
        Ok(Self { integration: integration.map_err(|_| AppError::NotFound(Entity::Integration))? })
    }
}
