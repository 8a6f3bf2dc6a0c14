//! Receipts of requests that are to have their effect once.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use patchbay_domain::{
    Fingerprint, IntegrationId, Receipt, ReceiptArchive, ReceiptId, ReceiptRepository, ReceiptState,
    RepositoryError, Scope, Taken,
};

use crate::columns::{Reading, column_of};
use crate::database::{AnyConnection, Database, load_first, load_one, per_backend, unavailable};
use crate::schema::receipts;

/// A receipt as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = receipts)]
#[diesel(primary_key(organisation_id, id))]
pub(crate) struct ReceiptRow {
    organisation_id: String,
    id: String,
    integration_id: String,
    state: String,
    fingerprint: Vec<u8>,
    content: Vec<u8>,
    content_key: String,
    created_at: NaiveDateTime,
}

impl From<&Receipt> for ReceiptRow {
    fn from(receipt: &Receipt) -> Self {
        Self {
            organisation_id: receipt.organisation_id.to_string(),
            id: receipt.id.to_string(),
            integration_id: receipt.about.map(|id| id.to_string()).unwrap_or_default(),
            state: receipt.state.as_str().to_owned(),
            fingerprint: receipt.fingerprint.0.to_vec(),
            content: receipt.content.envelope().to_vec(),
            content_key: receipt.content.key_id().as_str().to_owned(),
            created_at: column_of(receipt.created_at),
        }
    }
}

impl TryFrom<ReceiptRow> for Receipt {
    type Error = RepositoryError;

    fn try_from(row: ReceiptRow) -> Result<Self, RepositoryError> {
        let read = Reading("receipt");
        let content = read.sealed(Some(row.content), Some(row.content_key))?;
        let fingerprint: Result<[u8; 32], _> = row.fingerprint.try_into();
        let about = Some(row.integration_id).filter(|id| !id.is_empty());
        Ok(Self {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            about: about.map(|id| read.value(id.parse())).transpose()?,
            state: read.code(&row.state, ReceiptState::from_code)?,
            fingerprint: Fingerprint(read.value(fingerprint.map_err(|_| "no such fingerprint"))?),
            content: read.value(content.ok_or("no content"))?,
            created_at: row.created_at.and_utc(),
        })
    }
}

/// Reads receipts from a [`Database`], and clears them away.
#[derive(Clone, Debug)]
pub struct DieselReceiptRepository {
    db: Database,
}

impl DieselReceiptRepository {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl ReceiptRepository for DieselReceiptRepository {
    async fn find(&self, scope: &Scope, id: ReceiptId) -> Result<Option<Receipt>, RepositoryError> {
        let scope = *scope;
        let row = self.db.read(move |conn| find(conn, &scope, id).map_err(unavailable)).await?;
        row.map(Receipt::try_from).transpose()
    }
}

#[async_trait]
impl ReceiptArchive for DieselReceiptRepository {
    async fn purge(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let before = column_of(before);
        let old = move |conn: &mut AnyConnection| old(conn, before, i64::from(limit)).map_err(unavailable);
        let old = self.db.read(old).await?;
        if old.is_empty() {
            return Ok(0);
        }
        let purge = move |conn: &mut AnyConnection| {
            old.iter().try_fold(0, |purged, (organisation, id)| {
                let one = receipts::table
                    .filter(receipts::organisation_id.eq(organisation))
                    .filter(receipts::id.eq(id))
                    .filter(receipts::created_at.lt(before));
                let gone = diesel::delete(one).execute(conn).map_err(unavailable)?;
                Ok(purged + u64::try_from(gone).unwrap_or_default())
            })
        };
        self.db.write(purge).await
    }
}

pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: ReceiptId,
) -> QueryResult<Option<ReceiptRow>> {
    let one = receipts::table
        .filter(receipts::organisation_id.eq(scope.organisation().to_string()))
        .filter(receipts::id.eq(id.to_string()));
    load_one!(conn, one.select(ReceiptRow::as_select()))
}

pub(crate) fn old(
    conn: &mut AnyConnection,
    before: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<(String, String)>> {
    let old = receipts::table
        .filter(receipts::created_at.lt(before))
        .order(receipts::created_at)
        .select((receipts::organisation_id, receipts::id));
    load_first!(limit, conn, old)
}

/// Keeps a new receipt, if there is none and the same request is not at work right now.
pub(crate) fn keep(conn: &mut AnyConnection, row: &ReceiptRow, id: ReceiptId) -> Result<(), RepositoryError> {
    let taken = || RepositoryError::Duplicate(Taken::Receipt(id));
    if !lock(conn, id).map_err(unavailable)? {
        return Err(taken());
    }
    let kept = per_backend!(conn, conn => diesel::insert_into(receipts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    if kept.map_err(unavailable)? == 0 { Err(taken()) } else { Ok(()) }
}

/// On PostgreSQL a second insert of the same key waits for the first one's transaction, and
/// enough of them would hold every thread. The lock is tried instead, and ends with the
/// transaction. SQLite's one writer never meets a second one.
fn lock(conn: &mut AnyConnection, id: ReceiptId) -> QueryResult<bool> {
    diesel::define_sql_function! {
        fn pg_try_advisory_xact_lock(key: BigInt) -> Bool;
    }
    let AnyConnection::Postgres(conn) = conn else { return Ok(true) };
    let (high, low) = id.as_uuid().as_u64_pair();
    let key = i64::from_ne_bytes((high ^ low).to_ne_bytes());
    diesel::select(pg_try_advisory_xact_lock(key)).get_result(conn)
}

/// Puts the answer in the place of a started receipt.
pub(crate) fn finish(conn: &mut AnyConnection, row: &ReceiptRow) -> Result<(), RepositoryError> {
    let started = receipts::table
        .filter(receipts::organisation_id.eq(&row.organisation_id))
        .filter(receipts::id.eq(&row.id))
        .filter(receipts::state.eq(ReceiptState::Started.as_str()));
    match diesel::update(started).set(row).execute(conn).map_err(unavailable)? {
        0 => Err(RepositoryError::corrupt("receipt", "it was not started")),
        _ => Ok(()),
    }
}

/// Forgets the receipt of a request that came at just this time.
pub(crate) fn forget(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: ReceiptId,
    created_at: NaiveDateTime,
) -> Result<(), RepositoryError> {
    let one = receipts::table
        .filter(receipts::organisation_id.eq(scope.organisation().to_string()))
        .filter(receipts::id.eq(id.to_string()))
        .filter(receipts::created_at.eq(created_at));
    diesel::delete(one).execute(conn).map(drop).map_err(unavailable)
}

/// Deletes the receipts of an integration.
pub(crate) fn delete_all(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: IntegrationId,
) -> Result<(), RepositoryError> {
    let own = receipts::table
        .filter(receipts::organisation_id.eq(scope.organisation().to_string()))
        .filter(receipts::integration_id.eq(id.to_string()));
    diesel::delete(own).execute(conn).map(drop).map_err(unavailable)
}
