//! Where reads run: on the HTTP worker itself, or on threads of their own.

use std::cell::RefCell;
use std::thread;

use actix_web::Error;
use actix_web::error::{ErrorInternalServerError, ErrorServiceUnavailable};
use anyhow::Context;
use crossbeam_channel::{Receiver, Sender};
use diesel::QueryResult;
use tokio::sync::oneshot;

use super::database::{Database, RowStore};

/// How many reads may wait for a thread.
const QUEUE: usize = 1_024;

type Job = Box<dyn FnOnce(&mut dyn RowStore) + Send>;

thread_local! {
    static OWN_CONNECTION: RefCell<Option<Box<dyn RowStore>>> = const { RefCell::new(None) };
}

/// The way a read takes to its connection.
pub(super) enum Reads {
    /// On the worker, which keeps a connection.
    Inline(Database),
    /// On one of the database threads, each of which keeps a connection.
    Threads(Sender<Job>),
}

impl Reads {
    /// Starts that many threads, each with a connection to the database.
    pub(super) fn on_threads(database: &Database, threads: usize) -> anyhow::Result<Self> {
        let (sender, queue) = crossbeam_channel::bounded(QUEUE);
        for number in 0..threads {
            let (mut store, queue) = (database.open()?, queue.clone());
            thread::Builder::new()
                .name(format!("read-{number}"))
                .spawn(move || run_jobs(store.as_mut(), &queue))
                .context("starting a database thread")?;
        }
        Ok(Self::Threads(sender))
    }

    /// Runs one read. A full queue answers 503 at once.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut dyn RowStore) -> QueryResult<T> + Send + 'static,
    {
        match self {
            Self::Inline(database) => inline(database, work),
            Self::Threads(queue) => {
                let (reply, answer) = oneshot::channel();
                let job: Job = Box::new(move |store| drop(reply.send(work(store))));
                queue.try_send(job).map_err(|_| ErrorServiceUnavailable("busy"))?;
                answer.await.map_err(ErrorInternalServerError)?.map_err(ErrorInternalServerError)
            }
        }
    }
}

fn inline<T>(
    database: &Database,
    work: impl FnOnce(&mut dyn RowStore) -> QueryResult<T>,
) -> Result<T, Error> {
    OWN_CONNECTION.with_borrow_mut(|slot| {
        let store = match slot {
            Some(store) => store,
            None => slot.insert(database.open().map_err(ErrorInternalServerError)?),
        };
        work(store.as_mut()).map_err(ErrorInternalServerError)
    })
}

fn run_jobs(store: &mut dyn RowStore, queue: &Receiver<Job>) {
    for job in queue {
        job(store);
    }
}
