//! What is known of the health of integrations, and whose providers are to be asked.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use patchbay_domain::{
    DueIntegration, Health, HealthRepository, HealthState, HealthWrite, IntegrationId, RepositoryError,
    Scope, VerificationClass, VerificationSchedule,
};

use crate::columns::{Reading, column_of};
use crate::database::{AnyConnection, Database, load_first, load_one, per_backend, unavailable};
use crate::integrations::hold;
use crate::schedule;
use crate::schema::health;

/// What is known of the health of an integration, as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = health)]
#[diesel(primary_key(organisation_id, integration_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct HealthRow {
    organisation_id: String,
    integration_id: String,
    environment_id: String,
    state: String,
    since: Option<NaiveDateTime>,
    class: Option<String>,
    detail: Option<String>,
    checked_at: Option<NaiveDateTime>,
    due_at: Option<NaiveDateTime>,
}

impl From<&HealthWrite> for HealthRow {
    fn from(HealthWrite { integration, health, due_at }: &HealthWrite) -> Self {
        Self {
            organisation_id: integration.parts().organisation_id.to_string(),
            integration_id: integration.id().to_string(),
            environment_id: integration.parts().environment_id.to_string(),
            state: health.state.as_str().to_owned(),
            since: health.since.map(column_of),
            class: health.class.map(|class| class.as_str().to_owned()),
            detail: health.detail.clone(),
            checked_at: health.checked_at.map(column_of),
            due_at: due_at.map(column_of),
        }
    }
}

impl TryFrom<HealthRow> for Health {
    type Error = RepositoryError;

    fn try_from(row: HealthRow) -> Result<Self, RepositoryError> {
        let read = Reading("health");
        let class = row.class.map(|class| read.code(&class, VerificationClass::from_code));
        Ok(Self {
            state: read.code(&row.state, HealthState::from_code)?,
            since: row.since.map(|at| at.and_utc()),
            class: class.transpose()?,
            detail: row.detail,
            checked_at: row.checked_at.map(|at| at.and_utc()),
        })
    }
}

/// Reads the health of integrations from a [`Database`], and hands out what is to be asked.
#[derive(Clone, Debug)]
pub struct DieselHealthRepository {
    db: Database,
}

impl DieselHealthRepository {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl HealthRepository for DieselHealthRepository {
    async fn find(&self, scope: &Scope, integration: IntegrationId) -> Result<Health, RepositoryError> {
        let scope = *scope;
        let row = self.db.read(move |conn| find(conn, &scope, integration).map_err(unavailable)).await?;
        row.map_or_else(|| Ok(Health::unknown()), Health::try_from)
    }
}

#[async_trait]
impl VerificationSchedule for DieselHealthRepository {
    async fn claim(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DueIntegration>, RepositoryError> {
        let (now, until) = (column_of(now), column_of(until));
        let due = move |conn: &mut AnyConnection| due(conn, now, i64::from(limit));
        let claimed = schedule::claim(&self.db, due, move |conn, row| postpone(conn, row, until)).await?;
        claimed.iter().map(DueIntegration::try_from).collect()
    }
}

impl TryFrom<&HealthRow> for DueIntegration {
    type Error = RepositoryError;

    fn try_from(row: &HealthRow) -> Result<Self, RepositoryError> {
        Reading("health").due(&row.organisation_id, &row.environment_id, &row.integration_id)
    }
}

/// What is kept of a deleted integration is gone, and its environment is the integration's:
/// what a scope sees is told without looking there.
pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> QueryResult<Option<HealthRow>> {
    let one = health::table
        .filter(health::organisation_id.eq(scope.organisation().to_string()))
        .filter(health::integration_id.eq(integration.to_string()));
    match scope.environment() {
        None => load_one!(conn, one.select(HealthRow::as_select())),
        Some(environment) => {
            let one = one.filter(health::environment_id.eq(environment.to_string()));
            load_one!(conn, one.select(HealthRow::as_select()))
        }
    }
}

pub(crate) fn due(conn: &mut AnyConnection, now: NaiveDateTime, limit: i64) -> QueryResult<Vec<HealthRow>> {
    let due = health::table.filter(health::due_at.le(now)).order(health::due_at);
    load_first!(limit, conn, due.select(HealthRow::as_select()))
}

/// Puts off what was found due. Whoever did so in between has got it.
fn postpone(conn: &mut AnyConnection, row: &HealthRow, until: NaiveDateTime) -> QueryResult<bool> {
    let unchanged = health::table
        .filter(health::organisation_id.eq(&row.organisation_id))
        .filter(health::integration_id.eq(&row.integration_id))
        .filter(health::due_at.eq(row.due_at));
    diesel::update(unchanged).set(health::due_at.eq(until)).execute(conn).map(|rows| rows > 0)
}

/// Keeps what is known in the place of what was, if the integration is still at `version`.
pub(crate) fn store(conn: &mut AnyConnection, row: &HealthRow, version: i32) -> Result<(), RepositoryError> {
    let held = hold(conn, &row.organisation_id, &row.integration_id, &row.environment_id);
    if held.map_err(unavailable)? != Some(version) {
        return Err(RepositoryError::Stale);
    }
    let stored = per_backend!(conn, conn => diesel::insert_into(health::table)
        .values(row)
        .on_conflict((health::organisation_id, health::integration_id))
        .do_update()
        .set(row)
        .execute(conn));
    stored.map(drop).map_err(unavailable)
}

/// Drops what is known of an integration.
pub(crate) fn delete(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> Result<(), RepositoryError> {
    let kept = health::table
        .filter(health::organisation_id.eq(scope.organisation().to_string()))
        .filter(health::integration_id.eq(integration.to_string()));
    diesel::delete(kept).execute(conn).map(drop).map_err(unavailable)
}
