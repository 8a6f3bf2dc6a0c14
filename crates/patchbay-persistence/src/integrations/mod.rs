//! Integrations.

mod further;
mod grant;
mod row;

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::dsl::{count_star, sql};
use diesel::expression::{AsExpression, SqlLiteral};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamp};
use patchbay_domain::{
    Integration, IntegrationFilter, IntegrationId, IntegrationPosition, IntegrationRepository, Origin, Page,
    PageRequest, RepositoryError, Scope, UniqueKey,
};

use further::Further;
pub(crate) use row::IntegrationRow;

use crate::columns::{Reading, column_of};
use crate::database::{AnyConnection, Database, load_first, load_one, per_backend, unavailable};
use crate::keyset::follows;
use crate::schema::integrations::dsl::{
    agent, created_at, deleted_at, deleted_by, environment_id, id, integrations, kind, organisation_id,
    provider, status, version, visibility,
};
use crate::schema::unique_keys;
use crate::unit_of_work::unique_key_column;

/// Reads integrations from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselIntegrationRepository {
    db: Database,
}

impl DieselIntegrationRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl IntegrationRepository for DieselIntegrationRepository {
    async fn find(
        &self,
        scope: &Scope,
        wanted: IntegrationId,
    ) -> Result<Option<Integration>, RepositoryError> {
        let scope = *scope;
        // Read into the model here: the database's threads are to be free again at once.
        let row = self.db.read(move |conn| find(conn, &scope, wanted).map_err(unavailable)).await?;
        row.map(Integration::try_from).transpose()
    }

    async fn find_holder(
        &self,
        scope: &Scope,
        key: &UniqueKey,
    ) -> Result<Option<Integration>, RepositoryError> {
        let (scope, key) = (*scope, unique_key_column(key));
        let row = self.db.read(move |conn| find_holder(conn, &scope, &key).map_err(unavailable)).await?;
        row.map(Integration::try_from).transpose()
    }

    async fn find_deleted(
        &self,
        scope: &Scope,
        wanted: IntegrationId,
    ) -> Result<Option<Integration>, RepositoryError> {
        let scope = *scope;
        let row = self.db.read(move |conn| find_deleted(conn, &scope, wanted).map_err(unavailable)).await?;
        row.map(Integration::try_from).transpose()
    }

