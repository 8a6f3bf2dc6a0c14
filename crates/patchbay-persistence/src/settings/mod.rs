//! Settings: of integrations as a whole, and for single channels.

mod row;
mod writes;

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{
    ChannelConfig, ChannelConfigRepository, ChannelId, IntegrationId, RepositoryError, Scope, Setting,
    SettingRepository,
};

use crate::database::{AnyConnection, Database, unavailable};
use crate::schema::settings;
pub(crate) use row::SettingRow;
use row::channel_column;
pub(crate) use writes::{delete, delete_all, insert, update};

/// Reads the settings of integrations as a whole from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselSettingRepository {
    db: Database,
}

impl DieselSettingRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl SettingRepository for DieselSettingRepository {
    async fn list(&self, scope: &Scope, integration: IntegrationId) -> Result<Vec<Setting>, RepositoryError> {
        listed(&self.db, scope, integration, None).await
    }
}

/// Reads the settings of integrations for single channels from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselChannelConfigRepository {
    db: Database,
}

impl DieselChannelConfigRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl ChannelConfigRepository for DieselChannelConfigRepository {
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
        channel: &ChannelId,
    ) -> Result<ChannelConfig, RepositoryError> {
        let settings = listed(&self.db, scope, integration, Some(channel)).await?;
        Ok(ChannelConfig { integration_id: integration, channel: channel.clone(), settings })
    }
}

async fn listed(
    db: &Database,
    scope: &Scope,
    integration: IntegrationId,
    channel: Option<&ChannelId>,
) -> Result<Vec<Setting>, RepositoryError> {
    let (scope, channel) = (*scope, channel_column(channel));
    let rows = db.read(move |conn| list(conn, &scope, integration, &channel).map_err(unavailable)).await?;
    rows.into_iter().map(Setting::try_from).collect()
}

/// The settings of a live integration have its environment, and those of a deleted one are
/// gone: what a scope sees is told without looking at the integration.
pub(crate) fn list(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
    channel: &str,
) -> QueryResult<Vec<SettingRow>> {
    let all = settings::table
        .filter(settings::organisation_id.eq(scope.organisation().to_string()))
        .filter(settings::integration_id.eq(integration.to_string()))
        .filter(settings::channel.eq(channel))
        .order((settings::created_at, settings::id))
        .select(SettingRow::as_select());
    match scope.environment() {
        None => all.load(conn),
        Some(environment) => all.filter(settings::environment_id.eq(environment.to_string())).load(conn),
    }
}
