//! The three queries, on either database.

use std::fmt;
use std::str::FromStr;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::ConnectionResult;

use super::row::{FIRST_SEQUENCE, Row, TENANT, bench_rows};

/// How many rows a page has.
const PAGE: i64 = 50;

/// How many rows one statement of a seed inserts.
const SEED_CHUNK: usize = 1_000;

/// Where the rows are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(String),
    /// A PostgreSQL URL.
    Postgres(String),
}

/// A URL that is of neither database.
#[derive(Debug)]
pub struct UnknownDatabase;

impl fmt::Display for UnknownDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected sqlite://PATH or postgres://…")
    }
}

impl std::error::Error for UnknownDatabase {}

impl FromStr for Database {
    type Err = UnknownDatabase;

    fn from_str(url: &str) -> Result<Self, UnknownDatabase> {
        match url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.to_owned())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.to_owned())),
            _ => Err(UnknownDatabase),
        }
    }
}

impl Database {
    /// Opens a connection.
    ///
    /// # Errors
    /// When the database cannot be reached or opened.
    pub fn open(&self) -> ConnectionResult<Box<dyn RowStore>> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(open_sqlite(path)?),
            Self::Postgres(url) => Box::new(PgConnection::establish(url)?),
        })
    }
}

/// Opens a SQLite file that survives a power cut: write-ahead log, one `fsync` for each commit.
pub(super) fn open_sqlite(path: &str) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(path)?;
    connection
        .batch_execute(
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON;",
        )
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// A connection and the queries on it.
pub trait RowStore: Send {
    /// One row by its primary key.
    ///
    /// # Errors
    /// When the database fails.
    fn find(&mut self, id: &str) -> QueryResult<Option<Row>>;

    /// The 50 rows after a place, in order.
    ///
    /// # Errors
    /// When the database fails.
    fn page(&mut self, after: i64) -> QueryResult<Vec<Row>>;

    /// Adds a row. Outside a transaction it is durable on return.
    ///
    /// # Errors
    /// When its id is taken or the database fails.
    fn insert(&mut self, row: &Row) -> QueryResult<()>;

    /// Makes the table and, when it is empty, that many rows. Returns the next free place.
    ///
    /// # Errors
    /// When the database fails.
    fn seed(&mut self, rows: u32) -> QueryResult<i64>;
}

/// Diesel's queries are typed by connection; the few here are short enough to be stamped out twice.
macro_rules! row_store {
    ($connection:ty) => {
        impl RowStore for $connection {
            fn find(&mut self, id: &str) -> QueryResult<Option<Row>> {
                bench_rows::table.find(id).select(Row::as_select()).get_result(self).optional()
            }

            fn page(&mut self, after: i64) -> QueryResult<Vec<Row>> {
                bench_rows::table
                    .filter(bench_rows::tenant.eq(TENANT))
                    .filter(bench_rows::sequence.gt(after))
                    .order(bench_rows::sequence)
                    .limit(PAGE)
                    .select(Row::as_select())
                    .load(self)
            }

            fn insert(&mut self, row: &Row) -> QueryResult<()> {
                diesel::insert_into(bench_rows::table).values(row).execute(self).map(|_| ())
            }

            fn seed(&mut self, rows: u32) -> QueryResult<i64> {
                self.batch_execute(SCHEMA)?;
                let last: Option<i64> =
                    bench_rows::table.select(diesel::dsl::max(bench_rows::sequence)).first(self)?;
                if let Some(last) = last {
                    return Ok(last + 1);
                }
                let end = FIRST_SEQUENCE + i64::from(rows);
                let rows: Vec<Row> = (FIRST_SEQUENCE..end).map(Row::seeded).collect();
                self.transaction(|connection| {
                    rows.chunks(SEED_CHUNK).try_for_each(|chunk| {
                        diesel::insert_into(bench_rows::table).values(chunk).execute(connection).map(|_| ())
                    })
                })?;
                Ok(end)
            }
        }
    };
}

row_store!(SqliteConnection);
row_store!(PgConnection);

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS bench_rows (
        id TEXT NOT NULL PRIMARY KEY,
        tenant TEXT NOT NULL,
        sequence BIGINT NOT NULL,
        name TEXT NOT NULL,
        json_url TEXT NOT NULL,
        provider TEXT NOT NULL,
        status TEXT NOT NULL,
        description TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL
    );
    CREATE UNIQUE INDEX IF NOT EXISTS bench_rows_by_place ON bench_rows (tenant, sequence);
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::row_id;

    fn store(directory: &tempfile::TempDir) -> Box<dyn RowStore> {
        let path = directory.path().join("rows.db");
        Database::Sqlite(path.display().to_string()).open().unwrap()
    }

    #[test]
    fn a_url_says_which_database_is_meant() {
        let parse = |url: &str| url.parse::<Database>().ok();
        assert_eq!(parse("sqlite:///a/b.db"), Some(Database::Sqlite("/a/b.db".to_owned())));
        assert_eq!(parse("postgres://h/d"), Some(Database::Postgres("postgres://h/d".to_owned())));
        assert_eq!(parse("mysql://h/d"), None);
        assert_eq!(parse("/a/b.db"), None);
    }

    #[test]
    fn a_second_seed_adds_nothing() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(store(&directory).seed(120).unwrap(), FIRST_SEQUENCE + 120);
        assert_eq!(store(&directory).seed(500).unwrap(), FIRST_SEQUENCE + 120);
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = store(&directory);
        store.seed(120).unwrap();
        let mut seen = Vec::new();
        while let Some(page) =
            Some(store.page(seen.last().copied().unwrap_or(0)).unwrap()).filter(|page| !page.is_empty())
        {
            seen.extend(page.iter().map(|row| row.sequence));
        }
        assert_eq!(seen, (FIRST_SEQUENCE..FIRST_SEQUENCE + 120).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_is_found_by_its_id_only() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = store(&directory);
        store.seed(3).unwrap();
        let row = store.find(&row_id(FIRST_SEQUENCE + 2)).unwrap().unwrap();
        assert_eq!(row.sequence, FIRST_SEQUENCE + 2);
        assert_eq!(store.find(&row_id(FIRST_SEQUENCE + 3)).unwrap(), None);
    }
}
