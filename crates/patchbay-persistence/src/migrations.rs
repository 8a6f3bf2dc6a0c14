//! The schema and its changes.

#[cfg(test)]
mod tests;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use patchbay_domain::{BoxError, RepositoryError};

use crate::database::{AnyConnection, Database, unavailable};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The PostgreSQL advisory lock that whoever changes the schema holds: "patchbay" in ASCII.
const SCHEMA_LOCK: i64 = 0x7061_7463_6862_6179;

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

impl Database {
    /// The names of the migrations that were not applied yet, in their order. What a newer
    /// version of Patchbay has applied beyond those that this one knows does not count.
    ///
    /// # Errors
    /// Like those of every repository call.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, RepositoryError> {
        self.read_snapshot(|conn| {
            let known = match conn {
                AnyConnection::Postgres(_) => names(MigrationSource::<Pg>::migrations(&POSTGRES)),
                AnyConnection::Sqlite(_) => names(MigrationSource::<Sqlite>::migrations(&SQLITE)),
            };
            let applied = applied_versions(conn).map_err(unavailable)?;
            let known = known.map_err(RepositoryError::unavailable)?.into_iter();
            Ok(known.filter(|(version, _)| !applied.contains(version)).map(|(_, name)| name).collect())
        })
        .await
    }

    /// Applies what is pending; answers the versions that it applied. Safe to call from
    /// several processes at once: one works, the others wait and find nothing left to do.
    ///
    /// It has a thread and a connection of its own, and no deadline; on SQLite it waits ten
    /// minutes for another process.
    ///
    /// # Errors
    /// What was applied before the one that failed stays on PostgreSQL, nothing on SQLite.
    pub async fn migrate(&self) -> Result<Vec<String>, RepositoryError> {
        self.apart("db-schema", |conn| match conn {
            AnyConnection::Postgres(conn) => locked(conn, |conn| apply(conn, POSTGRES)),
            AnyConnection::Sqlite(conn) => in_one_go(conn, |conn| apply(conn, SQLITE)),
        })
        .await
    }

    /// Takes every migration back, the newest first, and all data with it.
    #[cfg(test)]
    pub(crate) async fn revert_migrations(&self) -> Result<Vec<String>, RepositoryError> {
        self.apart("db-schema", |conn| match conn {
            AnyConnection::Postgres(conn) => locked(conn, |conn| revert(conn, POSTGRES)),
            AnyConnection::Sqlite(conn) => in_one_go(conn, |conn| revert(conn, SQLITE)),
        })
        .await
    }
}

/// Version and name of each, in their order.
fn names<DB: diesel::backend::Backend>(
    migrations: Result<Vec<Box<dyn Migration<DB>>>, BoxError>,
) -> Result<Vec<(String, String)>, BoxError> {
    let name = |migration: Box<dyn Migration<DB>>| {
        let name = migration.name();
        (name.version().to_string(), name.to_string())
    };
    let mut names: Vec<_> = migrations?.into_iter().map(name).collect();
    names.sort_unstable();
    Ok(names)
}

/// Reads only: a look at the schema makes no table.
fn applied_versions(conn: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let begun = match conn {
        AnyConnection::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS yes",
        AnyConnection::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations') AS yes"
        }
    };
    if !diesel::sql_query(begun).get_result::<Answer>(conn)?.yes {
        return Ok(Vec::new());
    }
    __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(conn)
}

/// Does `change` under a lock of the whole session: a migration that builds an index
/// concurrently cannot run inside a transaction. The lock ends with the connection.
fn locked<T>(
    conn: &mut PgConnection,
    change: impl FnOnce(&mut PgConnection) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    conn.batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")?;
    let at_once = format!("SELECT pg_try_advisory_lock({SCHEMA_LOCK}) AS yes");
    if !diesel::sql_query(at_once).get_result::<Answer>(conn)?.yes {
        tracing::info!("another process is changing the database schema; waiting for it");
        conn.batch_execute(&format!("SELECT pg_advisory_lock({SCHEMA_LOCK})"))?;
    }
    change(conn)
}

/// Does `change` in one transaction that has SQLite's write lock from its beginning.
fn in_one_go<T>(
    conn: &mut SqliteConnection,
    change: impl FnOnce(&mut SqliteConnection) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    // Another process may be at it, and take its time.
    conn.batch_execute("PRAGMA busy_timeout = 600000")?;
    AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?;
    match change(conn) {
        Ok(changed) => {
            AnsiTransactionManager::commit_transaction(conn)?;
            Ok(changed)
        }
        Err(error) => {
            AnsiTransactionManager::rollback_transaction(conn)?;
            Err(error)
        }
    }
}

fn apply<C, DB>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, BoxError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let applied = conn.run_pending_migrations(migrations)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
fn revert<C, DB>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Vec<String>, BoxError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
{
    let reverted = conn.revert_all_migrations(migrations)?;
    Ok(reverted.iter().map(ToString::to_string).collect())
}
