//! Custom integrations.

use patchbay_application::AppError;
use patchbay_application::integrations::NewCustomIntegration;
use patchbay_domain::{Integration, ManifestUrl, UniqueRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::integrations::ListView;
use crate::kernel::{Member, ValueText, text};

/// T14, T16: where the manifest is.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CustomBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<ManifestUrl>::sent, required = true)]
    #[validate(required, custom(function = "text::<ManifestUrl>"))]
    json_url: Member<String>,
}

impl CustomBody {
    /// The address, as text of its kind: whether it can be asked shows when it is.
    ///
    /// # Errors
    /// None, once the body is validated.
    pub fn url(self) -> Result<ManifestUrl, AppError> {
        self.json_url.required()
    }
}

impl TryFrom<CustomBody> for NewCustomIntegration {
    type Error = AppError;

    fn try_from(body: CustomBody) -> Result<Self, AppError> {
        let rules = [UniqueRule::NameAndManifest, UniqueRule::CustomManifest];
        Ok(Self { manifest_url: body.url()?, unique_rules: rules.into_iter().collect() })
    }
}

/// T15: a custom integration in a list.
#[derive(Serialize, ToSchema)]
pub struct CustomListView<'a> {
    #[schema(format = "uuid")]
    id: String,
    app_name: &'a str,
    json_url: &'a str,
    app_url: &'a str,
    app_logo: &'a str,
    app_description: &'a str,
    is_active: bool,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
    updated_at: String,
}

impl<'a> From<&'a Integration> for CustomListView<'a> {
    fn from(integration: &'a Integration) -> Self {
        let listed = ListView::of(integration, None);
        Self {
            id: listed.id,
            app_name: listed.app_name,
            json_url: listed.json_url,
            app_url: listed.app_url,
            app_logo: listed.app_logo,
            app_description: listed.app_description,
            is_active: listed.is_active,
            created_at: listed.created_at,
            updated_at: listed.updated_at,
        }
    }
}
