//! What the engine tells of its work, to whoever counts.

use std::time::Duration;

use patchbay_domain::RepositoryError;

/// Hears what the database threads do. Called on their way: it must not wait.
pub trait DatabaseObserver: Send + Sync {
    /// A job came to its turn, or to its deadline, after it had waited in the queue.
    fn waited(&self, kind: JobKind, time: Duration);

    /// A job ended, or was not taken.
    fn ended(&self, kind: JobKind, outcome: JobOutcome);

    /// SQLite's writer committed so many jobs at once.
    fn committed(&self, jobs: usize);
}

/// Nobody counts.
pub(super) struct Unobserved;

impl DatabaseObserver for Unobserved {
    fn waited(&self, _: JobKind, _: Duration) {}
    fn ended(&self, _: JobKind, _: JobOutcome) {}
    fn committed(&self, _: usize) {}
}

/// How a piece of work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// One statement, outside a transaction.
    Read,
    /// Statements that see one state of the database.
    Snapshot,
    /// Everything in one transaction.
    Write,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Read, Self::Snapshot, Self::Write];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Snapshot => "snapshot",
            Self::Write => "write",
        }
    }
}

/// How a piece of work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// It was done.
    Done,
    /// What is stored did not allow it: another version, or something taken.
    Conflict,
    /// Too much was waiting already, or another held a lock.
    Busy,
    /// Its deadline passed, or its caller left.
    TimedOut,
    /// The database cannot be reached, or refused.
    Unavailable,
    /// What is stored is unreadable.
    Corrupt,
    /// Nobody knows whether it stands.
    Unknown,
    /// It panicked, and was rolled back.
    Panicked,
}

impl JobOutcome {
    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Conflict,
        Self::Busy,
        Self::TimedOut,
        Self::Unavailable,
        Self::Corrupt,
        Self::Unknown,
        Self::Panicked,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::Corrupt => "corrupt",
            Self::Unknown => "unknown",
            Self::Panicked => "panicked",
        }
    }
}

impl<T> From<&Result<T, RepositoryError>> for JobOutcome {
    fn from(answer: &Result<T, RepositoryError>) -> Self {
        match answer {
            Ok(_) => Self::Done,
            Err(RepositoryError::Stale | RepositoryError::Duplicate(_)) => Self::Conflict,
            Err(RepositoryError::Busy) => Self::Busy,
            Err(RepositoryError::TimedOut) => Self::TimedOut,
            Err(RepositoryError::Unavailable(_)) => Self::Unavailable,
            Err(RepositoryError::Corrupt { .. }) => Self::Corrupt,
            Err(RepositoryError::OutcomeUnknown(_)) => Self::Unknown,
            Err(RepositoryError::Panicked) => Self::Panicked,
        }
    }
}

/// How busy a database is at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseLoad {
    /// The queues by name, and how many jobs wait in each: `read` and `write` on SQLite,
    /// `shared` on PostgreSQL. None once the database was closed.
    pub queues: Vec<(&'static str, usize)>,
    /// How many connections are open.
    pub connections: usize,
    /// How many there may be.
    pub max_connections: usize,
}
