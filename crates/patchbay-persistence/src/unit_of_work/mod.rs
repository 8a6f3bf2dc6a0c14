//! Saving what one use case changed.

mod keys;
mod moved;
mod plan;

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{Changes, EntityKind, IntegrationId, RepositoryError, Scope, Taken, UnitOfWork};

use crate::database::{AnyConnection, Database, constant, gone_or_unavailable, one_or_stale, per_backend};
use crate::integrations::IntegrationRow;
use crate::schema::integrations;
use crate::{
    api_keys, authorizations, environments, events, health, leases, manifests, rankings, receipts, settings,
    token_refreshes,
};
pub(crate) use keys::unique_key_column;
use plan::{IntegrationStep, KeyStep, LeaseStep, ManifestStep, Plan, ReceiptStep, SettingStep};

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
        drop_what_hangs_on(conn, scope, *id)?;
    }
    for integration in &plan.moved {
        moved::take_along(conn, integration)?;
    }
    for row in &plan.released {
        keys::release(conn, row)?;
    }
    for (row, key) in &plan.claimed {
        if !keys::claim(conn, row)? {
            return Err(RepositoryError::Duplicate(Taken::Key(key.clone())));
        }
    }
    save_what_hangs_on_integrations(conn, scope, plan)?;
    for step in &plan.rankings {
        rankings::save(conn, step)?;
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

fn save_what_hangs_on_integrations(
    conn: &mut AnyConnection,
    scope: &Scope,
    plan: &Plan,
) -> Result<(), RepositoryError> {
    for step in &plan.manifests {
        match step {
            ManifestStep::Store(row) => manifests::store(conn, row)?,
            ManifestStep::Drop(id) => manifests::delete(conn, scope, *id)?,
        }
    }
    for (row, version) in &plan.health {
        health::store(conn, row, *version)?;
    }
    for step in &plan.refreshes {
        token_refreshes::save(conn, step)?;
    }
    for step in &plan.authorizations {
        authorizations::save(conn, step)?;
    }
    for step in &plan.settings {
        match step {
            SettingStep::Insert(row) => settings::insert(conn, row)?,
            SettingStep::Update(row) => settings::update(conn, row)?,
            SettingStep::Delete(row) => settings::delete(conn, row)?,
        }
    }
    Ok(())
}

/// Nothing of a deleted integration stays but its own row, which was written before: on
/// PostgreSQL whatever is on its way to it holds that row, or finds it deleted.
fn drop_what_hangs_on(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: IntegrationId,
) -> Result<(), RepositoryError> {
    settings::delete_all(conn, scope, id)?;
    manifests::delete(conn, scope, id)?;
    health::delete(conn, scope, id)?;
    token_refreshes::delete(conn, scope, id)?;
    authorizations::delete_all(conn, scope, id)?;
    receipts::delete_all(conn, scope, id)
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
    one_or_stale(changed.map_err(gone_or_unavailable)?)
}

/// Replaces the deleted version before the row's own. The row says the environment too.
fn revive(conn: &mut AnyConnection, row: &IntegrationRow) -> Result<(), RepositoryError> {
    let before = integrations::table
        .filter(integrations::organisation_id.eq(&row.organisation_id))
        .filter(integrations::id.eq(&row.id))
        .filter(integrations::environment_id.eq(&row.environment_id))
        .filter(integrations::version.eq(row.version - 1))
        .filter(integrations::deleted_by.is_not_null());
    one_or_stale(diesel::update(before).set(row).execute(conn).map_err(gone_or_unavailable)?)
}