    async fn list(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<Page<Integration, IntegrationPosition>, RepositoryError> {
        let (scope, filter) = (*scope, filter.clone());
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let mut rows =
            self.db.read(move |conn| list(conn, &scope, &filter, page).map_err(unavailable)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let items = rows.into_iter().map(Integration::try_from).collect::<Result<Vec<_>, _>>()?;
        let next = if more { items.last().map(IntegrationPosition::of) } else { None };
        Ok(Page { items, next })
    }

    async fn count(&self, scope: &Scope, filter: &IntegrationFilter) -> Result<u64, RepositoryError> {
        let (scope, filter) = (*scope, filter.clone());
        let count = self.db.read(move |conn| count(conn, &scope, &filter).map_err(unavailable)).await?;
        Reading("count").value(u64::try_from(count))
    }

    async fn position(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        nth: u64,
    ) -> Result<Option<IntegrationPosition>, RepositoryError> {
        let (scope, filter) = (*scope, filter.clone());
        let Ok(nth) = i64::try_from(nth) else { return Ok(None) };
        let row = self.db.read(move |conn| position(conn, &scope, &filter, nth).map_err(unavailable)).await?;
        let place = |(time, found): (NaiveDateTime, String)| {
            Ok(IntegrationPosition {
                created_at: time.and_utc(),
                id: Reading("integration").value(found.parse())?,
            })
        };
        row.map(place).transpose()
    }
}

/// Asks by `deleted_by`, which is null when `deleted_at` is: with the condition of the
/// lists' indexes, a planner that has no figures yet could take one of them for this.
pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    wanted: IntegrationId,
) -> QueryResult<Option<IntegrationRow>> {
    let live = integrations
        .filter(organisation_id.eq(scope.organisation().to_string()))
        .filter(id.eq(wanted.to_string()))
        .filter(deleted_by.is_null());
    match scope.environment() {
        None => load_one!(conn, live.select(IntegrationRow::as_select())),
        Some(environment) => {
            let live = live.filter(environment_id.eq(environment.to_string()));
            load_one!(conn, live.select(IntegrationRow::as_select()))
        }
    }
}

pub(crate) fn find_holder(
    conn: &mut AnyConnection,
    scope: &Scope,
    key: &str,
) -> QueryResult<Option<IntegrationRow>> {
    let is_held = unique_keys::organisation_id.eq(organisation_id).and(unique_keys::integration_id.eq(id));
    let holder = unique_keys::table
        .inner_join(integrations.on(is_held))
        .filter(unique_keys::organisation_id.eq(scope.organisation().to_string()))
        .filter(unique_keys::key.eq(key))
        .filter(deleted_by.is_null());
    match scope.environment() {
        None => load_one!(conn, holder.select(IntegrationRow::as_select())),
        Some(environment) => {
            let holder = holder.filter(environment_id.eq(environment.to_string()));
            load_one!(conn, holder.select(IntegrationRow::as_select()))
        }
    }
}

pub(crate) fn find_deleted(
    conn: &mut AnyConnection,
    scope: &Scope,
    wanted: IntegrationId,
) -> QueryResult<Option<IntegrationRow>> {
    let deleted = integrations
        .filter(organisation_id.eq(scope.organisation().to_string()))
        .filter(id.eq(wanted.to_string()))
        .filter(deleted_by.is_not_null());
    match scope.environment() {
        None => load_one!(conn, deleted.select(IntegrationRow::as_select())),
        Some(environment) => {
            let deleted = deleted.filter(environment_id.eq(environment.to_string()));
            load_one!(conn, deleted.select(IntegrationRow::as_select()))
        }
    }
}

/// That a column has the wanted value, or that any will do: one statement for both.
macro_rules! as_wanted {
    ($column:expr, $wanted:expr) => {{
        let any_will_do = $wanted.is_none();
        $column.eq($wanted.unwrap_or_default()).or(any_will_do.into_sql::<Bool>())
    }};
}

/// Keeps a live integration from being changed, deleted or moved until the commit, and answers
/// its version; `None` when there is none.
///
/// PostgreSQL is asked for a lock that conflicts with every update of the row: the weaker
/// key lock of a foreign key lets it be marked as deleted. SQLite has one writer.
pub(crate) fn hold(
    conn: &mut AnyConnection,
    organisation: &str,
    wanted: &str,
    environment: &str,
) -> QueryResult<Option<i32>> {
    let live = integrations
        .filter(organisation_id.eq(organisation))
        .filter(id.eq(wanted))
        .filter(environment_id.eq(environment))
        .filter(deleted_at.is_null())
        .select(version);
    match conn {
        AnyConnection::Postgres(conn) => live.for_share().first(conn).optional(),
        AnyConnection::Sqlite(conn) => live.first(conn).optional(),
    }
}

/// The same for what hangs on the integration, whatever its version: stale when there is none.
pub(crate) fn hold_live(
    conn: &mut AnyConnection,
    organisation: &str,
    wanted: &str,
    environment: &str,
) -> Result<(), RepositoryError> {
    let held = hold(conn, organisation, wanted, environment).map_err(unavailable)?;
    held.map(drop).ok_or(RepositoryError::Stale)
}

/// Has `$rows` see a list: what `$query` is narrowed to by scope and filter. A macro because
/// each way of narrowing is a query of its own type, whose statement is prepared once.
macro_rules! narrowed {
    ($scope:expr, $filter:expr, $query:expr, |$listed:ident| $rows:expr) => {{
        let query =
            $query.filter(organisation_id.eq($scope.organisation().to_string())).filter(deleted_at.is_null());
        let environment = $scope.environment().map(|environment| environment.to_string());
        match (environment, $filter.origin.map(of_origin), Further::of($filter)) {
            (None, None, None) => {
                let $listed = query;
                $rows
            }
            (Some(environment), None, None) => {
                let $listed = query.filter(environment_id.eq(environment));
                $rows
            }
            (None, Some(origin), None) => {
                let $listed = query.filter(origin);
                $rows
            }
            (environment, origin, further) => {
                let further = further.unwrap_or_default();
                let $listed = query
                    .filter(origin.unwrap_or_else(of_any_origin))
                    .filter(as_wanted!(environment_id, environment))
                    .filter(as_wanted!(status, further.status))
                    .filter(as_wanted!(kind, further.kind))
                    .filter(as_wanted!(provider, further.provider))
                    .filter(as_wanted!(visibility, further.visibility))
                    // Without an agent none is wanted, and null is not equal to any.
                    .filter(
                        agent
                            .eq(further.agent.clone().unwrap_or_default())
                            .assume_not_null()
                            .or(further.agent.is_none().into_sql::<Bool>()),
                    );
                $rows
            }
        }
    }};
}

/// One row more than the page has, when there is more.
pub(crate) fn list(
    conn: &mut AnyConnection,
    scope: &Scope,
    filter: &IntegrationFilter,
    page: PageRequest<IntegrationPosition>,
) -> QueryResult<Vec<IntegrationRow>> {
    let (time, last) =
        page.after.map_or_else(beginning, |after| (column_of(after.created_at), after.id.to_string()));
    let position =
        (AsExpression::<Timestamp>::as_expression(time), AsExpression::<Text>::as_expression(last));
    let rows = i64::from(page.limit) + 1;
    let all = integrations.filter(follows((created_at, id), position)).order((created_at, id));
    narrowed!(scope, filter, all, |listed| load_first!(
        rows,
        conn,
        listed.select(IntegrationRow::as_select())
    ))
}

pub(crate) fn count(conn: &mut AnyConnection, scope: &Scope, filter: &IntegrationFilter) -> QueryResult<i64> {
    narrowed!(scope, filter, integrations, |listed| {
        per_backend!(conn, conn => listed.select(count_star()).get_result(conn))
    })
}

/// A page deep in a list begins where the one before it ends; finding that place walks over an
/// index.
pub(crate) fn position(
    conn: &mut AnyConnection,
    scope: &Scope,
    filter: &IntegrationFilter,
    nth: i64,
) -> QueryResult<Option<(NaiveDateTime, String)>> {
    if nth < 1 {
        return Ok(None);
    }
    narrowed!(scope, filter, integrations.order((created_at, id)), |listed| {
        let nth = listed.select((created_at, id)).offset(nth - 1).limit(1);
        per_backend!(conn, conn => nth.get_result(conn).optional())
    })
}

/// The origin is written into the statement: for a bound value neither database would take
/// the index that holds just this origin.
fn of_origin(origin: Origin) -> SqlLiteral<Bool> {
    sql(&format!("integrations.origin = '{}'", origin.as_str()))
}

fn of_any_origin() -> SqlLiteral<Bool> {
    sql("integrations.origin IS NOT NULL")
}

/// A position before all others: the first page is asked for by the same statement as the
/// others, which is prepared once.
fn beginning() -> (NaiveDateTime, String) {
    const YEAR_1: i64 = -62_135_596_800;
    let time = chrono::DateTime::from_timestamp(YEAR_1, 0).unwrap_or_default();
    (column_of(time), String::new())
}
