//! A database of its own for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

/// What a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// An empty database that is gone when the test is.
pub struct TestDatabase {
    pub url: String,
    place: Place,
}

enum Place {
    Directory(tempfile::TempDir),
    Server { maintenance: String, name: String },
}

impl TestDatabase {
    pub fn new(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let directory = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", directory.path().join("patchbay.db").display());
                Self { url, place: Place::Directory(directory) }
            }
            Backend::Postgres => {
                static COUNTER: AtomicU32 = AtomicU32::new(0);
                let number = COUNTER.fetch_add(1, Ordering::Relaxed);
                let name = format!("patchbay_test_{}_{number}", std::process::id());
                let maintenance = maintenance_url();
                on_postgres(&maintenance, &format!("CREATE DATABASE {name} TEMPLATE template0"));
                let (server, _) = maintenance.rsplit_once('/').unwrap();
                Self { url: format!("{server}/{name}"), place: Place::Server { maintenance, name } }
            }
        }
    }

    /// Runs statements over a connection of its own, beside what the test has open.
    pub fn execute(&self, sql: &str) {
        match &self.place {
            Place::Directory(_) => {
                let path = self.url.strip_prefix("sqlite://").unwrap();
                let mut conn = SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                conn.batch_execute(sql).unwrap();
            }
            Place::Server { .. } => on_postgres(&self.url, sql),
        }
    }

    /// The directory of a SQLite database.
    pub fn directory(&self) -> &std::path::Path {
        match &self.place {
            Place::Directory(directory) => directory.path(),
            Place::Server { .. } => panic!("only a SQLite database has a directory"),
        }
    }
}

impl TestDatabase {
    /// Cuts every connection to a PostgreSQL database and lets none in.
    pub fn cut(&self) {
        let (maintenance, name) = self.server();
        on_postgres(maintenance, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        let theirs =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        on_postgres(maintenance, &theirs);
    }

    /// Lets connections in again.
    pub fn restore(&self) {
        let (maintenance, name) = self.server();
        on_postgres(maintenance, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    }

    fn server(&self) -> (&str, &str) {
        match &self.place {
            Place::Server { maintenance, name } => (maintenance, name),
            Place::Directory(_) => panic!("only PostgreSQL has a server"),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { maintenance, name } = &self.place {
            on_postgres(maintenance, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn on_postgres(url: &str, sql: &str) {
    let mut conn = PgConnection::establish(url).unwrap_or_else(|error| panic!("no PostgreSQL: {error}"));
    conn.batch_execute(sql).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings to read it from")]
fn maintenance_url() -> String {
    std::env::var("PATCHBAY_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "PATCHBAY_TEST_POSTGRES is not set. `make test` sets it; by hand, give it the URL of a \
             PostgreSQL server's maintenance database, e.g. postgres://patchbay@%2Ftmp%2Fpg/postgres"
        )
    })
}
