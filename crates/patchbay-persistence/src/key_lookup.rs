//! How a caller becomes known.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{ApiKeyId, KeyHash, KeyLookup, KeyOwner, RepositoryError};

use crate::api_keys::ApiKeyRow;
use crate::database::{AnyConnection, Database, load_one, unavailable};
use crate::organisations::OrganisationRow;
use crate::schema::{api_keys, organisations};

/// Finds keys, and the organisations that they belong to, in a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselKeyLookup {
    db: Database,
}

impl DieselKeyLookup {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl KeyLookup for DieselKeyLookup {
    async fn find_by_hash(&self, hash: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        let hash = *hash.as_bytes();
        found(self.db.read(move |conn| by_hash(conn, &hash).map_err(unavailable)).await?)
    }

    async fn find_by_id(&self, id: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        found(self.db.read(move |conn| by_id(conn, id).map_err(unavailable)).await?)
    }
}

type Row = (ApiKeyRow, OrganisationRow);

fn found(row: Option<Row>) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
    let owner = |(key, organisation): Row| {
        Ok(Arc::new(KeyOwner { key: key.try_into()?, organisation: organisation.try_into()? }))
    };
    row.map(owner).transpose()
}

pub(crate) fn by_hash(conn: &mut AnyConnection, hash: &[u8]) -> QueryResult<Option<Row>> {
    let owned = api_keys::table.inner_join(organisations::table).filter(api_keys::hash.eq(hash));
    load_one!(conn, owned.select((ApiKeyRow::as_select(), OrganisationRow::as_select())))
}

pub(crate) fn by_id(conn: &mut AnyConnection, id: ApiKeyId) -> QueryResult<Option<Row>> {
    let owned = api_keys::table.inner_join(organisations::table).filter(api_keys::id.eq(id.to_string()));
    load_one!(conn, owned.select((ApiKeyRow::as_select(), OrganisationRow::as_select())))
}
