//! The Telex API: organisations install apps that are described by a JSON manifest.

mod dto;
mod errors;
mod handlers;

use actix_web::HttpResponse;
use actix_web::dev::{RequestHead, ServiceRequest};
use patchbay_application::{AppError, AuthRefusal, Caller, Entity};
use patchbay_domain::{IntegrationId, OrganisationId};
use secrecy::SecretString;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::kernel::{Dialect, Mount, PathIds, Refusal, Seen, bearer, header_text, id_of};

/// The dialect.
pub struct Telex;

/// The header that installed apps send their key in, beside `Authorization`.
const APP_KEY_HEADER: &str = "x-agent-api-key";

/// The message constants of one operation, byte for byte as Telex clients know them.
pub struct Words {
    /// It was done.
    done: &'static str,
    /// 400.
    invalid: &'static str,
    /// 404 for the organisation.
    no_organisation: &'static str,
    /// 404 for the integration.
    no_integration: &'static str,
}

impl Dialect for Telex {
    const NAME: &'static str = "telex";

    const MOUNTS: &'static [Mount] = &[
        Mount { prefix: "/api/v1/organisations", routes: organisations },
        Mount { prefix: "/api/v1/slack", routes: slack },
        Mount { prefix: "/organisations", routes: organisations },
        Mount { prefix: "/slack", routes: slack },
    ];

    type Words = Words;

    /// The bearer token wins where both headers are sent.
    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal> {
        if let Some(token) = bearer(head)? {
            return Ok(token);
        }
        header_text(head, APP_KEY_HEADER)?.map(SecretString::from).ok_or(AuthRefusal::Missing)
    }

    fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse {
        errors::render(seen, refusal)
    }
}

fn organisations(config: &mut ServiceConfig) {
    config
        .service(handlers::create)
        .service(handlers::list)
        .service(handlers::get)
        .service(handlers::edit)
        .service(handlers::delete);
}

/// Nothing below this prefix is served yet, but it is Telex that says so.
fn slack(_: &mut ServiceConfig) {}

/// `…/organisations/{org}`.
#[derive(Clone, Copy)]
pub struct InOrganisation {
    organisation: OrganisationId,
}

impl PathIds for InOrganisation {
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        Ok(Self { organisation: id_of(request, "org", "organisation id")? })
    }
}

impl InOrganisation {
    /// Stops a caller at the door of another organisation, which answers like one that does
    /// not exist.
    fn require(self, caller: &Caller) -> Result<(), AppError> {
        if self.organisation == caller.organisation() {
            Ok(())
        } else {
            Err(AppError::NotFound(Entity::Organisation))
        }
    }
}

/// `…/organisations/{org}/integrations/{integration}`.
#[derive(Clone, Copy)]
pub struct OnIntegration {
    within: InOrganisation,
    integration: IntegrationId,
}

impl PathIds for OnIntegration {
    /// An integration id of bad syntax is the id of no integration.
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let within = InOrganisation::read(request)?;
        let integration = id_of(request, "integration", "integration id");
        let integration = integration.map_err(|_| AppError::NotFound(Entity::Integration))?;
        Ok(Self { within, integration })
    }
}
