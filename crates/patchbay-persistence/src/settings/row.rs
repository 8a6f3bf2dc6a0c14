//! A setting as it is stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{
    BoxError, ChannelId, RepositoryError, Setting, SettingLabel, SettingParts, SettingText, SettingValue,
    Version,
};

use crate::columns::{Reading, column_of};
use crate::schema::settings;

/// The channel column of a setting that is for the integration as a whole.
const NO_CHANNEL: &str = "";

/// The channel column of what is for this channel, or for none.
pub(super) fn channel_column(channel: Option<&ChannelId>) -> String {
    channel.map_or(NO_CHANNEL, ChannelId::as_str).to_owned()
}

/// A setting as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = settings)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct SettingRow {
    pub(super) organisation_id: String,
    pub(super) id: String,
    pub(super) environment_id: String,
    pub(super) integration_id: String,
    channel: String,
    pub(super) label: String,
    pub(super) value: Option<String>,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) sealed_key: Option<String>,
    pub(super) version: i32,
    created_at: NaiveDateTime,
    pub(super) updated_at: NaiveDateTime,
}

impl From<&Setting> for SettingRow {
    fn from(setting: &Setting) -> Self {
        let parts = setting.parts();
        let (plain, sealed) = match &parts.value {
            SettingValue::Plain(text) => (Some(text), None),
            SettingValue::Secret(sealed) => (None, Some(sealed)),
        };
        Self {
            organisation_id: parts.organisation_id.to_string(),
            id: parts.id.to_string(),
            environment_id: parts.environment_id.to_string(),
            integration_id: parts.integration_id.to_string(),
            channel: channel_column(parts.channel.as_ref()),
            label: parts.label.as_str().to_owned(),
            value: plain.map(|text| text.as_str().to_owned()),
            sealed: sealed.map(|sealed| sealed.envelope().to_vec()),
            sealed_key: sealed.map(|sealed| sealed.key_id().as_str().to_owned()),
            version: parts.version.number(),
            created_at: column_of(parts.created_at),
            updated_at: column_of(parts.updated_at),
        }
    }
}

impl TryFrom<SettingRow> for Setting {
    type Error = RepositoryError;

    fn try_from(row: SettingRow) -> Result<Self, RepositoryError> {
        let read = Reading("setting");
        let channel = Some(row.channel).filter(|channel| channel != NO_CHANNEL);
        let value = match (row.value, read.sealed(row.sealed, row.sealed_key)?) {
            (Some(text), None) => SettingText::parse(&text).map(SettingValue::Plain).map_err(BoxError::from),
            (None, Some(sealed)) => Ok(SettingValue::Secret(sealed)),
            _ => Err("neither plain nor sealed".into()),
        };
        Ok(Self::from_parts(SettingParts {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            environment_id: read.value(row.environment_id.parse())?,
            integration_id: read.value(row.integration_id.parse())?,
            channel: channel.map(|channel| read.value(ChannelId::parse(&channel))).transpose()?,
            label: read.value(SettingLabel::parse(&row.label))?,
            value: read.value(value)?,
            version: read.value(Version::from_number(row.version).ok_or("a version below 1"))?,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
        }))
    }
}
