//! Opens connections for the pool.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use secrecy::ExposeSecret;

use super::ConnectError;
use super::connection::AnyConnection;
use super::location::Location;
use super::postgres_url::PostgresUrl;

/// Opens connections to one database, each set up alike.
///
/// r2d2 keeps them, but the threads hold theirs for good; so nothing is checked when one is
/// taken, and a broken one is found by the work that meets it.
#[derive(Clone, Debug)]
pub(super) struct Manager {
    pub(super) location: Location,
    /// How long one statement may take, and how long one waits for SQLite's write lock.
    pub(super) patience: Duration,
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = ConnectError;

    fn connect(&self) -> Result<AnyConnection, ConnectError> {
        let opened = match &self.location {
            Location::Sqlite(path) => self.open_file(path).map(AnyConnection::Sqlite),
            Location::Postgres(url) => self.reach_server(url).map(AnyConnection::Postgres),
        };
        let mut conn = opened.map_err(|reason| self.refused(&reason))?;
        conn.watch();
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut AnyConnection) -> Result<(), ConnectError> {
        conn.run_sql("SELECT 1").map_err(|error| self.refused(&error.to_string()))
    }

    fn has_broken(&self, conn: &mut AnyConnection) -> bool {
        // After a caught panic nothing else tells that a transaction was left open.
        std::thread::panicking() || conn.is_broken()
    }
}

impl Manager {
    /// Whether work could begin at all, told at once and in one line.
    pub(super) fn first_connection(&self) -> Result<(), ConnectError> {
        if let Location::Postgres(url) = &self.location
            && url.may_be_overheard()
            && !libpq_knows_tls()
        {
            return Err(ConnectError::Plaintext(url.label().to_owned()));
        }
        let mut conn = r2d2::ManageConnection::connect(self)?;
        if let AnyConnection::Postgres(conn) = &mut conn {
            let encoding = shown(conn, "SHOW server_encoding").map_err(|error| self.refused(&error))?;
            if encoding != "UTF8" {
                return Err(self.refused(&format!("its encoding is {encoding}, it must be UTF8")));
            }
        }
        Ok(())
    }

    fn refused(&self, reason: &str) -> ConnectError {
        let reason = match &self.location {
            Location::Sqlite(_) => reason.to_owned(),
            Location::Postgres(url) => url.scrub(reason),
        };
        ConnectError::Refused { database: self.location.label(), reason }
    }

    fn open_file(&self, path: &Path) -> Result<SqliteConnection, String> {
        create_private(path).map_err(|error| error.to_string())?;
        let name = path.to_str().ok_or("its path is not UTF-8")?;
        let mut conn = SqliteConnection::establish(name).map_err(|error| error.to_string())?;
        // First of all, so that the others wait for a lock instead of failing.
        let busy_timeout = format!("PRAGMA busy_timeout = {}", self.patience.as_millis());
        let run = |conn: &mut SqliteConnection, sql: &str| {
            diesel::sql_query(sql).execute(conn).map(drop).map_err(|error| error.to_string())
        };
        run(&mut conn, &busy_timeout)?;
        let journal_mode = self.keep_log(&mut conn).map_err(|error| error.to_string())?;
        if journal_mode != "wal" {
            return Err(format!("its file system allows only the journal mode {journal_mode}, not wal"));
        }
        for pragma in [
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            // What a savepoint may have to bring back stays out of temporary files.
            "PRAGMA temp_store = MEMORY",
            // What is deleted is overwritten: a sealed secret leaves no copy in a free page.
            "PRAGMA secure_delete = ON",
            // A burst of writes does not keep its log's size for ever.
            "PRAGMA journal_size_limit = 67108864",
        ] {
            run(&mut conn, pragma)?;
        }
        Ok(conn)
    }

    /// Has changes go to a log beside the file, which a new file has to be switched to. Answers
    /// the mode that the file is in then.
    ///
    /// Of several processes that switch a new file at once SQLite lets one win, and tells the
    /// others at once that it is locked: its timeout does not hold here, because each waits with
    /// a lock that the others want. So these wait for an ordinary lock, and see.
    fn keep_log(&self, conn: &mut SqliteConnection) -> QueryResult<String> {
        let end = Instant::now() + self.patience;
        loop {
            let switched = diesel::sql_query("PRAGMA journal_mode = WAL").get_result::<JournalMode>(conn);
            match switched {
                Err(error) if is_locked(&error) && Instant::now() < end => {
                    conn.batch_execute("BEGIN IMMEDIATE; ROLLBACK")?;
                }
                switched => return switched.map(|row| row.journal_mode),
            }
        }
    }

    fn reach_server(&self, url: &PostgresUrl) -> Result<PgConnection, String> {
        let conn = PgConnection::establish(url.conninfo().expose_secret());
        let mut conn = conn.map_err(|error| error.to_string())?;
        // Diesel has set the time zone to UTC and the encoding to UTF-8.
        let patience = self.patience.as_millis().max(1);
        let limits = format!(
            "SET statement_timeout = {patience}; SET idle_in_transaction_session_timeout = {patience}"
        );
        conn.batch_execute(&limits).map_err(|error| error.to_string())?;
        Ok(conn)
    }
}

/// Whether someone else has the file now.
fn is_locked(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, why) if why.message() == "database is locked")
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

#[derive(QueryableByName)]
struct ServerEncoding {
    #[diesel(sql_type = Text)]
    server_encoding: String,
}

fn shown(conn: &mut PgConnection, sql: &str) -> Result<String, String> {
    let row = diesel::sql_query(sql).get_result::<ServerEncoding>(conn);
    row.map(|row| row.server_encoding).map_err(|error| error.to_string())
}

/// Makes the file, unless it is there, so that only its owner can read it. SQLite gives the
/// files beside it the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Whether libpq was built with TLS. Without it, libpq stumbles over the very word; with
/// it, over the socket that does not exist.
pub(super) fn libpq_knows_tls() -> bool {
    match PgConnection::establish("host=/nonexistent sslmode=require") {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("SSL support is not compiled in"),
    }
}
