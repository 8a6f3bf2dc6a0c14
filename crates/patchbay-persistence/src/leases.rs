//! Leases.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{Lease, LeaseKey, RepositoryError, Scope, Taken};

use crate::columns::column_of;
use crate::database::{AnyConnection, per_backend, unavailable};
use crate::schema::leases;

/// A lease as it is stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = leases)]
pub(crate) struct LeaseRow {
    organisation_id: String,
    key: String,
    holder: String,
    until: NaiveDateTime,
}

impl LeaseRow {
    /// The lease of an organisation.
    pub(crate) fn new(scope: &Scope, lease: &Lease) -> Self {
        Self {
            organisation_id: scope.organisation().to_string(),
            key: lease.key.to_string(),
            holder: lease.holder.to_string(),
            until: column_of(lease.until),
        }
    }
}

/// Takes a lease in the place of one that has ended by `now`.
pub(crate) fn take(
    conn: &mut AnyConnection,
    row: &LeaseRow,
    now: NaiveDateTime,
    key: &LeaseKey,
) -> Result<(), RepositoryError> {
    let ended = leases::table
        .filter(leases::organisation_id.eq(&row.organisation_id))
        .filter(leases::key.eq(&row.key))
        .filter(leases::until.le(now));
    diesel::delete(ended).execute(conn).map_err(unavailable)?;
    let taken = per_backend!(conn, conn => diesel::insert_into(leases::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    held(taken, key)
}

/// Gives a lease back, if its holder still has it.
pub(crate) fn release(
    conn: &mut AnyConnection,
    row: &LeaseRow,
    key: &LeaseKey,
) -> Result<(), RepositoryError> {
    let own = leases::table
        .filter(leases::organisation_id.eq(&row.organisation_id))
        .filter(leases::key.eq(&row.key))
        .filter(leases::holder.eq(&row.holder));
    held(diesel::delete(own).execute(conn), key)
}

fn held(rows: QueryResult<usize>, key: &LeaseKey) -> Result<(), RepositoryError> {
    match rows.map_err(unavailable)? {
        0 => Err(RepositoryError::Duplicate(Taken::Lease(key.clone()))),
        _ => Ok(()),
    }
}
