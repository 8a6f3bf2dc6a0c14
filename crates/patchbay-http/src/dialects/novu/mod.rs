//! The Novu API: an organisation has environments, and an environment has integrations, each one
//! provider of one channel. Its list says which of several is used first.

mod document;
mod dto;
mod errors;
mod handlers;

use actix_web::HttpResponse;
use actix_web::dev::{RequestHead, ServiceRequest};
use patchbay_application::{
    AppError, AuthRefusal, Entity, Fault, FaultReason, JsonType, Location, Reach, RefusedValue,
};
use patchbay_domain::{ChannelKind, IntegrationId, ProviderName};
use secrecy::SecretString;

use crate::kernel::{
    Dialect, Mount, PathIds, PathParameter, RateLimitHeaders, Refusal, Seen, id_of, text_of, token_of,
};

/// The dialect.
pub struct Novu;

/// Which integrations it speaks of: its clients break on a provider that has no name here.
const REACH: Reach = Reach::NamedOn(Novu::NAME);

/// The scheme of `Authorization` that keys come in.
const SCHEME: &str = "ApiKey";

/// What one operation says of an integration that is not there: this before and after what was
/// asked for.
pub struct Words {
    before: &'static str,
    after: &'static str,
}

impl Words {
    /// Most operations.
    const ENTITY: Self = Self { before: "Entity with id ", after: " not found" };
}

impl Dialect for Novu {
    const NAME: &'static str = "novu";

    const BASES: &'static [&'static str] = &["/v1"];

    const MOUNTS: &'static [Mount<Self>] = &[Mount { prefix: "", routes: handlers::routes }];

    type Words = Words;

    const WANTS_JSON_TYPE: bool = true;

    const MAY_LACK_BODY: bool = true;

    const RATE_LIMIT_HEADERS: RateLimitHeaders = RateLimitHeaders::Separate;

    const REPEATS_NAME: bool = true;

    /// Nothing of `credentials`.
    fn repeats(path: &str) -> bool {
        let member = path.split('.').next().unwrap_or_default();
        match member {
            "providerId"
            | "channel"
            | "name"
            | "identifier"
            | "_environmentId"
            | "active"
            | "check"
            | "kind"
            | "integrationIdentifier" => member == path,
            member => matches!(member, "conditions" | "scope"),
        }
    }

    fn presented(head: &RequestHead) -> Result<SecretString, AuthRefusal> {
        token_of(head, SCHEME)?.ok_or(AuthRefusal::Missing)
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

/// `/integrations/{id}/set-primary`.
#[derive(Clone, Copy)]
pub struct OnPrimary {
    integration: IntegrationId,
}

impl PathIds for OnPrimary {
    const PARAMETERS: &'static [PathParameter] = &[INTEGRATION];

    /// Novu says of an id of bad syntax that it is one, here alone.
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let rule = || broken(Location::Path, "integrationId must be a valid id");
        Ok(Self { integration: id_of(request, "id", "id").map_err(|_| rule())? })
    }
}

/// `/integrations/webhook/provider/{providerIdOrId}`.
#[derive(Clone)]
pub struct OnProvider {
    named: ProviderName,
}

impl PathIds for OnProvider {
    const PARAMETERS: &'static [PathParameter] = &[PathParameter::text(
        "providerIdOrId",
        "An integration, or a provider of which there is one",
        ProviderName::MAX_CHARS,
    )];

    /// What is no name of a provider is that of none.
    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let named = text_of(request, "providerIdOrId", "providerIdOrId");
        Ok(Self { named: named.map_err(|_| AppError::NotFound(Entity::Integration))? })
    }
}

/// `/integrations/{channel}/limit`.
#[derive(Clone, Copy)]
pub struct OnChannel;

impl PathIds for OnChannel {
    const PARAMETERS: &'static [PathParameter] = &[PathParameter::word("channel", "A channel", &CHANNELS)];

    fn read(request: &ServiceRequest) -> Result<Self, AppError> {
        let channel = request.match_info().get("channel").unwrap_or_default();
        if CHANNELS.contains(&channel) {
            return Ok(Self);
        }
        let reason = FaultReason::WrongType { expected: JsonType::ChannelKind };
        let fault = Fault::of_field(Location::Path, "channel", reason);
        Err(AppError::Invalid(Fault { value: RefusedValue::of(&channel.into()), ..fault }.into()))
    }
}

const CHANNELS: [&str; 5] = [
    ChannelKind::InApp.as_str(),
    ChannelKind::Email.as_str(),
    ChannelKind::Sms.as_str(),
    ChannelKind::Chat.as_str(),
    ChannelKind::Push.as_str(),
];

/// That a rule of Novu's is broken, in its words.
fn broken(location: Location, rule: impl Into<std::borrow::Cow<'static, str>>) -> AppError {
    AppError::Invalid(Fault::of_all(location, FaultReason::Rule(rule.into())).into())
}

#[cfg(test)]
mod tests;
