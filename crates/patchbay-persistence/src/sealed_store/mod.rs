//! Every sealed value, for verification and rotation.

mod walk;

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{
    KeyId, RepositoryError, Sealed, SealedField, SealedPosition, SealedStore, SecretPlace, StoredSecret,
};

use crate::columns::Reading;
use crate::database::{AnyConnection, Database, load_one, per_backend, unavailable};
use crate::schema::{installation, integrations, receipts, settings, token_refreshes};
use walk::Position;
#[cfg(test)]
pub(crate) use walk::{credentials, grants, previous_refreshes, receipt_contents, setting_values};

/// The sealed values of a [`Database`].
///
/// A walk goes over the credentials of all integrations, then over their grants and the refresh
/// tokens before the present ones, then over the values of all settings and the receipts, each by
/// organisation and id, and comes to the canary last: who re-seals in this order and is interrupted
/// still finds a canary that demands the old key.
#[derive(Clone, Debug)]
pub struct DieselSealedStore {
    db: Database,
}

impl DieselSealedStore {
    /// Reads and writes `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

/// The one row of the table `installation`.
const THE_ROW: i32 = 1;

#[async_trait]
impl SealedStore for DieselSealedStore {
    async fn canary(&self) -> Result<Option<Sealed>, RepositoryError> {
        self.db.read(canary).await
    }

    async fn plant_canary(&self, planted: &Sealed) -> Result<Sealed, RepositoryError> {
        let (envelope, key) = columns(planted);
        let plant = move |conn: &mut AnyConnection| {
            let row = (
                installation::id.eq(THE_ROW),
                installation::canary.eq(envelope),
                installation::canary_key.eq(key),
            );
            let planted = per_backend!(conn, conn => diesel::insert_into(installation::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(conn));
            planted.map_err(unavailable)?;
            let there = canary(conn)?;
            there.ok_or_else(|| RepositoryError::corrupt("canary", "it is gone as soon as it is planted"))
        };
        self.db.write(plant).await
    }

    async fn walk(
        &self,
        after: Option<SealedPosition>,
        limit: u32,
    ) -> Result<(Vec<StoredSecret>, Option<SealedPosition>), RepositoryError> {
        let from = after.as_ref().map_or(Ok(Position::BEGINNING), Position::read)?;
        // Fewer than one would be a walk that never ends.
        self.db.read_snapshot(move |conn| walk::page(conn, &from, limit.max(1))).await
    }

    async fn count_not_under(&self, active: &KeyId) -> Result<u64, RepositoryError> {
        let active = active.as_str().to_owned();
        let count = move |conn: &mut AnyConnection| {
            let credentials = integrations::table.filter(integrations::credentials_key.ne(&active)).count();
            let grants = integrations::table.filter(integrations::grant_key.ne(&active)).count();
            let previous = token_refreshes::table.filter(token_refreshes::previous_key.ne(&active)).count();
            let values = settings::table.filter(settings::sealed_key.ne(&active)).count();
            let receipts = receipts::table.filter(receipts::content_key.ne(&active)).count();
            let canary = installation::table.filter(installation::canary_key.ne(&active)).count();
            let credentials: i64 = credentials.get_result(conn).map_err(unavailable)?;
            let grants: i64 = grants.get_result(conn).map_err(unavailable)?;
            let previous: i64 = previous.get_result(conn).map_err(unavailable)?;
            let values: i64 = values.get_result(conn).map_err(unavailable)?;
            let receipts: i64 = receipts.get_result(conn).map_err(unavailable)?;
            let canary: i64 = canary.get_result(conn).map_err(unavailable)?;
            Reading("count")
                .value(u64::try_from(credentials + grants + previous + values + receipts + canary))
        };
        self.db.read_snapshot(count).await
    }

    async fn replace(&self, stored: &StoredSecret, resealed: &Sealed) -> Result<bool, RepositoryError> {
        let (place, old, new) = (stored.place, columns(&stored.sealed), columns(resealed));
        self.db.write(move |conn| replace(conn, &place, &old, &new).map_err(unavailable)).await
    }
}

type Columns = (Vec<u8>, String);

fn columns(sealed: &Sealed) -> Columns {
    (sealed.envelope().to_vec(), sealed.key_id().as_str().to_owned())
}

fn canary(conn: &mut AnyConnection) -> Result<Option<Sealed>, RepositoryError> {
    let one = installation::table.find(THE_ROW);
    let row = load_one!(conn, one.select((installation::canary, installation::canary_key)));
    let row: Option<Columns> = row.map_err(unavailable)?;
    row.map_or(Ok(None), |(envelope, key)| Reading("canary").sealed(Some(envelope), Some(key)))
}

/// Compares and sets, in the row that `$row` finds: what was changed meanwhile stays. A column that
/// counts the writes of such rows moves on.
macro_rules! swap {
    ($conn:expr, $row:expr, ($value:expr, $key:expr), $old:expr => $new:expr $(, $counter:expr)?) => {{
        let same = $row.filter($value.eq(&$old.0)).filter($key.eq(&$old.1));
        let resealed = ($value.eq(&$new.0), $key.eq(&$new.1) $(, $counter.eq($counter + 1))?);
        diesel::update(same).set(resealed).execute($conn)
    }};
}

/// Puts `new` in its place, if `old` is still there.
fn replace(conn: &mut AnyConnection, place: &SecretPlace, old: &Columns, new: &Columns) -> QueryResult<bool> {
    let id = (place.organisation.to_string(), place.row.to_string());
    let changed = match place.field {
        SealedField::Credentials => {
            use integrations::{credentials, credentials_key, table, version};
            swap!(conn, table.find(id), (credentials, credentials_key), old => new, version)
        }
        SealedField::Grant => {
            use integrations::{grant_key, grant_tokens, table, version};
            swap!(conn, table.find(id), (grant_tokens, grant_key), old => new, version)
        }
        SealedField::PreviousRefresh => {
            use token_refreshes::{fence, previous, previous_key, table};
            swap!(conn, table.find(id), (previous, previous_key), old => new, fence)
        }
        SealedField::SettingValue => {
            use settings::{sealed, sealed_key, table, version};
            swap!(conn, table.find(id), (sealed, sealed_key), old => new, version)
        }
        SealedField::Receipt => {
            use receipts::{content, content_key, table};
            swap!(conn, table.find(id), (content, content_key), old => new)
        }
        SealedField::Canary => {
            use installation::{canary, canary_key, table};
            swap!(conn, table.find(THE_ROW), (canary, canary_key), old => new)
        }
    };
    Ok(changed? == 1)
}
