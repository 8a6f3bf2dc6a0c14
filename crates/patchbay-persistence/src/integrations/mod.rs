//! Integrations.

mod grant;
mod row;

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::expression::{AsExpression, SqlLiteral};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Timestamp};
use patchbay_domain::{
    Integration, IntegrationId, IntegrationPosition, IntegrationRepository, Origin, Page, PageRequest,
    RepositoryError, Scope, UniqueKey,
};

pub(crate) use row::IntegrationRow;

use crate::columns::column_of;
use crate::database::{AnyConnection, Database, load_first, load_one, unavailable};
use crate::keyset::follows;
use crate::schema::integrations::dsl::{
    created_at, deleted_at, deleted_by, environment_id, id, integrations, organisation_id,
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
        origin: Option<Origin>,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<Page<Integration, IntegrationPosition>, RepositoryError> {
        let (scope, limit) = (*scope, usize::try_from(page.limit).unwrap_or(usize::MAX));
        let mut rows =
            self.db.read(move |conn| list(conn, &scope, origin, page).map_err(unavailable)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let items = rows.into_iter().map(Integration::try_from).collect::<Result<Vec<_>, _>>()?;
        let next = if more { items.last().map(IntegrationPosition::of) } else { None };
        Ok(Page { items, next })
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

/// One row more than the page has, when there is more.
pub(crate) fn list(
    conn: &mut AnyConnection,
    scope: &Scope,
    origin: Option<Origin>,
    page: PageRequest<IntegrationPosition>,
) -> QueryResult<Vec<IntegrationRow>> {
    let (time, last) =
        page.after.map_or_else(beginning, |after| (column_of(after.created_at), after.id.to_string()));
    let position =
        (AsExpression::<Timestamp>::as_expression(time), AsExpression::<Text>::as_expression(last));
    let rows = i64::from(page.limit) + 1;
    let live = integrations
        .filter(organisation_id.eq(scope.organisation().to_string()))
        .filter(deleted_at.is_null())
        .filter(follows((created_at, id), position))
        .order((created_at, id));
    let environment = scope.environment().map(|environment| environment.to_string());
    match (environment, origin.map(of_origin)) {
        (None, None) => load_first!(rows, conn, live.select(IntegrationRow::as_select())),
        (Some(environment), None) => {
            let live = live.filter(environment_id.eq(environment));
            load_first!(rows, conn, live.select(IntegrationRow::as_select()))
        }
        (None, Some(origin)) => {
            load_first!(rows, conn, live.filter(origin).select(IntegrationRow::as_select()))
        }
        (Some(environment), Some(origin)) => {
            let live = live.filter(environment_id.eq(environment)).filter(origin);
            load_first!(rows, conn, live.select(IntegrationRow::as_select()))
        }
    }
}

/// The origin is written into the statement: for a bound value neither database would take
/// the index that holds just this origin.
fn of_origin(origin: Origin) -> SqlLiteral<Bool> {
    sql(&format!("integrations.origin = '{}'", origin.as_str()))
}

/// A position before all others: the first page is asked for by the same statement as the
/// others, which is prepared once.
fn beginning() -> (NaiveDateTime, String) {
    const YEAR_1: i64 = -62_135_596_800;
    let time = chrono::DateTime::from_timestamp(YEAR_1, 0).unwrap_or_default();
    (column_of(time), String::new())
}
