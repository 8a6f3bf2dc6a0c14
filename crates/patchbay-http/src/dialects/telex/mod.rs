//! The Telex API: organisations install apps that are described by a JSON manifest.

mod document;
mod dto;
mod errors;
mod handlers;

use actix_web::HttpResponse;
use actix_web::dev::{RequestHead, ServiceRequest};
use actix_web::http::StatusCode;
use patchbay_application::settings::SettingTarget;
use patchbay_application::{AppError, AuthRefusal, Caller, Entity};
use patchbay_domain::{ChannelId, IntegrationId, OrganisationId, SettingId};
use secrecy::SecretString;

use crate::kernel::{
    Dialect, Mount, PathIds, PathParameter, Refusal, Seen, bearer, header_text, id_of, text_of,
};

/// The dialect.
pub struct Telex;

/// The header that installed apps send their key in, beside `Authorization`.
const APP_KEY_HEADER: &str = "x-agent-api-key";

/// The message constants of one operation, byte for byte as Telex clients know them.
pub struct Words {
    /// It was done.
    done: &'static str,
    /// What was sent breaks rules.
    invalid: &'static str,
    /// The status of that.
    invalid_status: StatusCode,
    /// Something is missing.
    absent: Absent,
}

impl Words {
    /// Words of an operation that says 400 to what breaks rules.
    const fn new(done: &'static str, invalid: &'static str, absent: Absent) -> Self {
        Self { done, invalid, invalid_status: StatusCode::BAD_REQUEST, absent }
    }
}

/// The message constants of 404, by what is missing.
#[derive(Clone, Copy)]
struct Absent {
    organisation: &'static str,
    integration: &'static str,
    setting: &'static str,
}

impl Absent {
    /// The same words whatever is missing.
    const fn any(said: &'static str) -> Self {
        Self { organisation: said, integration: said, setting: said }
    }
}

impl Dialect for Telex {
    const NAME: &'static str = "telex";

    const BASES: &'static [&'static str] = &["/api/v1", ""];

    const MOUNTS: &'static [Mount<Self>] = &[
        Mount { prefix: "/organisations", routes: handlers::organisations },
        Mount { prefix: "/slack", routes: handlers::slack },
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

const ORGANISATION: PathParameter =
    PathParameter::id("org", "The organisation that the key belongs to", Entity::Organisation);
const INTEGRATION: PathParameter =
    PathParameter::id("integration", "One of its integrations", Entity::Integration);
const SETTING: PathParameter = PathParameter::id("setting", "One of its settings", Entity::Setting);
const CHANNEL: PathParameter = PathParameter::text(
    "channel",
    "A chat channel, as the chat platform calls it. It need not be known yet",
    ChannelId::MAX_CHARS,
);

/// `…/organisations/{org}`.
#[derive(Clone, Copy)]
pub struct InOrganisation {
    organisation: OrganisationId,
}

impl PathIds for InOrganisation {
    const PARAMETERS: &'static [PathParameter] = &[ORGANISATION];

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
    const PARAMETERS: &'static [PathParameter] = &[ORGANISATION, INTEGRATION];

    /// An integration id of bad syntax is the id of no integration.
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let within = InOrganisation::read(request)?;
        let integration = id_of(request, "integration", "integration id");
        let integration = integration.map_err(|_| AppError::NotFound(Entity::Integration))?;
        Ok(Self { within, integration })
    }
}

/// The setting in a path. An id of bad syntax is the id of no setting.
fn setting_id(request: &ServiceRequest) -> Result<SettingId, AppError> {
    id_of(request, "setting", "setting id").map_err(|_| AppError::NotFound(Entity::Setting))
}

/// `…/integrations/{integration}/settings/{setting}`.
#[derive(Clone, Copy)]
pub struct OnSetting {
    on: OnIntegration,
    setting: SettingId,
}

impl PathIds for OnSetting {
    const PARAMETERS: &'static [PathParameter] = &[ORGANISATION, INTEGRATION, SETTING];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        Ok(Self { on: OnIntegration::read(request)?, setting: setting_id(request)? })
    }
}

/// `…/integrations/{integration}/channels/{channel}/settings`.
#[derive(Clone)]
pub struct OnChannel {
    on: OnIntegration,
    channel: ChannelId,
}

impl PathIds for OnChannel {
    const PARAMETERS: &'static [PathParameter] = &[ORGANISATION, INTEGRATION, CHANNEL];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        Ok(Self { on: OnIntegration::read(request)?, channel: text_of(request, "channel", "channel id")? })
    }
}

impl OnChannel {
    fn target(&self) -> SettingTarget {
        SettingTarget { channel: Some(self.channel.clone()), ..SettingTarget::of(self.on.integration) }
    }
}

/// `…/integrations/{integration}/channels/{channel}/settings/{setting}`.
#[derive(Clone)]
pub struct OnChannelSetting {
    in_channel: OnChannel,
    setting: SettingId,
}

impl PathIds for OnChannelSetting {
    const PARAMETERS: &'static [PathParameter] = &[ORGANISATION, INTEGRATION, CHANNEL, SETTING];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        Ok(Self { in_channel: OnChannel::read(request)?, setting: setting_id(request)? })
    }
}
