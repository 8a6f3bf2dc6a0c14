//! The unique keys that integrations hold.

use diesel::prelude::*;
use patchbay_domain::{Integration, RepositoryError, UniqueKey};
use sha2::{Digest, Sha256};

use crate::database::{AnyConnection, constant, load_one, per_backend, unavailable};
use crate::schema::{integrations, unique_keys};

/// A unique key as it is stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = unique_keys)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct UniqueKeyRow {
    organisation_id: String,
    key: String,
    integration_id: String,
}

impl UniqueKeyRow {
    pub(super) fn new(integration: &Integration, key: &UniqueKey) -> Self {
        Self {
            organisation_id: integration.parts().organisation_id.to_string(),
            key: unique_key_column(key),
            integration_id: integration.id().to_string(),
        }
    }

    /// The same key as the first versions wrote it: the digest alone. Such rows are still
    /// there, and count.
    fn as_first_written(&self) -> Self {
        let near = self.key.len().saturating_sub(2 * DIGEST_BYTES);
        Self { key: self.key.get(near..).unwrap_or_default().to_owned(), ..self.clone() }
    }
}

/// How many bytes of the digest are kept. 128 bits tell more keys apart than an organisation
/// can have, and a shorter row leaves more of them on a page that is written.
const DIGEST_BYTES: usize = 16;

/// A key's value may be longer than PostgreSQL lets a row of an index be: half of a SHA-256
/// stands for rule and value.
///
/// The value's beginning stands before it. It tells no keys apart, it only brings those
/// together that are alike: what is made one after the other is often called so, and a
/// commit writes few pages of the index where digests alone would have it write one for each
/// key.
pub(crate) fn unique_key_column(key: &UniqueKey) -> String {
    const NEAR_CHARS: usize = 32;
    let digest = Sha256::digest(format!("{}:{}", key.rule.as_str(), key.value));
    let mut column: String = key.value.chars().take(NEAR_CHARS).collect();
    column.push_str(&hex::encode(&digest[..DIGEST_BYTES]));
    column
}

/// Gives up a key, if this very integration holds it.
pub(super) fn release(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<(), RepositoryError> {
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
pub(super) fn claim(conn: &mut AnyConnection, row: &UniqueKeyRow) -> Result<bool, RepositoryError> {
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
