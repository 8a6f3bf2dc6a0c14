//! Walking over the sealed values, page by page.

use diesel::prelude::*;
use diesel::sql_types::Text;
use patchbay_domain::{RepositoryError, SealedField, SealedPosition, SecretPlace, StoredSecret};

use super::canary;
use crate::columns::Reading;
use crate::database::{AnyConnection, load_first, unavailable};
use crate::keyset::follows;
use crate::schema::{integrations, receipts, settings, token_refreshes};

/// The columns of sealed values, in the order of a walk. The canary comes after them.
const COLUMNS: [SealedField; 5] = [
    SealedField::Credentials,
    SealedField::Grant,
    SealedField::PreviousRefresh,
    SealedField::SettingValue,
    SealedField::Receipt,
];

/// A row: what is after it in its table comes next.
#[derive(Clone, Debug)]
pub(super) struct Position {
    column: SealedField,
    organisation: String,
    id: String,
}

impl Position {
    /// Before everything.
    pub(super) const BEGINNING: Self = Self::before(COLUMNS[0]);

    /// Before every value of a column.
    const fn before(column: SealedField) -> Self {
        Self { column, organisation: String::new(), id: String::new() }
    }

    /// Where a walk goes on.
    pub(super) fn read(text: &SealedPosition) -> Result<Self, RepositoryError> {
        let words = || {
            let (column, row) = text.0.split_once(' ')?;
            let (organisation, id) = row.split_once(' ')?;
            let column = SealedField::from_code(column).filter(|column| COLUMNS.contains(column))?;
            Some(Self { column, organisation: organisation.to_owned(), id: id.to_owned() })
        };
        Reading("position").value(words().ok_or("no position of a walk"))
    }

    fn of(place: &SecretPlace) -> SealedPosition {
        SealedPosition(format!("{} {} {}", place.field.as_str(), place.organisation, place.row))
    }
}

/// At most `limit` values from there on. The canary has its place on the first page that
/// is not full without it.
pub(super) fn page(
    conn: &mut AnyConnection,
    from: &Position,
    limit: u32,
) -> Result<(Vec<StoredSecret>, Option<SealedPosition>), RepositoryError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut values = Vec::new();
    for column in COLUMNS.into_iter().skip_while(|column| *column != from.column) {
        let before = Position::before(column);
        let from = if column == from.column { from } else { &before };
        let rows = rows(conn, from, limit - values.len()).map_err(unavailable)?;
        for row in rows {
            values.push(stored_secret(column, row)?);
        }
        if values.len() == limit {
            let next = values.last().map(|value| Position::of(&value.place));
            return Ok((values, next));
        }
    }
    values.extend(canary(conn)?.map(|sealed| StoredSecret { place: SecretPlace::canary(), sealed }));
    Ok((values, None))
}

/// Organisation, id and the two halves of a sealed value.
type SealedRow = (String, String, Option<Vec<u8>>, Option<String>);

fn rows(conn: &mut AnyConnection, from: &Position, limit: usize) -> QueryResult<Vec<SealedRow>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let last = (from.organisation.as_str(), from.id.as_str());
    match from.column {
        SealedField::Credentials => credentials(conn, last, limit),
        SealedField::Grant => grants(conn, last, limit),
        SealedField::PreviousRefresh => previous_refreshes(conn, last, limit),
        SealedField::SettingValue => setting_values(conn, last, limit),
        SealedField::Receipt => receipt_contents(conn, last, limit),
        SealedField::Canary => Ok(Vec::new()),
    }
}

pub(crate) fn credentials(
    conn: &mut AnyConnection,
    (organisation, id): (&str, &str),
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    use integrations::dsl;
    let position = (organisation.into_sql::<Text>(), id.into_sql::<Text>());
    let values = dsl::integrations
        .filter(follows((dsl::organisation_id, dsl::id), position))
        .filter(dsl::credentials.is_not_null())
        .order((dsl::organisation_id, dsl::id))
        .select((dsl::organisation_id, dsl::id, dsl::credentials, dsl::credentials_key));
    load_first!(limit, conn, values)
}

pub(crate) fn grants(
    conn: &mut AnyConnection,
    (organisation, id): (&str, &str),
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    use integrations::dsl;
    let position = (organisation.into_sql::<Text>(), id.into_sql::<Text>());
    let values = dsl::integrations
        .filter(follows((dsl::organisation_id, dsl::id), position))
        .filter(dsl::grant_tokens.is_not_null())
        .order((dsl::organisation_id, dsl::id))
        .select((dsl::organisation_id, dsl::id, dsl::grant_tokens, dsl::grant_key));
    load_first!(limit, conn, values)
}

pub(crate) fn previous_refreshes(
    conn: &mut AnyConnection,
    (organisation, id): (&str, &str),
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    use token_refreshes::dsl;
    let position = (organisation.into_sql::<Text>(), id.into_sql::<Text>());
    let values = dsl::token_refreshes
        .filter(follows((dsl::organisation_id, dsl::integration_id), position))
        .filter(dsl::previous.is_not_null())
        .order((dsl::organisation_id, dsl::integration_id))
        .select((dsl::organisation_id, dsl::integration_id, dsl::previous, dsl::previous_key));
    load_first!(limit, conn, values)
}

pub(crate) fn setting_values(
    conn: &mut AnyConnection,
    (organisation, id): (&str, &str),
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    use settings::dsl;
    let position = (organisation.into_sql::<Text>(), id.into_sql::<Text>());
    let values = dsl::settings
        .filter(follows((dsl::organisation_id, dsl::id), position))
        .filter(dsl::sealed.is_not_null())
        .order((dsl::organisation_id, dsl::id))
        .select((dsl::organisation_id, dsl::id, dsl::sealed, dsl::sealed_key));
    load_first!(limit, conn, values)
}

pub(crate) fn receipt_contents(
    conn: &mut AnyConnection,
    (organisation, id): (&str, &str),
    limit: i64,
) -> QueryResult<Vec<SealedRow>> {
    use receipts::dsl;
    let position = (organisation.into_sql::<Text>(), id.into_sql::<Text>());
    let values = dsl::receipts
        .filter(follows((dsl::organisation_id, dsl::id), position))
        .order((dsl::organisation_id, dsl::id))
        .select((dsl::organisation_id, dsl::id, dsl::content.nullable(), dsl::content_key.nullable()));
    load_first!(limit, conn, values)
}

fn stored_secret(
    column: SealedField,
    (organisation, id, envelope, key): SealedRow,
) -> Result<StoredSecret, RepositoryError> {
    let read = Reading("sealed value");
    let sealed = read.sealed(envelope, key)?;
    let place = SecretPlace {
        organisation: read.value(organisation.parse())?,
        row: read.value(id.parse())?,
        field: column,
    };
    Ok(StoredSecret { place, sealed: read.value(sealed.ok_or("nothing is sealed there"))? })
}
