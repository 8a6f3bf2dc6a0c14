//! Saving what one use case changed.

mod plan;

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{Changes, EntityKind, RepositoryError, Scope, Taken, UnitOfWork};

use crate::database::{
    AnyConnection, Database, constant, gone_or_unavailable, load_one, per_backend, unavailable,
};
use crate::integrations::IntegrationRow;
use crate::schema::{integrations, unique_keys};
use crate::{api_keys, environments, events, health, leases, manifests, receipts, settings};
pub(crate) use plan::unique_key_column;
use plan::{IntegrationStep, KeyStep, LeaseStep, ManifestStep, Plan, ReceiptStep, SettingStep, UniqueKeyRow};

/// Saves [`Changes`] in a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselUnitOfWork {
    db: Database,
}

impl DieselUnitOfWork {
    /// Writes to `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl UnitOfWork for DieselUnitOfWork {
    async fn commit(&self, scope: &Scope, changes: Changes) -> Result<(), RepositoryError> {
        let scope = *scope;
        // Made here: SQLite's one writer has nothing to do but to write.
        let plan = Plan::new(&scope, changes)?;
        self.db.write(move |conn| save(conn, &scope, &plan)).await
    }
}

/// Writes all of it, the receipt first: the same request a second time is to meet that, and no
/// conflict with its own effect. The rest in the order that foreign keys ask for; every unique key is given up
/// before one is taken: two integrations may swap theirs.
fn save(conn: &mut AnyConnection, scope: &Scope, plan: &Plan) -> Result<(), RepositoryError> {
    match &plan.receipt {
        Some(ReceiptStep::Keep(row, id)) => receipts::keep(conn, row, *id)?,
        Some(ReceiptStep::Finish(row)) => receipts::finish(conn, row)?,
        Some(ReceiptStep::Forget(id, at)) => receipts::forget(conn, scope, *id, *at)?,
        None => {}
    }
    for row in &plan.environments {
        environments::insert(conn, row)?;
    }
    for step in &plan.integrations {
        match step {
            IntegrationStep::Insert(row) => insert(conn, row)?,
            IntegrationStep::Update(row) => update(conn, scope, row)?,
            IntegrationStep::Revive(row) => revive(conn, row)?,
        }
    }
    for id in &plan.deleted {
        settings::delete_all(conn, scope, *id)?;
        manifests::delete(conn, scope, *id)?;
        health::delete(conn, scope, *id)?;
        receipts::delete_all(conn, scope, *id)?;
    }
    for row in &plan.released {
        release(conn, row)?;
    }
    for (row, key) in &plan.claimed {
        if !claim(conn, row)? {
            return Err(RepositoryError::Duplicate(Taken::Key(key.clone())));
        }
    }
    for step in &plan.manifests {
        match step {
            ManifestStep::Store(row) => manifests::store(conn, row)?,
            ManifestStep::Drop(id) => manifests::delete(conn, scope, *id)?,
        }
    }
    for (row, version) in &plan.health {
        health::store(conn, row, *version)?;
    }
    for step in &plan.settings {
        match step {
            SettingStep::Insert(row) => settings::insert(conn, row)?,
            SettingStep::Update(row) => settings::update(conn, row)?,
            SettingStep::Delete(row) => settings::delete(conn, row)?,
        }
    }
    for step in &plan.api_keys {
        match step {
            KeyStep::Insert(row) => api_keys::insert(conn, row)?,
            KeyStep::Revoke(id, at) => api_keys::revoke(conn, scope, *id, *at)?,
        }
    }
    for step in &plan.leases {
        match step {
            LeaseStep::Take(row, now, key) => leases::take(conn, row, *now, key)?,
            LeaseStep::Release(row, key) => leases::release(conn, row, key)?,
        }
    }
    plan.events.iter().try_for_each(|row| events::insert(conn, row))
}

