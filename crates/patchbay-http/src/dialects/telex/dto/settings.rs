//! Settings.

use patchbay_application::AppError;
use patchbay_application::settings::{NewSetting, SettingChange, ShownSetting};
use patchbay_application::{Fault, FaultReason};
use patchbay_domain::{ChannelId, SettingLabel};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use super::time;
use crate::kernel::{Member, Scalar, nested, setting_text, text, well_typed};

/// T7, T10: a label and its value.
#[derive(Deserialize, Validate, ToSchema)]
pub struct AddSettingBody {
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    #[validate(required, custom(function = "text::<SettingLabel>"))]
    form_field_label: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, max_length = 8192)]
    #[validate(required, length(max = 8192), custom(function = "well_typed"))]
    form_field_value: Member<Scalar>,
}

impl TryFrom<AddSettingBody> for NewSetting {
    type Error = AppError;

    fn try_from(body: AddSettingBody) -> Result<Self, AppError> {
        Ok(Self { label: body.form_field_label.required()?, value: body.form_field_value.sent()?.0 })
    }
}

/// T9, T12: a new label, a new value, or both; what is absent or `null` stays.
#[derive(Deserialize, Validate, ToSchema)]
pub struct EditSettingBody {
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    #[validate(custom(function = "text::<SettingLabel>"))]
    form_field_label: Member<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 8192)]
    #[validate(length(max = 8192), custom(function = "well_typed"))]
    form_field_value: Member<Scalar>,
    /// Which setting, where the path does not say.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    #[validate(custom(function = "well_typed"))]
    id: Member<String>,
}

impl EditSettingBody {
    /// The id that the body names, if any.
    pub fn named_id(&self) -> Option<String> {
        self.id.clone().value()
    }
}

impl TryFrom<EditSettingBody> for SettingChange {
    type Error = AppError;

    fn try_from(body: EditSettingBody) -> Result<Self, AppError> {
        if !body.form_field_label.is_sent() && !body.form_field_value.is_sent() {
            return Err(AppError::Invalid(Fault::of_body(FaultReason::NothingToChange).into()));
        }
        let value = body.form_field_value.value();
        Ok(Self { label: body.form_field_label.parsed()?, value: value.map(|Scalar(text)| text) })
    }
}

/// T18: one entry of a custom integration.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CustomSettingBody {
    #[serde(default)]
    #[schema(value_type = SettingEntry)]
    #[validate(required, custom(function = "well_typed"))]
    setting_entry: Member<Map<String, Value>>,
}

/// T18: the entry itself.
#[derive(Deserialize, Validate, ToSchema)]
pub struct SettingEntry {
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    #[validate(required, custom(function = "text::<SettingLabel>"))]
    field_name: Member<String>,
    #[serde(default)]
    #[schema(value_type = String, max_length = 8192)]
    #[validate(required, length(max = 8192), custom(function = "well_typed"))]
    value: Member<Scalar>,
}

impl TryFrom<CustomSettingBody> for NewSetting {
    type Error = AppError;

    fn try_from(body: CustomSettingBody) -> Result<Self, AppError> {
        let entry: SettingEntry = nested("setting_entry", body.setting_entry.sent()?)?;
        Ok(Self { label: entry.field_name.required()?, value: entry.value.sent()?.0 })
    }
}

/// T8: a setting of an integration as a whole. The value comes before the label.
#[derive(Serialize, ToSchema)]
pub struct SettingView<'a> {
    id: String,
    org_id: String,
    integration_id: String,
    form_field_value: &'a str,
    form_field_label: &'a str,
    created_at: String,
    updated_at: String,
}

impl<'a> From<&'a ShownSetting> for SettingView<'a> {
    fn from(shown: &'a ShownSetting) -> Self {
        let parts = shown.setting.parts();
        Self {
            id: parts.id.to_string(),
            org_id: parts.organisation_id.to_string(),
            integration_id: parts.integration_id.to_string(),
            form_field_value: setting_text(&shown.value),
            form_field_label: parts.label.as_str(),
            created_at: time(parts.created_at),
            updated_at: time(parts.updated_at),
        }
    }
}

/// T11: a setting in force in a channel.
#[derive(Serialize, ToSchema)]
pub struct ChannelSettingView<'a> {
    id: String,
    org_id: String,
    integration_id: String,
    channel_id: &'a str,
    form_field_value: &'a str,
    form_field_label: &'a str,
    created_at: String,
    updated_at: String,
}

impl<'a> ChannelSettingView<'a> {
    /// The setting as `channel` sees it.
    pub fn of(channel: &'a ChannelId, shown: &'a ShownSetting) -> Self {
        let general = SettingView::from(shown);
        Self {
            id: general.id,
            org_id: general.org_id,
            integration_id: general.integration_id,
            channel_id: channel.as_str(),
            form_field_value: general.form_field_value,
            form_field_label: general.form_field_label,
            created_at: general.created_at,
            updated_at: general.updated_at,
        }
    }
}

/// T19: one pair.
#[derive(Default, Serialize, ToSchema)]
pub struct PairView<'a> {
    field_name: &'a str,
    value: &'a str,
}

impl<'a> From<&'a ShownSetting> for PairView<'a> {
    fn from(shown: &'a ShownSetting) -> Self {
        Self { field_name: shown.setting.label().as_str(), value: setting_text(&shown.value) }
    }
}

/// T19: the pair that was changed last, and all of them when there are several.
#[derive(Serialize, ToSchema)]
pub struct CustomSettingsView<'a> {
    #[serde(flatten)]
    latest: PairView<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    settings: Vec<PairView<'a>>,
}

impl<'a> From<&'a [ShownSetting]> for CustomSettingsView<'a> {
    fn from(shown: &'a [ShownSetting]) -> Self {
        // Of those changed at one time the first counts: the order of the list is theirs.
        let latest = shown.iter().rev().max_by_key(|shown| shown.setting.parts().updated_at);
        let settings = if shown.len() > 1 { shown.iter().map(PairView::from).collect() } else { Vec::new() };
        Self { latest: latest.map(PairView::from).unwrap_or_default(), settings }
    }
}
