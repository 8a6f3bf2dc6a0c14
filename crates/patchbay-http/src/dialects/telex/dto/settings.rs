//! Settings.

use patchbay_application::AppError;
use patchbay_application::settings::{NewSetting, SettingChange, ShownSetting};
use patchbay_application::{Fault, FaultReason};
use patchbay_domain::{ChannelId, SettingLabel};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::kernel::{
    Member, Scalar, ScalarText, SomeOf, ValueText, nested, setting_text, text, timestamp, well_typed,
};

/// T7, T10: a label and its value.
#[derive(Deserialize, Validate, ToSchema)]
pub struct AddSettingBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<SettingLabel>::sent, required = true)]
    #[validate(required, custom(function = "text::<SettingLabel>"))]
    form_field_label: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ScalarText::<8192>::sent, required = true)]
    #[validate(required, length(max = 8192), custom(function = "well_typed"))]
    form_field_value: Member<Scalar>,
}

impl TryFrom<AddSettingBody> for NewSetting {
    type Error = AppError;

    fn try_from(body: AddSettingBody) -> Result<Self, AppError> {
        Ok(Self { label: body.form_field_label.required()?, value: body.form_field_value.sent()?.0 })
    }
}

/// T12: a new label, a new value, or both; what is absent or `null` stays.
#[derive(Deserialize, Validate, ToSchema)]
pub struct EditSettingBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<SettingLabel>::nullable)]
    #[validate(custom(function = "text::<SettingLabel>"))]
    form_field_label: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ScalarText::<8192>::nullable)]
    #[validate(length(max = 8192), custom(function = "well_typed"))]
    form_field_value: Member<Scalar>,
}

/// What a document says of [`EditSettingBody`].
pub type SettingChanges = SomeOf<EditSettingBody>;

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

/// T9: the same, and which setting is meant, because the path does not say.
#[derive(Deserialize, Validate, ToSchema)]
pub struct EditSomeSettingBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<SettingLabel>::nullable)]
    #[validate(custom(function = "text::<SettingLabel>"))]
    form_field_label: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ScalarText::<8192>::nullable)]
    #[validate(length(max = 8192), custom(function = "well_typed"))]
    form_field_value: Member<Scalar>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    #[validate(custom(function = "well_typed"))]
    id: Member<String>,
}

/// What a document says of [`EditSomeSettingBody`].
pub type SomeSettingChanges = SomeOf<EditSomeSettingBody>;

impl EditSomeSettingBody {
    /// The change, and the id of what is to be changed, if the body names one.
    ///
    /// # Errors
    /// As for [`EditSettingBody`].
    pub fn into_parts(self) -> Result<(SettingChange, Option<String>), AppError> {
        let Self { form_field_label, form_field_value, id } = self;
        Ok((EditSettingBody { form_field_label, form_field_value }.try_into()?, id.value()))
    }
}

/// T18: one entry of a custom integration.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CustomSettingBody {
    #[serde(default)]
    #[schema(value_type = SettingEntry, required = true)]
    #[validate(required, custom(function = "well_typed"))]
    setting_entry: Member<Map<String, Value>>,
}

/// T18: the entry itself.
#[derive(Deserialize, Validate, ToSchema)]
pub struct SettingEntry {
    #[serde(default)]
    #[schema(schema_with = ValueText::<SettingLabel>::sent, required = true)]
    #[validate(required, custom(function = "text::<SettingLabel>"))]
    field_name: Member<String>,
    #[serde(default)]
    #[schema(schema_with = ScalarText::<8192>::sent, required = true)]
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
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    org_id: String,
    #[schema(format = "uuid")]
    integration_id: String,
    form_field_value: &'a str,
    form_field_label: &'a str,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
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
            created_at: timestamp(parts.created_at),
            updated_at: timestamp(parts.updated_at),
        }
    }
}

/// T11: a setting in force in a channel.
#[derive(Serialize, ToSchema)]
pub struct ChannelSettingView<'a> {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "uuid")]
    org_id: String,
    #[schema(format = "uuid")]
    integration_id: String,
    channel_id: &'a str,
    form_field_value: &'a str,
    form_field_label: &'a str,
    #[schema(format = "date-time")]
    created_at: String,
    #[schema(format = "date-time")]
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use patchbay_application::settings::ShownValue;
    use patchbay_domain::{
        EnvironmentId, IntegrationId, OrganisationId, Setting, SettingId, SettingParts, SettingText,
        SettingValue, Version,
    };
    use serde_json::json;
    use uuid::Uuid;

    /// A setting that was changed at this second.
    fn shown(label: &str, value: ShownValue, changed: i64) -> ShownSetting {
        let id = Uuid::nil();
        let setting = Setting::from_parts(SettingParts {
            id: SettingId::from_uuid(id),
            organisation_id: OrganisationId::from_uuid(id),
            environment_id: EnvironmentId::from_uuid(id),
            integration_id: IntegrationId::from_uuid(id),
            channel: None,
            label: SettingLabel::parse(label).unwrap(),
            value: SettingValue::Plain(SettingText::parse("").unwrap()),
            version: Version::FIRST,
            created_at: DateTime::default(),
            updated_at: DateTime::from_timestamp(changed, 0).unwrap(),
        });
        ShownSetting { setting, value }
    }

    fn plain(text: &str) -> ShownValue {
        ShownValue::Plain(SettingText::parse(text).unwrap())
    }

    /// The members in their order.
    fn text(settings: &[ShownSetting]) -> String {
        serde_json::to_string(&CustomSettingsView::from(settings)).unwrap()
    }

    #[test]
    fn no_setting_is_shown_as_an_empty_pair() {
        assert_eq!(text(&[]), r#"{"field_name":"","value":""}"#);
    }

    #[test]
    fn one_setting_is_shown_as_just_its_pair() {
        let one = shown("colour", plain("red"), 0);
        assert_eq!(text(&[one]), r#"{"field_name":"colour","value":"red"}"#);
    }

    #[test]
    fn of_several_settings_the_one_changed_last_comes_first_and_then_all_in_order() {
        let secret = ShownValue::Masked("********cret".to_owned());
        let full = ShownValue::Full("in full".into());
        let several = [shown("colour", plain("red"), 1), shown("token", secret, 3), shown("key", full, 2)];
        assert_eq!(
            text(&several),
            r#"{"field_name":"token","value":"********cret","settings":[{"field_name":"colour","value":"red"},"#
                .to_owned()
                + r#"{"field_name":"token","value":"********cret"},{"field_name":"key","value":"in full"}]}"#
        );
    }

    #[test]
    fn of_settings_changed_at_one_time_the_first_of_the_list_counts() {
        let same = [shown("a", plain("1"), 0), shown("b", plain("2"), 5), shown("c", plain("3"), 5)];
        let view = serde_json::to_value(CustomSettingsView::from(&same[..])).unwrap();
        assert_eq!((&view["field_name"], &view["value"]), (&json!("b"), &json!("2")));
    }
}