fn insert(conn: &mut AnyConnection, row: &IntegrationRow) -> Result<(), RepositoryError> {
    let statement = diesel::insert_into(integrations::table).values(row).on_conflict_do_nothing();
    let inserted = per_backend!(conn, conn => constant::<IntegrationRow, _>(statement).execute(conn));
    match inserted.map_err(gone_or_unavailable)? {
        0 => Err(RepositoryError::Duplicate(Taken::Id(EntityKind::Integration))),
        _ => Ok(()),
    }
}

/// Replaces the version before the row's own, if it is live and in the scope. It asks by
/// `deleted_by` for the same reason as [`find`](crate::integrations::find).
pub(crate) fn update(
    conn: &mut AnyConnection,
    scope: &Scope,
    row: &IntegrationRow,
) -> Result<(), RepositoryError> {
    let before = integrations::table
        .filter(integrations::organisation_id.eq(scope.organisation().to_string()))
        .filter(integrations::id.eq(&row.id))
        .filter(integrations::version.eq(row.version - 1))
        .filter(integrations::deleted_by.is_null());
    let changed = match scope.environment() {
        None => diesel::update(before).set(row).execute(conn),
        Some(environment) => {
            let before = before.filter(integrations::environment_id.eq(environment.to_string()));
            diesel::update(before).set(row).execute(conn)
        }
    };
    match changed.map_err(gone_or_unavailable)? {
        0 => Err(RepositoryError::Stale),
        _ => Ok(()),
    }
}

/// Replaces the deleted version before the row's own. The row says the environment too.
fn revive(conn: &mut AnyConnection, row: &IntegrationRow) -> Result<(), RepositoryError> {
    let before = integrations::table
        .filter(integrations::organisation_id.eq(&row.organisation_id))
        .filter(integrations::id.eq(&row.id))
        .filter(integrations::environment_id.eq(&row.environment_id))
        .filter(integrations::version.eq(row.version - 1))
        .filter(integrations::deleted_by.is_not_null());
    match diesel::update(before).set(row).execute(conn).map_err(gone_or_unavailable)? {
        0 => Err(RepositoryError::Stale),
        _ => Ok(()),
    }
}

/// Gives up a key, if this very integration holds it.
fn release(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<(), RepositoryError> {
    give_up(conn, row)?;
    give_up(conn, &row.as_first_written())
}

fn give_up(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<(), RepositoryError> {
    let held = unique_keys::table
        .filter(unique_keys::organisation_id.eq(&row.organisation_id))
        .filter(unique_keys::key.eq(&row.key))
        .filter(unique_keys::integration_id.eq(&row.integration_id));
    diesel::delete(held).execute(conn).map(drop).map_err(unavailable)
}

/// Takes a key, one at a time: which of several is taken no database tells alike. Answers
/// whether no one else holds it.
fn claim(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<bool, RepositoryError> {
    Ok(!is_held(conn, &row.as_first_written())?
        && (take(conn, row)? || (!is_held(conn, row)? && take(conn, row)?)))
}

/// Takes a key that is free.
fn take(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<bool, RepositoryError> {
    let statement = diesel::insert_into(unique_keys::table).values(row).on_conflict_do_nothing();
    let taken = per_backend!(conn, conn => constant::<UniqueKeyRow, _>(statement).execute(conn));
    taken.map(|rows| rows > 0).map_err(unavailable)
}

/// Whether another integration holds a key, a live one. One that is deleted gave up its keys
/// as they were computed then, and another version may have computed another key: what it
/// still holds is freed here.
fn is_held(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<bool, RepositoryError> {
    let held = unique_keys::table.find((&row.organisation_id, &row.key));
    let holder = load_one!(conn, held.select(unique_keys::integration_id)).map_err(unavailable)?;
    let Some(integration_id): Option<String> = holder else { return Ok(false) };
    if integration_id == row.integration_id {
        return Ok(false);
    }
    let deleted = integrations::table
        .find((&row.organisation_id, &integration_id))
        .filter(integrations::deleted_by.is_not_null())
        .select(integrations::version);
    let deleted: Option<i32> = load_one!(conn, deleted).map_err(unavailable)?;
    if deleted.is_some() {
        give_up(conn, &UniqueKeyRow { integration_id, ..row.clone() })?;
    }
    Ok(deleted.is_none())
}
