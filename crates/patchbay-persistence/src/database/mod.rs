//! The engine under the repositories: threads that own the connections.
//!
//! Work reaches them through bounded queues and is answered through oneshots. SQLite has
//! readers and exactly one writer, which commits in one go whatever waits; each thread of
//! PostgreSQL does both.

mod connection;
mod constant;
mod error;
mod job;
mod location;
mod manager;
mod observer;
mod pool;
mod postgres_url;
mod savepoint;
mod session;
mod threads;
mod worker;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_domain::{BoxError, RepositoryError};
use r2d2::ManageConnection;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

pub(crate) use connection::{AnyConnection, load_first, load_one, per_backend};
pub(crate) use constant::constant;
pub use error::ConnectError;
pub(crate) use error::{gone_or_unavailable, one_or_stale, taken_or_unavailable, unavailable};
use job::{About, Queued, Task};
use location::Location;
use manager::Manager;
use observer::Unobserved;
pub use observer::{DatabaseLoad, DatabaseObserver, JobKind, JobOutcome};
use threads::Threads;

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// `sqlite://path`, with a relative or an absolute path, or a libpq URL
    /// (`postgres://…`). The directory of a SQLite file must exist.
    pub url: SecretString,
    /// How many threads, each with a connection of its own: readers beside the one writer
    /// on SQLite, for everything on PostgreSQL. At least one.
    pub pool_size: usize,
    /// How long a call may wait for its turn, and how long one statement of it may take on
    /// PostgreSQL or wait for another process on SQLite.
    pub job_timeout: Duration,
}

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Database {
    threads: Arc<Threads>,
    manager: Manager,
    observer: Arc<dyn DatabaseObserver>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.manager.location).finish()
    }
}

impl Database {
    /// Opens a database and starts its threads. Blocks until a first connection was made,
    /// so that what is wrong is known before anything is served.
    ///
    /// A SQLite file that does not exist is made, readable for its owner only.
    ///
    /// # Errors
    /// [`ConnectError`]: for the operator, in one line without secrets.
    pub fn connect(options: &DatabaseOptions) -> Result<Self, ConnectError> {
        Self::connect_observed(options, Arc::new(Unobserved))
    }

    /// Like [`connect`](Self::connect), and tells `observer` what its threads do.
    ///
    /// # Errors
    /// As for [`connect`](Self::connect).
    pub fn connect_observed(
        options: &DatabaseOptions,
        observer: Arc<dyn DatabaseObserver>,
    ) -> Result<Self, ConnectError> {
        let location = Location::parse(options.url.expose_secret())?;
        let manager = Manager { location, patience: options.job_timeout };
        manager.first_connection()?;
        let threads = Threads::start(&manager, options.pool_size.max(1), observer.clone())?;
        Ok(Self { threads: Arc::new(threads), manager, observer })
    }

    /// Does `work`, one statement, outside a transaction. It is done again on a new
    /// connection when the old one was lost meanwhile.
    pub(crate) fn read<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, RepositoryError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send + 'static,
    {
        self.submit(JobKind::Read, work)
    }

    /// Does `work`, statements that must see one state of the database. It is done again
    /// like a [`read`](Self::read).
    pub(crate) fn read_snapshot<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, RepositoryError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send + 'static,
    {
        self.submit(JobKind::Snapshot, work)
    }

    /// Does `work` in one transaction: `Ok` means that it was committed, `Err` that it was
    /// rolled back. It is done once at the most.
    ///
    /// A statement that fails must fail the work: use `ON CONFLICT` instead of looking at
    /// the error. Work that ignores one is refused.
    pub(crate) fn write<T, F>(
        &self,
        work: F,
    ) -> impl Future<Output = Result<T, RepositoryError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, RepositoryError> + Send + 'static,
    {
        let mut work = Some(work);
        self.submit(JobKind::Write, move |conn| match work.take() {
            Some(work) => work(conn),
            None => Err(RepositoryError::Panicked),
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Like those of every repository call.
    pub async fn check(&self) -> Result<(), RepositoryError> {
        self.read(|conn| conn.run_sql("SELECT 1").map_err(unavailable)).await
    }

    /// How busy it is at this moment. Cheap, and asks nothing of the database.
    #[must_use]
    pub fn load(&self) -> DatabaseLoad {
        self.threads.load()
    }

    /// Closes the database: calls from now on are refused as unavailable, those that wait
    /// are finished or run into their deadline, then the threads end.
    pub async fn shutdown(&self) {
        self.threads.shutdown().await;
    }

    /// Does `work` on a thread and a connection of its own, beside what is being served.
    pub(crate) async fn apart<T, F>(&self, name: &str, work: F) -> Result<T, RepositoryError>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T, BoxError> + Send + 'static,
    {
        if !self.threads.are_open() {
            return Err(threads::closed());
        }
        let (reply, answer) = oneshot::channel();
        let manager = self.manager.clone();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let conn = manager.connect().map_err(RepositoryError::unavailable);
            let done = conn.and_then(|mut conn| work(&mut conn).map_err(RepositoryError::unavailable));
            reply.send(done).ok();
        });
        thread.map_err(RepositoryError::unavailable)?;
        answer.await.unwrap_or(Err(RepositoryError::Panicked))
    }

    /// Queues at once, not only when it is first polled.
    fn submit<T, F>(
        &self,
        kind: JobKind,
        work: F,
    ) -> impl Future<Output = Result<T, RepositoryError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let about = About {
            kind,
            since: Instant::now(),
            patience: self.manager.patience,
            observer: self.observer.clone(),
            span: tracing::Span::current(),
        };
        let job = Task::boxed(work, about, reply);
        let queued = self.threads.put(Queued { kind, job });
        if queued.is_err() {
            self.observer.ended(kind, (&queued).into());
        }
        async move {
            queued?;
            answer.await.unwrap_or_else(|_| Err(threads::closed()))
        }
    }
}
