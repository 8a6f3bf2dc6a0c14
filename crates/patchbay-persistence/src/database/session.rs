//! The connection of one database thread.

use std::sync::{Mutex, PoisonError};

use patchbay_domain::RepositoryError;

use super::connection::AnyConnection;
use super::pool::{Connection, Pool};

/// How SQLite's readers are set up: they cannot write.
const READER: &str = "PRAGMA query_only = TRUE";

/// How its writer is set up: it keeps 8 MiB of pages, because it touches the same ones of
/// every index again and again, and lets 16 MiB of log gather before it is folded into the
/// file.
const WRITER: &str = "PRAGMA query_only = FALSE; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 4096";

/// The connection of one database thread. It is kept until it breaks: what is prepared
/// stays prepared, and one lost server does not make every piece of work meet another dead
/// connection.
pub(super) struct Session {
    pool: Pool,
    held: Option<Connection>,
    read_only: bool,
}

impl Session {
    /// A session without connection yet. SQLite's readers are kept from writing; a
    /// PostgreSQL thread does both.
    pub(super) const fn new(pool: Pool, read_only: bool) -> Self {
        Self { pool, held: None, read_only }
    }

    /// The connection, a new one when there is none.
    pub(super) fn connection(&mut self) -> Result<&mut AnyConnection, RepositoryError> {
        let conn = match self.held.take() {
            Some(conn) => conn,
            None => self.connect()?,
        };
        Ok(&mut **self.held.insert(conn))
    }

    fn connect(&self) -> Result<Connection, RepositoryError> {
        let mut conn = self.pool.get()?;
        if let AnyConnection::Sqlite(_) = &*conn {
            let role = if self.read_only { READER } else { WRITER };
            conn.run_sql(role).map_err(RepositoryError::unavailable)?;
        }
        Ok(conn)
    }

    /// Gives a broken connection away; says whether it was one. The pool does not keep it.
    pub(super) fn drop_if_broken(&mut self) -> bool {
        let broken = self.held.as_mut().is_some_and(|conn| conn.is_broken());
        if broken {
            tracing::warn!("a database connection was lost; the next work gets a new one");
            self.held = None;
        }
        broken
    }

    /// Begins a transaction, once more on a new connection when the old one was lost:
    /// nothing has been done yet.
    pub(super) fn begin_write(&mut self) -> Result<&mut AnyConnection, RepositoryError> {
        if let Err(error) = self.connection()?.begin_write() {
            if !self.drop_if_broken() {
                return Err(super::unavailable(error));
            }
            self.connection()?.begin_write().map_err(super::unavailable)?;
        }
        self.connection()
    }
}

/// Two connections that close at once each take the other for still open, and none of them
/// folds SQLite's log into the file.
static CLOSING: Mutex<()> = Mutex::new(());

impl Drop for Session {
    fn drop(&mut self) {
        let _turn = CLOSING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut conn) = self.held.take() {
            // Closed here and now: who waits for the thread's end finds the file closed.
            conn.retire();
        }
    }
}
