//! The connection of one database thread.

use std::sync::{Mutex, PoisonError};

use patchbay_domain::RepositoryError;

use super::connection::AnyConnection;
use super::pool::{Connection, Pool};

/// What a thread's connection is for. PostgreSQL's are all alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// SQLite: it cannot write.
    Reader,
    /// SQLite: the only one that writes. It keeps 8 MiB of pages, because it touches the same
    /// ones of every index again and again. It folds the log into the file only once that has
    /// nearly 64 MiB: by then the keeper has done most of it, and fewer than one job in a
    /// hundred waits for the rest.
    Writer,
    /// SQLite: it folds the log into the file while the writer goes on.
    Keeper,
}

impl Role {
    const fn set_up(self) -> &'static str {
        match self {
            Self::Reader => "PRAGMA query_only = TRUE",
            Self::Writer => {
                "PRAGMA query_only = FALSE; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16000"
            }
            Self::Keeper => "PRAGMA query_only = FALSE; PRAGMA wal_autocheckpoint = 0",
        }
    }
}

/// The connection of one database thread. It is kept until it breaks: what is prepared
/// stays prepared, and one lost server does not make every piece of work meet another dead
/// connection.
pub(super) struct Session {
    pool: Pool,
    held: Option<Connection>,
    role: Role,
}

impl Session {
    /// A session without connection yet.
    pub(super) const fn new(pool: Pool, role: Role) -> Self {
        Self { pool, held: None, role }
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
            conn.run_sql(self.role.set_up()).map_err(RepositoryError::unavailable)?;
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
