//! The AlooChat API: companies connect their AI agents to outside services. Bare bodies, and
//! refusals of one member.

mod document;
mod dto;
mod errors;
mod handlers;

use actix_web::HttpResponse;
use actix_web::dev::{RequestHead, ServiceRequest};
use patchbay_application::settings::SettingTarget;
use patchbay_application::{AppError, AuthRefusal, Entity};
use patchbay_domain::{ChannelId, IntegrationId};
use secrecy::SecretString;

use crate::kernel::{Dialect, Mount, PathIds, PathParameter, Refusal, Seen, header_text, id_of, text_of};

/// The dialect.
pub struct AlooChat;

/// The header that keys come in.
const KEY_HEADER: &str = "x-api-key";

/// What other pages of AlooChat call that header.
const KEY_HEADER_ALIAS: &str = "x-api-token";

impl Dialect for AlooChat {
    const NAME: &'static str = "aloochat";

    const BASES: &'static [&'static str] = &["/api/public"];

    const MOUNTS: &'static [Mount<Self>] = &[Mount { prefix: "", routes: handlers::routes }];

    /// What is said is the same whatever was asked for.
    type Words = ();

    /// `x-api-key` decides where both headers are sent.
    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal> {
        let key = match header_text(head, KEY_HEADER)? {
            Some(key) => Some(key),
            None => header_text(head, KEY_HEADER_ALIAS)?,
        };
        key.map(SecretString::from).ok_or(AuthRefusal::Missing)
    }

    fn render(seen: &Seen<'_, Self>, refusal: &Refusal) -> HttpResponse {
        errors::render(seen, refusal)
    }
}

const INTEGRATION: PathParameter =
    PathParameter::id("id", "One of the company's integrations", Entity::Integration);
const CHANNEL: PathParameter = PathParameter::text(
    "channel",
    "A chat channel, as the chat platform calls it. It need not be known yet",
    ChannelId::MAX_CHARS,
);

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

/// `/integrations/{id}/channels/{channel}`.
#[derive(Clone)]
pub struct OnChannel {
    on: OnIntegration,
    channel: ChannelId,
}

impl PathIds for OnChannel {
    const PARAMETERS: &'static [PathParameter] = &[INTEGRATION, CHANNEL];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        Ok(Self { on: OnIntegration::read(request)?, channel: text_of(request, "channel", "channel")? })
    }
}

impl OnChannel {
    fn target(&self) -> SettingTarget {
        SettingTarget { channel: Some(self.channel.clone()), ..SettingTarget::of(self.on.integration) }
    }
}
