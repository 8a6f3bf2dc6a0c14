//! Integrations.

use std::sync::LazyLock;

use patchbay_application::integrations::{Created, IntegrationChange, NewIntegration};
use patchbay_application::{AppError, Disclosed, Fault, FaultReason, Shown};
use patchbay_domain::{
    AppDescription, CredentialName, Credentials, Integration, IntegrationKind, IntegrationName, ManifestUrl,
    Origin, Provider, ProviderId, Status, UniqueRule,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use validator::Validate;

use crate::kernel::{Member, PlainText, SomeOf, ValueText, shown_text, text, timestamp, well_typed};

/// T3: what is sent to add an integration.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CreateBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationName>::sent, required = true)]
    #[validate(required, custom(function = "text::<IntegrationName>"))]
    name: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ValueText::<ManifestUrl>::sent, required = true)]
    #[validate(required, custom(function = "text::<ManifestUrl>"))]
    json_url: Member<String>,
    #[serde(default)]
    #[schema(schema_with = PlainText::<8192>::nullable)]
    #[validate(length(max = 8192), custom(function = "well_typed"))]
    auth_credential: Member<SecretString>,
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationKind>::nullable)]
    #[validate(custom(function = "text::<IntegrationKind>"))]
    integration_type: Member<String>,
}

impl TryFrom<CreateBody> for NewIntegration {
    type Error = AppError;

    fn try_from(body: CreateBody) -> Result<Self, AppError> {
        Ok(Self {
            kind: body.integration_type.parsed()?.unwrap_or_else(IntegrationKind::none),
            manifest_url: Some(body.json_url.required()?),
            credentials: body.auth_credential.value().map_or_else(Credentials::default, |secret| {
                Credentials::single(CredentialName::auth_credential(), secret)
            }),
            unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
            ..Self::new(ProviderId::json_manifest(), body.name.required()?)
        })
    }
}

/// T5: what is sent to change an integration; what is absent or `null` stays.
#[derive(Deserialize, Validate, ToSchema)]
pub struct EditBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationName>::nullable)]
    #[validate(custom(function = "text::<IntegrationName>"))]
    name: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ValueText::<ManifestUrl>::nullable)]
    #[validate(custom(function = "text::<ManifestUrl>"))]
    json_url: Member<String>,
    #[serde(default)]
    #[schema(schema_with = PlainText::<8192>::nullable)]
    #[validate(length(max = 8192), custom(function = "well_typed"))]
    auth_credential: Member<SecretString>,
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationKind>::nullable)]
    #[validate(custom(function = "text::<IntegrationKind>"))]
    integration_type: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    #[validate(custom(function = "well_typed"))]
    is_active: Member<bool>,
}

/// What a document says of [`EditBody`].
pub type Changes = SomeOf<EditBody>;

impl TryFrom<EditBody> for IntegrationChange {
    type Error = AppError;

    fn try_from(body: EditBody) -> Result<Self, AppError> {
        let sent = [
            body.name.is_sent(),
            body.json_url.is_sent(),
            body.auth_credential.is_sent(),
            body.integration_type.is_sent(),
            body.is_active.is_sent(),
        ];
        if sent == [false; 5] {
            return Err(AppError::Invalid(Fault::of_body(FaultReason::NothingToChange).into()));
        }
        let credential = body.auth_credential.value();
        Ok(Self {
            name: body.name.parsed()?,
            kind: body.integration_type.parsed()?,
            status: body.is_active.value().map(Status::of_switch),
            manifest_url: body.json_url.parsed()?,
            credentials: credential
                .into_iter()
                .map(|secret| (CredentialName::auth_credential(), secret))
                .collect(),
            ..Self::default()
        })
    }
}

/// What an app takes as its events while its manifest says nothing of them.
static DEFAULT_SCHEMA: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let properties = json!({
        "event": {"type": "string", "description": "The name of the event"},
        "timestamp": {"type": "string", "description": "The time when the event was triggered"}
    });
    Map::from_iter([("properties".to_owned(), properties), ("type".to_owned(), json!("object"))])
});

/// T3: an integration that was just made.
#[derive(Serialize, ToSchema)]
pub struct CreatedView<'a> {
    #[schema(format = "uuid")]
    id: String,
    name: &'a str,
    json_url: &'a str,
    #[schema(value_type = Object)]
    json_schema: &'a Map<String, Value>,
    auth_credential: String,
    integration_type: &'a str,
    is_system_integration: bool,
    #[schema(format = "date-time")]
    created_at: String,
}

