//! An integration, and whether it works.

use patchbay_application::verification::Checked;
use patchbay_domain::{Health, VerificationClass};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::kernel::timestamp;

/// An integration, and whether it works. It has no secret in it.
#[derive(Serialize, ToSchema)]
pub struct IntegrationView<'a> {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    environment_id: String,
    /// What it connects to, as the catalogue calls it.
    provider: &'a str,
    name: &'a str,
    #[schema(pattern = "^(active|paused)$")]
    status: &'a str,
    #[schema(inline)]
    health: HealthView,
    /// What the provider said of the connection.
    #[schema(value_type = Object)]
    facts: &'a Map<String, Value>,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
}

/// Whether an integration works, as far as its provider was asked.
#[derive(Serialize, ToSchema)]
struct HealthView {
    /// `unverified` where nobody was asked, or could be.
    #[schema(pattern = "^(unverified|valid|degraded|broken)$")]
    state: &'static str,
    /// What came of asking the last time.
    #[schema(required = true)]
    class: Option<&'static str>,
    /// Since when it has been in this state.
    #[schema(required = true, format = "date-time")]
    since: Option<String>,
    /// What to do about it, in a sentence.
    #[schema(required = true)]
    remedy: Option<&'static str>,
    /// When its provider was asked the last time.
    #[schema(required = true, format = "date-time")]
    checked_at: Option<String>,
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        Self {
            state: health.state.as_str(),
            class: health.class.map(VerificationClass::as_str),
            since: health.since.map(timestamp),
            remedy: health.class.and_then(VerificationClass::remedy),
            checked_at: health.checked_at.map(timestamp),
        }
    }
}

impl<'a> From<&'a Checked> for IntegrationView<'a> {
    fn from(Checked { integration, health }: &'a Checked) -> Self {
        let parts = integration.parts();
        Self {
            id: parts.id.to_string(),
            environment_id: parts.environment_id.to_string(),
            provider: integration.provider_id_or_name(),
            name: parts.name.as_str(),
            status: parts.status.as_str(),
            health: health.into(),
            facts: &parts.facts,
            created_at: timestamp(parts.created_at),
            updated_at: timestamp(parts.updated_at),
        }
    }
}
