//! When keys were last used.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use patchbay_domain::{ApiKey, ApiKeyId, KeyUses, RepositoryError};

use crate::columns::column_of;
use crate::database::{AnyConnection, Database, unavailable};
use crate::schema::api_keys;

/// How many keys are gathered at the most. More than that have to wait for the next time.
const CAPACITY: usize = 4096;

/// Gathers in memory which keys were used, until it is told to save that in a [`Database`].
#[derive(Debug)]
pub struct DieselKeyUses {
    db: Database,
    /// In the order of their ids, in which every process locks their rows.
    gathered: Mutex<BTreeMap<ApiKeyId, DateTime<Utc>>>,
}

impl DieselKeyUses {
    /// Saves in `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db, gathered: Mutex::new(BTreeMap::new()) }
    }

    /// Saves what was gathered, in one write; asks nothing of the database when that is
    /// nothing. A key whose last use was saved within a minute before is left as it is,
    /// whoever saved it.
    ///
    /// # Errors
    /// When the database does not take it. What was gathered is lost then; the next use of
    /// each key makes up for it.
    pub async fn save(&self) -> Result<(), RepositoryError> {
        let uses = std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner));
        if uses.is_empty() {
            return Ok(());
        }
        self.db
            .write(move |conn| {
                uses.iter().try_for_each(|(key, at)| save(conn, *key, *at)).map_err(unavailable)
            })
            .await
    }
}

impl KeyUses for DieselKeyUses {
    /// The lock is held for as long as a look into a map takes, and never while waiting.
    fn note(&self, key: ApiKeyId, at: DateTime<Utc>) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = gathered.len() < CAPACITY;
        match gathered.entry(key) {
            Entry::Occupied(mut noted) => drop(noted.insert(at)),
            Entry::Vacant(free) if has_room => drop(free.insert(at)),
            Entry::Vacant(_) => {}
        }
    }
}

pub(crate) fn save(conn: &mut AnyConnection, key: ApiKeyId, at: DateTime<Utc>) -> QueryResult<()> {
    let news = api_keys::last_used_at.le(column_of(at - ApiKey::USES_APART));
    let stale = api_keys::table
        .filter(api_keys::id.eq(key.to_string()))
        .filter(api_keys::last_used_at.is_null().or(news));
    diesel::update(stale).set(api_keys::last_used_at.eq(column_of(at))).execute(conn).map(drop)
}
