//! The connection of Slack.

use patchbay_application::{AppError, Disclosed};
use patchbay_domain::{Actor, CredentialName, Integration};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;

use crate::kernel::{FilledText, Member, filled, shown_text, timestamp};

/// T1: what Slack handed out.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CodeBody {
    #[serde(default)]
    #[schema(schema_with = FilledText::<2048>::sent, required = true)]
    #[validate(required, length(max = 2048), custom(function = "filled"))]
    oauth_code: Member<SecretString>,
}

impl CodeBody {
    /// The code.
    ///
    /// # Errors
    /// None, once the body is validated.
    pub fn code(self) -> Result<SecretString, AppError> {
        self.oauth_code.sent()
    }
}

/// T1: what Slack gave. Where the scopes have no webhook its texts are empty.
#[derive(Serialize, ToSchema)]
pub struct ExchangedView<'a> {
    access_token: String,
    incoming_webhook: WebhookView<'a>,
}

/// Where messages can be posted to without a token.
#[derive(Serialize, ToSchema)]
struct WebhookView<'a> {
    channel: &'a str,
    channel_id: &'a str,
    configuration_url: &'a str,
    url: String,
}

impl<'a> From<&'a Disclosed> for ExchangedView<'a> {
    fn from(Disclosed { integration, secrets }: &'a Disclosed) -> Self {
        Self {
            access_token: shown_text(secrets, &CredentialName::access_token()),
            incoming_webhook: WebhookView {
                channel: fact(integration, "webhook_channel"),
                channel_id: fact(integration, "webhook_channel_id"),
                configuration_url: fact(integration, "webhook_configuration_url"),
                url: shown_text(secrets, &CredentialName::webhook_url()),
            },
        }
    }
}

/// T2: the connection as it is kept.
#[derive(Serialize, ToSchema)]
pub struct AccessView<'a> {
    #[schema(format = "uuid")]
    id: String,
    user_id: String,
    #[schema(format = "uuid")]
    organisation_id: String,
    access_token: String,
    team_id: &'a str,
    team_name: &'a str,
    channel: &'a str,
    channel_id: &'a str,
    configuration_url: &'a str,
    url: String,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
}

impl<'a> From<&'a Disclosed> for AccessView<'a> {
    fn from(Disclosed { integration, secrets }: &'a Disclosed) -> Self {
        let parts = integration.parts();
        let user_id = parts.grant.as_ref().and_then(|grant| match grant.granted_by {
            Actor::Key(id) => Some(id.to_string()),
            Actor::Operator | Actor::Service => None,
        });
        Self {
            id: parts.id.to_string(),
            user_id: user_id.unwrap_or_default(),
            organisation_id: parts.organisation_id.to_string(),
            access_token: shown_text(secrets, &CredentialName::access_token()),
            team_id: fact(integration, "team_id"),
            team_name: fact(integration, "team_name"),
            channel: fact(integration, "webhook_channel"),
            channel_id: fact(integration, "webhook_channel_id"),
            configuration_url: fact(integration, "webhook_configuration_url"),
            url: shown_text(secrets, &CredentialName::webhook_url()),
            created_at: timestamp(parts.created_at),
            updated_at: timestamp(parts.updated_at),
        }
    }
}

/// What the provider said of the connection; empty when it did not.
fn fact<'a>(integration: &'a Integration, name: &str) -> &'a str {
    integration.parts().facts.get(name).and_then(Value::as_str).unwrap_or_default()
}
