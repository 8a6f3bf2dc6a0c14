//! An integration as it is stored.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{
    AgentId, AppDescription, ChannelKind, Conditions, Configuration, Deletion, Identifier, Integration,
    IntegrationKind, IntegrationName, IntegrationParts, Manifest, ManifestUrl, Origin, ProviderId,
    ProviderName, RepositoryError, Status, Uncatalogued, UniqueRule, Version, Visibility,
};
use serde_json::{Map, Value, json};

use super::grant;
use crate::columns::{Reading, actor_column, codes_column, column_of};
use crate::schema::integrations;

/// An integration as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = integrations)]
#[diesel(primary_key(organisation_id, id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct IntegrationRow {
    pub(crate) organisation_id: String,
    pub(crate) id: String,
    pub(crate) environment_id: String,
    provider: String,
    name: String,
    kind: String,
    origin: String,
    status: String,
    manifest_url: Option<String>,
    manifest_app: Option<String>,
    credentials: Option<Vec<u8>>,
    credentials_key: Option<String>,
    unique_rules: String,
    pub(crate) version: i32,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    deleted_at: Option<NaiveDateTime>,
    deleted_by: Option<String>,
    grant_tokens: Option<Vec<u8>>,
    grant_key: Option<String>,
    grant_info: Option<String>,
    grant_expires_at: Option<NaiveDateTime>,
    facts: Option<String>,
    configuration: Option<String>,
    visibility: String,
    agent: Option<String>,
    identifier: Option<String>,
    conditions: Option<String>,
    provider_name: Option<String>,
    provider_channel: Option<String>,
}

impl From<&Integration> for IntegrationRow {
    fn from(integration: &Integration) -> Self {
        let parts = integration.parts();
        // The secrets of a deleted integration are destroyed, whoever made its last version.
        let sealed = parts.credentials.as_ref().filter(|_| parts.deleted.is_none());
        let grant = parts.grant.as_ref().filter(|_| parts.deleted.is_none());
        let app = parts.manifest.as_ref().and_then(|manifest| manifest.app.as_ref());
        Self {
            organisation_id: parts.organisation_id.to_string(),
            id: parts.id.to_string(),
            environment_id: parts.environment_id.to_string(),
            provider: parts.provider.as_str().to_owned(),
            name: parts.name.as_str().to_owned(),
            kind: parts.kind.as_str().to_owned(),
            origin: parts.origin.as_str().to_owned(),
            status: parts.status.as_str().to_owned(),
            manifest_url: parts.manifest.as_ref().map(|manifest| manifest.url.as_str().to_owned()),
            manifest_app: app.map(app_column),
            credentials: sealed.map(|sealed| sealed.envelope().to_vec()),
            credentials_key: sealed.map(|sealed| sealed.key_id().as_str().to_owned()),
            unique_rules: codes_column(parts.unique_rules.iter().map(UniqueRule::as_str)),
            version: parts.version.number(),
            created_at: column_of(parts.created_at),
            updated_at: column_of(parts.updated_at),
            deleted_at: parts.deleted.map(|deletion| column_of(deletion.at)),
            deleted_by: parts.deleted.map(|deletion| actor_column(deletion.by)),
            grant_tokens: grant.map(|grant| grant.tokens.envelope().to_vec()),
            grant_key: grant.map(|grant| grant.tokens.key_id().as_str().to_owned()),
            grant_info: grant.map(grant::info_column),
            grant_expires_at: grant.and_then(|grant| grant.expires_at).map(column_of),
            facts: object_column(&parts.facts),
            configuration: object_column(parts.configuration.members()),
            visibility: parts.visibility.as_str().to_owned(),
            agent: parts.agent.as_ref().map(|agent| agent.as_str().to_owned()),
            identifier: parts.identifier.as_ref().map(|identifier| identifier.as_str().to_owned()),
            conditions: conditions_column(&parts.conditions),
            provider_name: parts.uncatalogued.as_ref().map(|one| one.name.as_str().to_owned()),
            provider_channel: parts.uncatalogued.as_ref().map(|one| one.channel.as_str().to_owned()),
        }
    }
}

