//! One connection to either database.

use diesel::connection::{
    AnsiTransactionManager, Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager,
};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sqlite::SqliteConnection;

use super::savepoint;

/// A connection to either database. Queries are written once, against this type.
#[derive(diesel::MultiConnection)]
pub(crate) enum AnyConnection {
    /// To a PostgreSQL server.
    Postgres(PgConnection),
    /// To a SQLite file.
    Sqlite(SqliteConnection),
}

/// Repeats an expression for the connection that is there: for the few statements that
/// Diesel does not write for both databases at once, such as `ON CONFLICT`.
macro_rules! per_backend {
    ($conn:expr, $inner:ident => $query:expr) => {
        match $conn {
            $crate::database::AnyConnection::Postgres($inner) => $query,
            $crate::database::AnyConnection::Sqlite($inner) => $query,
        }
    };
}
pub(crate) use per_backend;

/// Loads the row that a query can find at the most.
///
/// Straight from the connection that is there: through the enum, the text of the statement
/// is written anew each time, only to find the prepared one. Never by `first`: see
/// [`load_first`].
macro_rules! load_one {
    ($conn:expr, $query:expr) => {
        $crate::database::per_backend!($conn, conn => $query.get_result(conn).optional())
    };
}
pub(crate) use load_one;

/// Loads the first rows of a query.
///
/// SQLite gives them one by one, so stopping is enough. A value bound to LIMIT would have it
/// prepare the statement anew each time, which costs more than reading a row.
macro_rules! load_first {
    ($rows:expr, $conn:expr, $query:expr) => {
        match $conn {
            $crate::database::AnyConnection::Postgres(conn) => $query.limit($rows).load(conn),
            $crate::database::AnyConnection::Sqlite(conn) => {
                let rows = usize::try_from($rows).unwrap_or(usize::MAX);
                let all = $query.load_iter::<_, diesel::connection::DefaultLoadingMode>(conn)?;
                all.take(rows).collect()
            }
        }
    };
}
pub(crate) use load_first;

impl AnyConnection {
    /// Begins a transaction that will write. On SQLite it takes the write lock at once: a
    /// transaction that first reads and then wants the lock can fail without remedy.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        }
    }

    /// Begins a transaction in which all statements see one state of the database.
    pub(super) fn begin_snapshot(&mut self) -> QueryResult<()> {
        const REPEATABLE: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, REPEATABLE),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// How many transactions are open, one in another.
    pub(super) fn depth(&mut self) -> QueryResult<u32> {
        let status = <Self as TransactionManager<Self>>::transaction_manager_status_mut(self);
        Ok(status.transaction_depth()?.map_or(0, std::num::NonZero::get))
    }

    /// Rolls back until `depth` transactions are open.
    ///
    /// # Errors
    /// Also when fewer are left: the database has dropped the whole transaction by itself.
    pub(super) fn roll_back_to(&mut self, depth: u32) -> QueryResult<()> {
        while self.depth()? > depth {
            <Self as TransactionManager<Self>>::rollback_transaction(self)?;
        }
        if self.depth()? == depth { Ok(()) } else { Err(Error::NotInTransaction) }
    }

    /// Sets a savepoint below all transactions that are opened from now on.
    ///
    /// # Errors
    /// Also where jobs share no transaction: PostgreSQL.
    pub(super) fn set_savepoint(&mut self) -> QueryResult<()> {
        self.sqlite().and_then(savepoint::set)
    }

    /// Keeps what was done since the savepoint.
    ///
    /// # Errors
    /// Also when there is none any more: SQLite has dropped the whole transaction by itself.
    pub(super) fn keep_savepoint(&mut self) -> QueryResult<()> {
        self.sqlite().and_then(savepoint::keep)
    }

    /// Undoes what was done since the savepoint. Fails like [`keep_savepoint`](Self::keep_savepoint).
    pub(super) fn undo_savepoint(&mut self) -> QueryResult<()> {
        self.sqlite().and_then(savepoint::undo)
    }

    fn sqlite(&mut self) -> QueryResult<&mut SqliteConnection> {
        match self {
            Self::Sqlite(conn) => Ok(conn),
            Self::Postgres(_) => Err(Error::NotInTransaction),
        }
    }

    /// Whether it cannot be used any more: its peer is gone, or a transaction was left open.
    pub(super) fn is_broken(&mut self) -> bool {
        self.watched().is_some_and(|watch| watch.unusable)
            || <Self as TransactionManager<Self>>::is_broken_transaction_manager(self)
    }

    /// Starts to watch for failed statements.
    pub(super) fn watch(&mut self) {
        self.set_instrumentation(StatementWatch::default());
    }

    /// What the first statement said that failed since the last call.
    pub(super) fn take_failed_statement(&mut self) -> Option<String> {
        self.watched()?.failure.take()
    }

    /// Has it closed, and not kept for others, when it is given back.
    pub(super) fn retire(&mut self) {
        if let Some(watch) = self.watched() {
            watch.unusable = true;
        }
    }

    fn watched(&mut self) -> Option<&mut StatementWatch> {
        self.instrumentation().downcast_mut()
    }

    /// Runs statements that answer nothing.
    pub(super) fn run_sql(&mut self, sql: &str) -> QueryResult<()> {
        self.batch_execute(sql)
    }
}

/// Remembers that a statement failed.
///
/// PostgreSQL answers COMMIT with success and rolls back when a statement before it has
/// failed; whoever ignored that failure would take the change for stored.
///
/// A lost connection is remembered too: Diesel does not notice one that is lost while a
/// statement is prepared.
#[derive(Default)]
struct StatementWatch {
    failure: Option<String>,
    unusable: bool,
}

impl Instrumentation for StatementWatch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
        if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event {
            self.failure.get_or_insert_with(|| error.to_string());
            self.unusable |= matches!(error, Error::DatabaseError(ClosedConnection | UnableToSendCommand, _));
        }
    }
}
