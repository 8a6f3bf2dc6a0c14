//! A database for one installation, made for it and gone with it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use reqwest::Url;

use crate::Place;

/// The environment variable that names the PostgreSQL to make databases in.
const POSTGRES: &str = "PATCHBAY_TEST_POSTGRES";

/// The two databases that Patchbay runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in the installation's folder.
    Sqlite,
    /// A database of its own on the server that `PATCHBAY_TEST_POSTGRES` names.
    Postgres,
}

/// The database of one installation, seen from outside the service.
#[derive(Debug)]
pub enum Database {
    /// The path of the file.
    Sqlite(PathBuf),
    /// The address of the server's own database, and of this one.
    Postgres {
        /// Where databases are made and dropped.
        server: Url,
        /// This one.
        own: Url,
    },
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Database {
    /// Makes an empty database; an SQLite file is made by the service itself, in `folder`.
    pub fn create(backend: Backend, folder: &Path) -> Result<Self> {
        match backend {
            Backend::Sqlite => Ok(Self::Sqlite(folder.join("patchbay.db"))),
            Backend::Postgres => Self::create_on(server_address()?),
        }
    }

    fn create_on(server: Url) -> Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("patchbay_{}_{number}", std::process::id());
        server_statements(&server, &format!("CREATE DATABASE {name}"))?;
        let mut own = server.clone();
        own.set_path(&name);
        Ok(Self::Postgres { server, own })
    }

    /// Which of the two it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            Self::Postgres { .. } => Backend::Postgres,
        }
    }

    /// The address that the service is given.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite://{}", file.display()),
            Self::Postgres { own, .. } => own.to_string(),
        }
    }

    /// The rows of a query that selects one column of text, named `text`.
    pub fn texts(&self, query: &str) -> Result<Vec<String>> {
        let query = diesel::sql_query(query);
        let rows: Vec<Row> = match self {
            Self::Sqlite(file) => query.load(&mut open(file)?)?,
            Self::Postgres { own, .. } => query.load(&mut PgConnection::establish(own.as_str())?)?,
        };
        Ok(rows.into_iter().map(|row| row.text).collect())
    }

    /// Runs statements whose results do not matter.
    pub fn execute(&self, statements: &str) -> Result<()> {
        match self {
            Self::Sqlite(file) => open(file)?.batch_execute(statements)?,
            Self::Postgres { own, .. } => {
                PgConnection::establish(own.as_str())?.batch_execute(statements)?;
            }
        }
        Ok(())
    }

    /// Ends every connection to a PostgreSQL database and refuses new ones.
    pub fn cut_off(&self) -> Result<()> {
        let (server, name) = self.on_a_server()?;
        server_statements(
            server,
            &format!(
                "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ),
        )
    }

    /// Takes connections again after [`cut_off`](Self::cut_off).
    pub fn let_in(&self) -> Result<()> {
        let (server, name) = self.on_a_server()?;
        server_statements(server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    }

    fn on_a_server(&self) -> Result<(&Url, &str)> {
        match self {
            Self::Postgres { server, own } => Ok((server, own.path().trim_start_matches('/'))),
            Self::Sqlite(_) => bail!("a file has no connections"),
        }
    }

    /// Asserts that the database finds nothing wrong with itself. PostgreSQL is asked to
    /// read every table, SQLite has a check of its own.
    pub fn expect_intact(&self) -> Result<()> {
        match self {
            Self::Sqlite(_) => {
                let found = self.texts("SELECT integrity_check AS text FROM pragma_integrity_check")?;
                ensure!(found == ["ok"], "the integrity check found: {found:?}");
            }
            Self::Postgres { own, .. } => {
                dump(own)?;
            }
        }
        Ok(())
    }

    /// Everything that is stored, as a thief would get it: the files of SQLite byte for
    /// byte, or PostgreSQL's dump.
    pub fn bytes(&self) -> Result<Vec<Place>> {
        match self {
            Self::Postgres { own, .. } => Ok(vec![Place::new("pg_dump", dump(own)?)]),
            Self::Sqlite(file) => {
                let sibling = |suffix: &str| PathBuf::from(format!("{}{suffix}", file.display()));
                let files = ["", "-wal", "-shm", "-journal"].map(sibling);
                let read = |file: PathBuf| Ok(Place::new(&file.display().to_string(), std::fs::read(&file)?));
                files.into_iter().filter(|file| file.exists()).map(read).collect()
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Ok((server, name)) = self.on_a_server() else { return };
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        if let Err(error) = server_statements(server, &drop) {
            eprintln!("the database {name} is left behind: {error:#}");
        }
    }
}

fn server_statements(server: &Url, statements: &str) -> Result<()> {
    Ok(PgConnection::establish(server.as_str())?.batch_execute(statements)?)
}

fn server_address() -> Result<Url> {
    let address = std::env::var_os(POSTGRES).and_then(|text| text.into_string().ok());
    let address = address.with_context(|| {
        format!("{POSTGRES} is not set: run the tests as `make test`, or as `tests/with-postgres cargo test`")
    })?;
    Url::parse(&address).with_context(|| format!("{POSTGRES} is no address: {address}"))
}

fn open(file: &Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&file.display().to_string())?;
    connection.batch_execute("PRAGMA busy_timeout = 10000")?;
    Ok(connection)
}

fn dump(database: &Url) -> Result<Vec<u8>> {
    let output = Command::new("pg_dump").arg(format!("--dbname={database}")).output();
    let output = output.context("pg_dump is not in PATH: tests/with-postgres puts it there")?;
    ensure!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}
