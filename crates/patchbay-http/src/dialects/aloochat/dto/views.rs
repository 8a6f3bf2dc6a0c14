//! What is shown.

use chrono::{DateTime, Utc};
use patchbay_application::settings::PlainSettings;
use patchbay_application::{AppError, Disclosed, FaultReason, Providers, Reveal, Shown};
use patchbay_domain::{AgentId, CredentialName, Health, Integration, Provider, Status};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::dialects::aloochat::AlooChat;
use crate::kernel::{Dialect, reason_of, refused, state_in_short, timestamp};

/// What an integration is shown with beside what it always has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Include {
    /// What its secrets are called.
    pub secret_keys: bool,
    /// When it was made, and when it last changed.
    pub timestamps: bool,
}

impl Include {
    /// Reads a list with commas between.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when something else is in it.
    pub fn read(list: Option<&str>) -> Result<Self, AppError> {
        let mut include = Self::default();
        for one in list.filter(|list| !list.is_empty()).into_iter().flat_map(|list| list.split(',')) {
            match one {
                "secret_keys" => include.secret_keys = true,
                "timestamps" => include.timestamps = true,
                _ => {
                    let expected = "a list of secret_keys and timestamps";
                    return Err(refused("include", FaultReason::Syntax { expected }));
                }
            }
        }
        Ok(include)
    }

    /// How secrets are to be shown for it: never more than their names.
    pub const fn reveal(self) -> Reveal {
        if self.secret_keys { Reveal::Names } else { Reveal::Never }
    }
}

/// What is needed to show integrations. It outlives the request: an answer may be made once
/// more for its receipt.
#[derive(Clone)]
pub struct Showing {
    /// Knows what types are called.
    pub providers: Providers,
    /// What is shown beside.
    pub include: Include,
}

impl Showing {
    /// What its type is called.
    pub fn type_of(&self, integration: &Integration) -> String {
        self.providers.name_of(AlooChat::NAME, integration)
    }

    /// Shows an integration.
    pub fn view<'a>(&self, Disclosed { integration, secrets }: &'a Disclosed) -> IntegrationView<'a> {
        let parts = integration.parts();
        let names = match secrets {
            Shown::Named(names) => names.iter().map(CredentialName::as_str).collect(),
            Shown::Full(_) | Shown::Masked(_) | Shown::Nothing => Vec::new(),
        };
        let time = |at: DateTime<Utc>| self.include.timestamps.then(|| timestamp(at));
        IntegrationView {
            id: parts.id.to_string(),
            name: parts.name.as_str(),
            r#type: self.type_of(integration),
            config: parts.configuration.members(),
            is_active: parts.status == Status::Active,
            visibility: parts.visibility.as_str(),
            company_id: parts.organisation_id.to_string(),
            agent_id: parts.agent.as_ref().map(AgentId::as_str),
            secret_keys: self.include.secret_keys.then_some(names),
            created_at: time(parts.created_at),
            updated_at: time(parts.updated_at),
        }
    }
}

/// An integration, without its secrets.
#[derive(Serialize, ToSchema)]
pub struct IntegrationView<'a> {
    #[schema(format = "uuid")]
    id: String,
    name: &'a str,
    /// One of the types that are offered, or what an integration connects to that was made
    /// elsewhere.
    r#type: String,
    #[schema(value_type = Object)]
    config: &'a Map<String, Value>,
    is_active: bool,
    #[schema(pattern = "^(private|public)$")]
    visibility: &'a str,
    #[schema(format = "uuid")]
    company_id: String,
    #[schema(required = true)]
    agent_id: Option<&'a str>,
    /// With `include=secret_keys`: what its secrets are called, with dots where they stand
    /// deeper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    secret_keys: Option<Vec<&'a str>>,
    /// With `include=timestamps`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = "date-time")]
    created_at: Option<String>,
    /// With `include=timestamps`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = "date-time")]
    updated_at: Option<String>,
}

/// A3: a type that is offered.
#[derive(Serialize, ToSchema)]
pub struct TypeView<'a> {
    r#type: &'a str,
    name: &'a str,
    description: &'a str,
}

impl<'a> From<&'a Provider> for TypeView<'a> {
    fn from(provider: &'a Provider) -> Self {
        Self {
            r#type: provider.name_on(AlooChat::NAME).unwrap_or(provider.id.as_str()),
            name: &provider.name,
            description: &provider.description,
        }
    }
}

/// The body of a success that shows nothing.
#[derive(Serialize, ToSchema)]
pub struct MessageView {
    /// What was done.
    pub message: &'static str,
}

/// The settings of a channel as an object.
pub fn channel_view(settings: &PlainSettings) -> Map<String, Value> {
    settings.iter().map(|(label, text)| (label.as_str().to_owned(), text.as_str().into())).collect()
}

/// Whether an integration works, as far as its provider was asked.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// `valid`, `invalid`, or `unknown` where nobody could be asked yet.
    #[schema(pattern = "^(valid|invalid|unknown)$")]
    status: &'static str,
    /// When its provider was asked the last time.
    #[schema(required = true, format = "date-time")]
    checked_at: Option<String>,
    /// Why it does not work, or not wholly, or is not known to.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        Self {
            status: state_in_short(health),
            checked_at: health.checked_at.map(timestamp),
            reason: reason_of(health),
        }
    }
}
