//! Environments.

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{
    EntityKind, Environment, EnvironmentId, EnvironmentName, EnvironmentRepository, RepositoryError, Scope,
    Taken,
};

use crate::columns::{Reading, column_of};
use crate::database::{AnyConnection, Database, gone_or_unavailable, load_one, per_backend, unavailable};
use crate::schema::environments;

/// Reads environments from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselEnvironmentRepository {
    db: Database,
}

impl DieselEnvironmentRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl EnvironmentRepository for DieselEnvironmentRepository {
    async fn find(&self, scope: &Scope, id: EnvironmentId) -> Result<Option<Environment>, RepositoryError> {
        let scope = *scope;
        if !scope.sees(scope.organisation(), id) {
            return Ok(None);
        }
        let row = self.db.read(move |conn| find(conn, &scope, id).map_err(unavailable)).await?;
        row.map(Environment::try_from).transpose()
    }

    async fn list(&self, scope: &Scope) -> Result<Vec<Environment>, RepositoryError> {
        let scope = *scope;
        let rows = self.db.read(move |conn| list(conn, &scope).map_err(unavailable)).await?;
        rows.into_iter().map(Environment::try_from).collect()
    }
}

/// An environment as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = environments)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct EnvironmentRow {
    organisation_id: String,
    id: String,
    name: String,
    created_at: NaiveDateTime,
}

impl From<&Environment> for EnvironmentRow {
    fn from(environment: &Environment) -> Self {
        Self {
            organisation_id: environment.organisation_id.to_string(),
            id: environment.id.to_string(),
            name: environment.name.as_str().to_owned(),
            created_at: column_of(environment.created_at),
        }
    }
}

impl TryFrom<EnvironmentRow> for Environment {
    type Error = RepositoryError;

    fn try_from(row: EnvironmentRow) -> Result<Self, RepositoryError> {
        let read = Reading("environment");
        Ok(Self {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            name: read.value(EnvironmentName::parse(&row.name))?,
            created_at: row.created_at.and_utc(),
        })
    }
}

pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: EnvironmentId,
) -> QueryResult<Option<EnvironmentRow>> {
    let one = environments::table.find((scope.organisation().to_string(), id.to_string()));
    load_one!(conn, one.select(EnvironmentRow::as_select()))
}

pub(crate) fn list(conn: &mut AnyConnection, scope: &Scope) -> QueryResult<Vec<EnvironmentRow>> {
    let all = environments::table
        .filter(environments::organisation_id.eq(scope.organisation().to_string()))
        .order((environments::created_at, environments::id))
        .select(EnvironmentRow::as_select());
    match scope.environment() {
        None => all.load(conn),
        Some(environment) => all.filter(environments::id.eq(environment.to_string())).load(conn),
    }
}

pub(crate) fn insert(conn: &mut AnyConnection, row: &EnvironmentRow) -> Result<(), RepositoryError> {
    let inserted = per_backend!(conn, conn => diesel::insert_into(environments::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    match inserted.map_err(gone_or_unavailable)? {
        0 => Err(RepositoryError::Duplicate(Taken::Id(EntityKind::Environment))),
        _ => Ok(()),
    }
}
