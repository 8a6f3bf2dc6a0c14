//! The database threads and the queues to them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, TrySendError};
use patchbay_domain::RepositoryError;
use tokio::sync::mpsc;

use super::ConnectError;
use super::job::Queued;
use super::location::Location;
use super::manager::Manager;
use super::observer::{DatabaseLoad, DatabaseObserver, JobKind};
use super::pool::Pool;
use super::session::{Role, Session};
use super::worker::{fold_log, work_alone, write_in_groups};

/// How many jobs may wait in one queue. More would be answered too late to be of use.
pub(super) const QUEUE: usize = 1024;

/// What a call is told after the database was closed.
pub(super) fn closed() -> RepositoryError {
    RepositoryError::unavailable("the database is closed")
}

/// The running threads of one database.
pub(super) struct Threads {
    queues: RwLock<Option<Queues>>,
    running: Mutex<Vec<JoinHandle<()>>>,
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

/// Where work is put. On PostgreSQL both are one queue.
struct Queues {
    reads: Sender<Queued>,
    writes: Sender<Queued>,
    /// To look at only: it goes with the queues, so that no connection outlives its thread.
    pool: Pool,
}

impl Threads {
    pub(super) fn start(
        manager: &Manager,
        pool_size: usize,
        observer: Arc<dyn DatabaseObserver>,
    ) -> Result<Self, ConnectError> {
        let (alive, ended) = mpsc::channel(1);
        let (reads, to_read) = crossbeam_channel::bounded(QUEUE);
        let sqlite = matches!(manager.location, Location::Sqlite(_));
        let pool = Pool::new(manager, pool_size + if sqlite { 2 } else { 0 });
        let mut running = Vec::new();
        let mut start = |name: String, role: Role, mut work: Work| {
            let (pool, alive) = (pool.clone(), alive.clone());
            let thread = std::thread::Builder::new().name(name).spawn(move || {
                run(&pool, role, &mut work);
                drop(work);
                // In this order: who sees the last thread end finds every connection closed.
                drop(pool);
                drop(alive);
            });
            thread.map(|thread| running.push(thread)).map_err(ConnectError::Threads)
        };
        for number in 0..pool_size {
            let (name, queue) = (if sqlite { "db-read" } else { "db" }, to_read.clone());
            let work = move |session: &mut Session| work_alone(&queue, session);
            start(format!("{name}-{number}"), Role::Reader, Box::new(work))?;
        }
        let writes = if sqlite {
            let (writes, to_write) = crossbeam_channel::bounded(QUEUE);
            let (keeper, wake) = crossbeam_channel::bounded(1);
            let write = move |session: &mut Session| write_in_groups(&to_write, session, &keeper, &*observer);
            start("db-write".to_owned(), Role::Writer, Box::new(write))?;
            let fold = move |session: &mut Session| fold_log(&wake, session);
            start("db-keep".to_owned(), Role::Keeper, Box::new(fold))?;
            writes
        } else {
            reads.clone()
        };
        Ok(Self {
            queues: RwLock::new(Some(Queues { reads, writes, pool })),
            running: Mutex::new(running),
            ended: tokio::sync::Mutex::new(ended),
        })
    }

    /// Puts a job where its kind belongs. Never waits.
    pub(super) fn put(&self, work: Queued) -> Result<(), RepositoryError> {
        let open = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Queues { reads, writes, .. }) = open.as_ref() else { return Err(closed()) };
        let queue = if work.kind == JobKind::Write { writes } else { reads };
        queue.try_send(work).map_err(|refused| match refused {
            TrySendError::Full(_) => RepositoryError::Busy,
            TrySendError::Disconnected(_) => closed(),
        })
    }

    /// Whether it was not closed.
    pub(super) fn are_open(&self) -> bool {
        self.queues.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// How busy they are.
    pub(super) fn load(&self) -> DatabaseLoad {
        let open = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Queues { reads, writes, pool }) = open.as_ref() else { return DatabaseLoad::default() };
        let queues = if reads.same_channel(writes) {
            vec![("shared", reads.len())]
        } else {
            vec![("read", reads.len()), ("write", writes.len())]
        };
        DatabaseLoad { queues, connections: pool.open(), max_connections: pool.size() }
    }

    /// Takes no more jobs, and waits until the threads have done those that wait.
    pub(super) async fn shutdown(&self) {
        // Without senders a queue ends once it is empty, and with it its threads.
        drop(self.queues.write().unwrap_or_else(PoisonError::into_inner).take());
        while self.ended.lock().await.recv().await.is_some() {}
        let running = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in running {
            // Each has said its last word: this does not block.
            thread.join().ok();
        }
    }
}

/// What a thread does until its queue is closed and empty.
type Work = Box<dyn FnMut(&mut Session) + Send>;

fn run(pool: &Pool, role: Role, work: &mut Work) {
    let mut session = Session::new(pool.clone(), role);
    // A job's own panic is caught where it runs. What is left are those of the driver, and
    // of values that panic when they are dropped: they cost the connection, not the thread.
    while catch_unwind(AssertUnwindSafe(|| work(&mut session))).is_err() {
        tracing::error!("a database thread panicked and goes on with a new connection");
        session = Session::new(pool.clone(), role);
    }
}
