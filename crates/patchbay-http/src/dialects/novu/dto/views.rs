//! What is shown.

use std::sync::Arc;

use patchbay_application::integrations::Ranked;
use patchbay_application::{Disclosed, Providers, Shown};
use patchbay_domain::{ChannelKind, Environment, Integration, Provider, Rank, Status};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::credentials;
use crate::dialects::novu::Novu;
use crate::kernel::{Dialect, timestamp_in_ms};

/// The envelope of every success. A second member beside it would keep clients from opening it.
#[derive(Serialize)]
pub struct Success<T> {
    /// What is shown.
    pub data: T,
}

/// What is needed to show integrations. It outlives the request: an answer may be made once
/// more for its receipt.
#[derive(Clone)]
pub struct Showing {
    /// Knows what they connect to.
    pub providers: Providers,
}

impl Showing {
    /// What is known of that which an integration connects to.
    pub fn provider_of(&self, integration: &Integration) -> Arc<Provider> {
        self.providers.described(&integration.parts().provider)
    }

    /// Shows an integration, and where it stands.
    pub fn view(&self, Ranked { shown, rank }: &Ranked) -> IntegrationView {
        self.standing(shown, *rank)
    }

    /// The same.
    pub fn standing(&self, Disclosed { integration, secrets }: &Disclosed, rank: Rank) -> IntegrationView {
        let provider = self.provider_of(integration);
        let parts = integration.parts();
        let provider_id = self.providers.name_of(Novu::NAME, integration);
        IntegrationView {
            id: parts.id.to_string(),
            environment_id: parts.environment_id.to_string(),
            organisation_id: parts.organisation_id.to_string(),
            name: parts.name.as_str().to_owned(),
            identifier: integration.identifier_or_made_of(&provider_id).as_str().to_owned(),
            provider_id,
            channel: integration.channel(&provider).map_or("", ChannelKind::as_str),
            credentials: credentials::shown(integration, secrets, &provider),
            active: parts.status == Status::Active,
            deleted: parts.deleted.is_some(),
            primary: rank.is_primary,
            priority: rank.priority,
            conditions: parts.conditions.groups().to_vec(),
            created_at: timestamp_in_ms(parts.created_at),
            updated_at: timestamp_in_ms(parts.updated_at),
        }
    }
}

/// Whether Novu would show anything at all in the `credentials` of an integration.
pub fn has_credentials(integration: &Integration, secrets: &Shown, provider: &Provider) -> bool {
    !credentials::shown(integration, secrets, provider).is_empty()
}

/// An integration.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    #[serde(rename = "_id")]
    #[schema(format = "uuid")]
    id: String,
    #[serde(rename = "_environmentId")]
    #[schema(format = "uuid")]
    environment_id: String,
    #[serde(rename = "_organizationId")]
    #[schema(format = "uuid")]
    organisation_id: String,
    name: String,
    /// Of one that was made without: its provider, and what its id makes.
    identifier: String,
    /// One of the providers that are known, or whatever was sent when it was made.
    provider_id: String,
    #[schema(pattern = "^(in_app|email|sms|chat|push)$")]
    channel: &'static str,
    /// Secrets as `********`, or in full to a key with `credentials:reveal`, in lists never.
    #[schema(value_type = Object)]
    credentials: Map<String, Value>,
    active: bool,
    /// No answer shows one that is.
    deleted: bool,
    /// Whether of its channel in its environment it is the one that is used. Only mail and text
    /// messages know one.
    primary: bool,
    /// The higher, the earlier it is used; 0 where nothing is said of that.
    priority: u32,
    #[schema(value_type = Vec<Object>)]
    conditions: Vec<Value>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
}

/// N8: how many integrations of a channel there may be that Novu itself pays for, and are.
#[derive(Serialize, ToSchema)]
pub struct LimitView {
    limit: u32,
    count: u32,
}

impl LimitView {
    /// There are none here.
    pub const NONE: Self = Self { limit: 0, count: 0 };
}

/// N9: whether there is an active integration of a channel.
#[derive(Serialize, ToSchema)]
pub struct ChannelStatusView {
    /// Whether there is.
    pub active: bool,
}

/// N11: an environment.
#[derive(Serialize, ToSchema)]
pub struct EnvironmentView {
    #[serde(rename = "_id")]
    #[schema(format = "uuid")]
    id: String,
    name: String,
    #[serde(rename = "_organizationId")]
    #[schema(format = "uuid")]
    organisation_id: String,
    /// Its id again: nobody says another one.
    identifier: String,
}

impl From<&Environment> for EnvironmentView {
    fn from(environment: &Environment) -> Self {
        Self {
            id: environment.id.to_string(),
            name: environment.name.as_str().to_owned(),
            organisation_id: environment.organisation_id.to_string(),
            identifier: environment.id.to_string(),
        }
    }
}
