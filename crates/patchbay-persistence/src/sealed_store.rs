//! Every sealed value, for verification and rotation.

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{
    IntegrationId, KeyId, OrganisationId, RepositoryError, Sealed, SealedField, SealedPosition, SealedStore,
    SecretPlace, StoredSecret,
};

use crate::columns::Reading;
use crate::database::{AnyConnection, Database, load_first, load_one, per_backend, unavailable};
use crate::schema::{installation, integrations};

/// The sealed values of a [`Database`].
///
/// A walk goes over the credentials of all integrations by organisation and id, and comes
/// to the canary last: who re-seals in this order and is interrupted still finds a canary
/// that demands the old key.
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
        let after = after.as_ref().map(position).transpose()?;
        // Fewer than one would be a walk that never ends.
        self.db.read_snapshot(move |conn| page(conn, after.as_ref(), limit.max(1))).await
    }

    async fn count_not_under(&self, active: &KeyId) -> Result<u64, RepositoryError> {
        let active = active.as_str().to_owned();
        let count = move |conn: &mut AnyConnection| {
            let credentials = integrations::table.filter(integrations::credentials_key.ne(&active)).count();
            let canary = installation::table.filter(installation::canary_key.ne(&active)).count();
            let credentials: i64 = credentials.get_result(conn).map_err(unavailable)?;
            let canary: i64 = canary.get_result(conn).map_err(unavailable)?;
            Reading("count").value(u64::try_from(credentials + canary))
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

/// Organisation and integration of the last value before a page.
type Last = (String, String);

fn position(after: &SealedPosition) -> Result<Last, RepositoryError> {
    let both = after.0.split_once(' ').ok_or("no position of a walk");
    Reading("position").value(both).map(|(organisation, id)| (organisation.to_owned(), id.to_owned()))
}

fn page(
    conn: &mut AnyConnection,
    after: Option<&Last>,
    limit: u32,
) -> Result<(Vec<StoredSecret>, Option<SealedPosition>), RepositoryError> {
    let rows = credentials(conn, after, limit).map_err(unavailable)?;
    let full = rows.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next = rows.last().filter(|_| full).map(|row| SealedPosition(format!("{} {}", row.0, row.1)));
    let mut values = rows.into_iter().map(stored_secret).collect::<Result<Vec<_>, _>>()?;
    if next.is_none() {
        let canary = canary(conn)?;
        values.extend(canary.map(|sealed| StoredSecret { place: SecretPlace::canary(), sealed }));
    }
    Ok((values, next))
}

fn stored_secret((organisation, id, envelope, key): CredentialsRow) -> Result<StoredSecret, RepositoryError> {
    let read = Reading("sealed value");
    let organisation: OrganisationId = read.value(organisation.parse())?;
    let integration: IntegrationId = read.value(id.parse())?;
    let sealed = read.sealed(envelope, key)?;
    let sealed = read.value(sealed.ok_or("nothing is sealed there"))?;
    Ok(StoredSecret { place: SecretPlace::credentials(organisation, integration), sealed })
}

type CredentialsRow = (String, String, Option<Vec<u8>>, Option<String>);

pub(crate) fn credentials(
    conn: &mut AnyConnection,
    after: Option<&Last>,
    limit: u32,
) -> QueryResult<Vec<CredentialsRow>> {
    use crate::schema::integrations::dsl;
    let (organisation, id) = after.map_or(("", ""), |(organisation, id)| (organisation, id));
    let position =
        (organisation.into_sql::<diesel::sql_types::Text>(), id.into_sql::<diesel::sql_types::Text>());
    let values = dsl::integrations
        .filter(crate::keyset::follows((dsl::organisation_id, dsl::id), position))
        .filter(dsl::credentials.is_not_null())
        .order((dsl::organisation_id, dsl::id))
        .select((dsl::organisation_id, dsl::id, dsl::credentials, dsl::credentials_key));
    load_first!(i64::from(limit), conn, values)
}

/// Compares and sets: what was changed meanwhile stays.
fn replace(conn: &mut AnyConnection, place: &SecretPlace, old: &Columns, new: &Columns) -> QueryResult<bool> {
    let ((old, old_key), (new, new_key)) = (old, new);
    let changed = match place.field {
        SealedField::Credentials => {
            let same = integrations::table
                .filter(integrations::organisation_id.eq(place.organisation.to_string()))
                .filter(integrations::id.eq(place.row.to_string()))
                .filter(integrations::credentials.eq(old))
                .filter(integrations::credentials_key.eq(old_key));
            let resealed = (
                integrations::credentials.eq(new),
                integrations::credentials_key.eq(new_key),
                integrations::version.eq(integrations::version + 1),
            );
            diesel::update(same).set(resealed).execute(conn)?
        }
        SealedField::Canary => {
            let same = installation::table
                .filter(installation::canary.eq(old))
                .filter(installation::canary_key.eq(old_key));
            let resealed = (installation::canary.eq(new), installation::canary_key.eq(new_key));
            diesel::update(same).set(resealed).execute(conn)?
        }
    };
    Ok(changed == 1)
}
