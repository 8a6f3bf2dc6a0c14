//! Steps of a commit that write settings.

use diesel::prelude::*;
use patchbay_domain::{IntegrationId, RepositoryError, Scope};

use super::SettingRow;
use crate::database::{
    AnyConnection, constant, one_or_stale, per_backend, taken_or_unavailable, unavailable,
};
use crate::integrations::hold_live;
use crate::schema::settings;

/// Adds a setting to a live integration, unless its label was taken meanwhile.
pub(crate) fn insert(conn: &mut AnyConnection, row: &SettingRow) -> Result<(), RepositoryError> {
    hold_live(conn, &row.organisation_id, &row.integration_id, &row.environment_id)?;
    let statement = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
    let inserted = per_backend!(conn, conn => constant::<SettingRow, _>(statement).execute(conn));
    one_or_stale(inserted.map_err(unavailable)?)
}

/// Replaces the version before the row's own. A setting never moves: only label and value
/// change.
pub(crate) fn update(conn: &mut AnyConnection, row: &SettingRow) -> Result<(), RepositoryError> {
    hold_live(conn, &row.organisation_id, &row.integration_id, &row.environment_id)?;
    let before = settings::table
        .filter(settings::organisation_id.eq(&row.organisation_id))
        .filter(settings::id.eq(&row.id))
        .filter(settings::integration_id.eq(&row.integration_id))
        .filter(settings::environment_id.eq(&row.environment_id))
        .filter(settings::version.eq(row.version - 1));
    let after = (
        settings::label.eq(&row.label),
        settings::value.eq(&row.value),
        settings::sealed.eq(&row.sealed),
        settings::sealed_key.eq(&row.sealed_key),
        settings::version.eq(row.version),
        settings::updated_at.eq(row.updated_at),
    );
    let changed = diesel::update(before).set(after).execute(conn);
    one_or_stale(changed.map_err(taken_or_unavailable)?)
}

/// Deletes just this version.
pub(crate) fn delete(conn: &mut AnyConnection, row: &SettingRow) -> Result<(), RepositoryError> {
    hold_live(conn, &row.organisation_id, &row.integration_id, &row.environment_id)?;
    let present = settings::table
        .filter(settings::organisation_id.eq(&row.organisation_id))
        .filter(settings::id.eq(&row.id))
        .filter(settings::integration_id.eq(&row.integration_id))
        .filter(settings::environment_id.eq(&row.environment_id))
        .filter(settings::version.eq(row.version));
    one_or_stale(diesel::delete(present).execute(conn).map_err(unavailable)?)
}

/// Deletes whatever a deleted integration has, of all channels.
///
/// Its own row was written in this transaction before: on PostgreSQL a setting that is on
/// its way holds that row or finds it deleted, so that none comes after.
pub(crate) fn delete_all(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: IntegrationId,
) -> Result<(), RepositoryError> {
    let all = settings::table
        .filter(settings::organisation_id.eq(scope.organisation().to_string()))
        .filter(settings::integration_id.eq(id.to_string()));
    diesel::delete(all).execute(conn).map(drop).map_err(unavailable)
}
