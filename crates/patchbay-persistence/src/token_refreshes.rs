//! Where the refreshing of grants stands, and whose turn it is.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use patchbay_domain::{
    DueIntegration, Fence, IntegrationId, RefreshAttempt, RefreshRepository, RefreshSchedule, RefreshWrite,
    RepositoryError, Scope, TokenRefresh,
};

use crate::columns::{Reading, column_of};
use crate::database::{
    AnyConnection, Database, load_first, load_one, one_or_stale, per_backend, unavailable,
};
use crate::integrations::hold_live;
use crate::schedule;
use crate::schema::token_refreshes;

/// How the refreshing of one grant stands, as it is stored.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = token_refreshes)]
#[diesel(primary_key(organisation_id, integration_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct RefreshRow {
    organisation_id: String,
    integration_id: String,
    environment_id: String,
    fence: i64,
    due_at: Option<NaiveDateTime>,
    leased_until: Option<NaiveDateTime>,
    attempt_at: Option<NaiveDateTime>,
    attempt_spent: Option<Vec<u8>>,
    previous: Option<Vec<u8>>,
    previous_key: Option<String>,
    failures: i64,
}

/// The fence of a row's first write.
const FIRST: i64 = 1;

impl RefreshRow {
    /// The row as `write` leaves it.
    fn new(write: &RefreshWrite) -> Self {
        let state = &write.state;
        let (attempt, previous) = (state.attempt, state.previous.as_ref());
        Self {
            organisation_id: write.organisation_id.to_string(),
            integration_id: write.integration_id.to_string(),
            environment_id: write.environment_id.to_string(),
            fence: write.expected.map_or(FIRST, |Fence(before)| before.saturating_add(1)),
            due_at: state.due_at.map(column_of),
            leased_until: state.leased_until.map(column_of),
            attempt_at: attempt.map(|attempt| column_of(attempt.at)),
            attempt_spent: attempt.map(|attempt| attempt.spent.0.to_vec()),
            previous: previous.map(|sealed| sealed.envelope().to_vec()),
            previous_key: previous.map(|sealed| sealed.key_id().as_str().to_owned()),
            failures: i64::from(state.failures),
        }
    }
}

impl TryFrom<RefreshRow> for (Fence, TokenRefresh) {
    type Error = RepositoryError;

    fn try_from(row: RefreshRow) -> Result<Self, RepositoryError> {
        let read = Reading("token refresh");
        let attempt = match (row.attempt_at, row.attempt_spent) {
            (None, None) => None,
            (Some(at), Some(spent)) => Some(RefreshAttempt { at: at.and_utc(), spent: read.digest(spent)? }),
            _ => return read.value(Err("half of an attempt")),
        };
        let state = TokenRefresh {
            due_at: row.due_at.map(|at| at.and_utc()),
            leased_until: row.leased_until.map(|at| at.and_utc()),
            attempt,
            previous: read.sealed(row.previous, row.previous_key)?,
            failures: read.value(u32::try_from(row.failures))?,
        };
        Ok((Fence(row.fence), state))
    }
}

impl TryFrom<&RefreshRow> for DueIntegration {
    type Error = RepositoryError;

    fn try_from(row: &RefreshRow) -> Result<Self, RepositoryError> {
        Reading("token refresh").due(&row.organisation_id, &row.environment_id, &row.integration_id)
    }
}

/// Reads from a [`Database`] how the refreshing of grants stands, and hands out what is due.
#[derive(Clone, Debug)]
pub struct DieselRefreshRepository {
    db: Database,
}

impl DieselRefreshRepository {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl RefreshRepository for DieselRefreshRepository {
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Option<(Fence, TokenRefresh)>, RepositoryError> {
        let scope = *scope;
        let row = self.db.read(move |conn| find(conn, &scope, integration).map_err(unavailable)).await?;
        row.map(TryFrom::try_from).transpose()
    }
}

#[async_trait]
impl RefreshSchedule for DieselRefreshRepository {
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

/// What is kept of a deleted integration is gone, and its environment is the integration's:
/// what a scope sees is told without looking there.
pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> QueryResult<Option<RefreshRow>> {
    let one = token_refreshes::table.find((scope.organisation().to_string(), integration.to_string()));
    match scope.environment() {
        None => load_one!(conn, one.select(RefreshRow::as_select())),
        Some(environment) => {
            let one = one.filter(token_refreshes::environment_id.eq(environment.to_string()));
            load_one!(conn, one.select(RefreshRow::as_select()))
        }
    }
}

pub(crate) fn due(conn: &mut AnyConnection, now: NaiveDateTime, limit: i64) -> QueryResult<Vec<RefreshRow>> {
    let is_free = token_refreshes::leased_until.is_null().or(token_refreshes::leased_until.le(now));
    let due = token_refreshes::table
        .filter(token_refreshes::due_at.le(now))
        .filter(is_free)
        .order(token_refreshes::due_at);
    load_first!(limit, conn, due.select(RefreshRow::as_select()))
}

/// Puts off what was found due. Whoever wrote it in between has got it.
fn postpone(conn: &mut AnyConnection, row: &RefreshRow, until: NaiveDateTime) -> QueryResult<bool> {
    let unchanged = token_refreshes::table
        .find((&row.organisation_id, &row.integration_id))
        .filter(token_refreshes::fence.eq(row.fence));
    let postponed = (token_refreshes::due_at.eq(until), token_refreshes::fence.eq(row.fence + 1));
    diesel::update(unchanged).set(postponed).execute(conn).map(|rows| rows > 0)
}

/// A step of a commit that writes how a refreshing stands.
pub(crate) enum RefreshStep {
    /// The first write.
    Insert(RefreshRow),
    /// It replaces exactly the write before its own.
    Replace(RefreshRow),
}

impl RefreshStep {
    /// The step that makes `write`.
    pub(crate) fn of(write: &RefreshWrite) -> Self {
        let row = RefreshRow::new(write);
        if write.expected.is_some() { Self::Replace(row) } else { Self::Insert(row) }
    }

    const fn row(&self) -> &RefreshRow {
        match self {
            Self::Insert(row) | Self::Replace(row) => row,
        }
    }
}

/// Writes it, if the integration lives where the row says.
pub(crate) fn save(conn: &mut AnyConnection, step: &RefreshStep) -> Result<(), RepositoryError> {
    let row = step.row();
    hold_live(conn, &row.organisation_id, &row.integration_id, &row.environment_id)?;
    let before = token_refreshes::table
        .find((&row.organisation_id, &row.integration_id))
        .filter(token_refreshes::fence.eq(row.fence - 1));
    let written = match step {
        RefreshStep::Insert(row) => {
            per_backend!(conn, conn => diesel::insert_into(token_refreshes::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(conn))
        }
        RefreshStep::Replace(row) => diesel::update(before).set(row).execute(conn),
    };
    one_or_stale(written.map_err(unavailable)?)
}

/// Drops how it stands with an integration.
pub(crate) fn delete(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> Result<(), RepositoryError> {
    let kept = token_refreshes::table.find((scope.organisation().to_string(), integration.to_string()));
    diesel::delete(kept).execute(conn).map(drop).map_err(unavailable)
}