impl TryFrom<IntegrationRow> for Integration {
    type Error = RepositoryError;

    fn try_from(row: IntegrationRow) -> Result<Self, RepositoryError> {
        let read = Reading("integration");
        let manifest = |url: String| {
            let url = read.value(ManifestUrl::parse(&url))?;
            let app = row.manifest_app.as_deref().map(|app| read.value(app_of(app))).transpose()?;
            Ok(Manifest { url, app })
        };
        let uncatalogued = |(name, channel): (String, String)| {
            Ok(Uncatalogued {
                name: read.value(ProviderName::parse(&name))?,
                channel: read.code(&channel, ChannelKind::from_code)?,
            })
        };
        let deletion =
            |(at, by): (NaiveDateTime, String)| Ok(Deletion { at: at.and_utc(), by: read.actor(&by)? });
        Ok(Self::from_parts(IntegrationParts {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            environment_id: read.value(row.environment_id.parse())?,
            provider: read.value(ProviderId::parse(&row.provider))?,
            uncatalogued: row.provider_name.zip(row.provider_channel).map(uncatalogued).transpose()?,
            name: read.value(IntegrationName::parse(&row.name))?,
            identifier: row.identifier.map(|one| read.value(Identifier::parse(&one))).transpose()?,
            kind: read.value(IntegrationKind::parse(&row.kind))?,
            origin: read.code(&row.origin, Origin::from_code)?,
            status: read.code(&row.status, Status::from_code)?,
            manifest: row.manifest_url.map(manifest).transpose()?,
            credentials: read.sealed(row.credentials, row.credentials_key)?,
            grant: read
                .sealed(row.grant_tokens, row.grant_key)?
                .map(|tokens| grant::read(read, tokens, row.grant_info.as_deref(), row.grant_expires_at))
                .transpose()?,
            visibility: read.code(&row.visibility, Visibility::from_code)?,
            agent: row.agent.map(|agent| read.value(AgentId::parse(&agent))).transpose()?,
            configuration: Configuration::from_stored(read.value(object_of(row.configuration))?),
            facts: read.value(object_of(row.facts))?,
            conditions: read.value(conditions_of(row.conditions.as_deref()))?,
            unique_rules: read.codes(&row.unique_rules, UniqueRule::from_code)?,
            version: read.value(Version::from_number(row.version).ok_or("a version below 1"))?,
            created_at: row.created_at.and_utc(),
            updated_at: row.updated_at.and_utc(),
            deleted: row.deleted_at.zip(row.deleted_by).map(deletion).transpose()?,
        }))
    }
}

/// Most have none.
fn object_column(object: &Map<String, Value>) -> Option<String> {
    // Writing JSON values into text cannot fail.
    if object.is_empty() { None } else { serde_json::to_string(object).ok() }
}

fn object_of(column: Option<String>) -> Result<Map<String, Value>, serde_json::Error> {
    column.map_or_else(|| Ok(Map::new()), |object| serde_json::from_str(&object))
}

fn conditions_column(conditions: &Conditions) -> Option<String> {
    // Writing JSON values into text cannot fail.
    if conditions.is_empty() { None } else { serde_json::to_string(conditions.groups()).ok() }
}

fn conditions_of(column: Option<&str>) -> Result<Conditions, serde_json::Error> {
    let groups: Vec<Value> = column.map(serde_json::from_str).transpose()?.unwrap_or_default();
    Ok(Conditions::from_stored(groups))
}

fn app_column(app: &AppDescription) -> String {
    let AppDescription { name, url, logo, description } = app;
    json!({"name": name, "url": url, "logo": logo, "description": description}).to_string()
}

fn app_of(column: &str) -> Result<AppDescription, serde_json::Error> {
    let members: Map<String, Value> = serde_json::from_str(column)?;
    // What an older version did not store reads as empty, which every text here may be.
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(AppDescription {
        name: text("name"),
        url: text("url"),
        logo: text("logo"),
        description: text("description"),
    })
}
