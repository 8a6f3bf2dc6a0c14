//! What the engine promises, on both databases.

mod connections;
mod groups;
mod jobs;
mod observed;
mod queues;
mod servers;

use std::pin::Pin;
use std::sync::mpsc;
use std::time::Duration;

use diesel::prelude::*;
use patchbay_domain::RepositoryError;

use super::{AnyConnection, Database, DatabaseOptions, unavailable};
use crate::test_support::{Backend, TestDatabase};

diesel::table! {
    items (id) {
        id -> Integer,
        name -> Text,
    }
}

fn options(url: &str, pool_size: usize, job_timeout: Duration) -> DatabaseOptions {
    DatabaseOptions { url: url.into(), pool_size, job_timeout }
}

/// An open database with an empty table, and what keeps it there.
struct Opened {
    // Before the database it lives in: a server does not drop one that is in use for long.
    db: Database,
    place: TestDatabase,
}

/// Opens a new database; on PostgreSQL one thread does everything.
fn open(backend: Backend) -> Opened {
    open_with(backend, 1, Duration::from_secs(30))
}

fn open_with(backend: Backend, pool_size: usize, job_timeout: Duration) -> Opened {
    let place = TestDatabase::new(backend);
    place.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
    let db = Database::connect(&options(&place.url, pool_size, job_timeout)).unwrap();
    Opened { db, place }
}

fn insert(conn: &mut AnyConnection, id: i32) -> Result<(), RepositoryError> {
    let row = (items::id.eq(id), items::name.eq(format!("item {id}")));
    diesel::insert_into(items::table).values(row).execute(conn).map(drop).map_err(unavailable)
}

fn ids(conn: &mut AnyConnection) -> Result<Vec<i32>, RepositoryError> {
    items::table.select(items::id).order(items::id).load(conn).map_err(unavailable)
}

/// What is stored, read on a thread that reads.
async fn stored(db: &Database) -> Vec<i32> {
    db.read(ids).await.unwrap()
}

/// A thread that writes, held in the middle of a job that inserts an item.
struct Held {
    release: mpsc::Sender<()>,
    answer: Pin<Box<dyn Future<Output = Result<(), RepositoryError>> + Send>>,
}

impl Held {
    /// Returns once the thread has come to the job.
    fn inserting(db: &Database, id: i32) -> Self {
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let answer = db.write(move |conn| {
            started.send(()).unwrap();
            released.recv().unwrap();
            insert(conn, id)
        });
        has_started.recv().unwrap();
        Self { release, answer: Box::pin(answer) }
    }

    /// Lets the job end.
    async fn release(self) -> Result<(), RepositoryError> {
        self.release.send(()).unwrap();
        self.answer.await
    }
}
