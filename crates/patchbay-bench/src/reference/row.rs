//! The one kind of row, as large as an integration of the service is on the wire.

use std::time::{SystemTime, UNIX_EPOCH};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

diesel::table! {
    bench_rows (id) {
        id -> Text,
        tenant -> Text,
        sequence -> BigInt,
        name -> Text,
        json_url -> Text,
        provider -> Text,
        status -> Text,
        description -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

/// How long the JSON of a row is, in bytes, for names as long as the driver's and up to nine million rows.
pub const ANSWER_BYTES: usize = 345;

/// The sequence of the first row. It is this high so that all rows are equally long.
pub const FIRST_SEQUENCE: i64 = 1_000_000;

/// Whose all rows are.
pub(super) const TENANT: &str = "01990000-0000-7000-9000-000000000001";

/// Brings a row to [`ANSWER_BYTES`].
const DESCRIPTION: &str = "a bare row, with nothing else to it";

/// A stored row, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = bench_rows)]
pub struct Row {
    /// Identifies it: text, as the service stores its ids.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// Its place among the rows of its tenant.
    pub sequence: i64,
    /// What it is called.
    pub name: String,
    /// As sent.
    pub json_url: String,
    /// The same for all.
    pub provider: String,
    /// The same for all.
    pub status: String,
    /// The same for all.
    pub description: String,
    /// When it was made, in microseconds since 1970.
    pub created_at: i64,
    /// When it last changed, in microseconds since 1970.
    pub updated_at: i64,
}

/// The body that makes a row.
#[derive(Clone, Debug, Deserialize)]
pub struct NewRow {
    /// What it is called.
    pub name: String,
    /// Any text.
    pub json_url: String,
}

impl Row {
    /// A new row at that place, made now.
    #[must_use]
    pub fn new(sequence: i64, new: NewRow) -> Self {
        let now = microseconds_since_1970();
        Self {
            id: row_id(sequence),
            tenant: TENANT.to_owned(),
            sequence,
            name: new.name,
            json_url: new.json_url,
            provider: "json_manifest".to_owned(),
            status: "active".to_owned(),
            description: DESCRIPTION.to_owned(),
            created_at: now,
            updated_at: now,
        }
    }

    /// The row that a seed puts at that place; its texts are as long as those the driver sends.
    #[must_use]
    pub fn seeded(sequence: i64) -> Self {
        let name = format!("bench-00-00-{sequence:09}");
        let json_url = format!("not-a-url-{name}");
        Self::new(sequence, NewRow { name, json_url })
    }
}

/// The id of the row at that place. Ids ascend with their sequence, like the service's.
#[must_use]
pub fn row_id(sequence: i64) -> String {
    Uuid::from_u64_pair(0x0199_0000_0000_7000, 0x8000_0000_0000_0000 | sequence.unsigned_abs()).to_string()
}

fn microseconds_since_1970() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_every_row_is_as_long_as_was_agreed() {
        for sequence in [FIRST_SEQUENCE, FIRST_SEQUENCE + 99_999, 9_999_999] {
            let answer = serde_json::to_string(&Row::seeded(sequence)).unwrap();
            assert_eq!(answer.len(), ANSWER_BYTES, "{answer}");
        }
    }

    #[test]
    fn ids_are_uuids_that_ascend_with_their_sequence() {
        let ids = [1, 2, 255, 256, 1_000_000].map(row_id);
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| Uuid::parse_str(id).is_ok()), "{ids:?}");
    }
}