impl<'a> From<&'a Created> for CreatedView<'a> {
    fn from(Created { shown: Disclosed { integration, secrets }, document, .. }: &'a Created) -> Self {
        let json_schema = document.as_ref().and_then(|document| document.json_schema.as_ref());
        Self {
            id: integration.id().to_string(),
            name: integration.name().as_str(),
            json_url: json_url(integration),
            json_schema: json_schema.unwrap_or(&DEFAULT_SCHEMA),
            auth_credential: auth_credential(secrets),
            integration_type: integration.parts().kind.as_str(),
            is_system_integration: is_system(integration),
            created_at: timestamp(integration.parts().created_at),
        }
    }
}

/// T5, T6: an integration that was just changed or deleted.
#[derive(Serialize, ToSchema)]
pub struct ChangedView<'a> {
    #[schema(format = "uuid")]
    id: String,
    name: &'a str,
    json_url: &'a str,
    auth_credential: String,
    integration_type: &'a str,
    is_system_integration: bool,
    #[schema(format = "date-time")]
    created_at: String,
}

impl<'a> From<&'a Disclosed> for ChangedView<'a> {
    fn from(Disclosed { integration, secrets }: &'a Disclosed) -> Self {
        Self {
            id: integration.id().to_string(),
            name: integration.name().as_str(),
            json_url: json_url(integration),
            auth_credential: auth_credential(secrets),
            integration_type: integration.parts().kind.as_str(),
            is_system_integration: is_system(integration),
            created_at: timestamp(integration.parts().created_at),
        }
    }
}

/// T4: an integration in a list.
#[derive(Serialize, ToSchema)]
pub struct ListView<'a> {
    #[schema(format = "uuid")]
    pub(super) id: String,
    pub(super) app_name: &'a str,
    pub(super) json_url: &'a str,
    pub(super) app_url: &'a str,
    pub(super) app_logo: &'a str,
    pub(super) app_description: &'a str,
    is_system_integration: bool,
    pub(super) is_active: bool,
    #[schema(format = "date-time")]
    pub(super) created_at: String,
    #[schema(format = "date-time")]
    pub(super) updated_at: String,
}

impl<'a> ListView<'a> {
    /// What its manifest does not say of an app, its provider does.
    pub fn of(integration: &'a Integration, provider: Option<&'a Provider>) -> Self {
        let parts = integration.parts();
        let app = integration.manifest().and_then(|manifest| manifest.app.as_ref());
        let said = |of_app: fn(&AppDescription) -> &str, otherwise: Option<&'a str>| {
            app.map(of_app).filter(|text| !text.is_empty()).or(otherwise)
        };
        let of_provider = |text: fn(&Provider) -> Option<&str>| provider.and_then(text);
        Self {
            id: parts.id.to_string(),
            app_name: said(|app| &app.name, None).unwrap_or(parts.name.as_str()),
            json_url: json_url(integration),
            app_url: said(|app| &app.url, of_provider(|one| one.homepage.as_deref())).unwrap_or_default(),
            app_logo: said(|app| &app.logo, of_provider(|one| one.logo.as_deref())).unwrap_or_default(),
            app_description: said(|app| &app.description, of_provider(|one| Some(&one.description)))
                .unwrap_or_default(),
            is_system_integration: is_system(integration),
            is_active: parts.status == Status::Active,
            created_at: timestamp(parts.created_at),
            updated_at: timestamp(parts.updated_at),
        }
    }
}

/// One integration with everything that Telex knows of it: the list's view, and what that
/// leaves out.
#[derive(Serialize, ToSchema)]
pub struct SingleView<'a> {
    #[serde(flatten)]
    listed: ListView<'a>,
    name: &'a str,
    integration_type: &'a str,
    auth_credential: String,
}

impl<'a> SingleView<'a> {
    /// The same with its provider, as in a list.
    pub fn of(Disclosed { integration, secrets }: &'a Disclosed, provider: Option<&'a Provider>) -> Self {
        Self {
            listed: ListView::of(integration, provider),
            name: integration.name().as_str(),
            integration_type: integration.parts().kind.as_str(),
            auth_credential: auth_credential(secrets),
        }
    }
}

fn json_url(integration: &Integration) -> &str {
    integration.manifest().map_or("", |manifest| manifest.url.as_str())
}

fn is_system(integration: &Integration) -> bool {
    integration.parts().origin == Origin::System
}

fn auth_credential(secrets: &Shown) -> String {
    shown_text(secrets, &CredentialName::auth_credential())
}
