//! Where inserts run: one SQLite writer that commits in groups, or a pool of PostgreSQL connections.

use std::iter;
use std::thread;

use actix_web::Error;
use actix_web::error::{ErrorInternalServerError, ErrorServiceUnavailable};
use anyhow::Context;
use crossbeam_channel::{Receiver, Sender};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use tokio::sync::oneshot;

use super::database::{Database, RowStore, open_sqlite};
use super::row::Row;

/// How many inserts may wait for the writer.
const QUEUE: usize = 1_024;

/// How many inserts share a commit at most.
const MAX_GROUP: usize = 256;

/// An insert that waits, and who waits for it.
pub(super) struct Insert {
    row: Row,
    /// Dropped unanswered when the commit of its group failed.
    reply: oneshot::Sender<QueryResult<()>>,
}

/// The way an insert takes to its commit.
pub(super) enum Writes {
    /// The one writer thread of SQLite.
    Grouped(Sender<Insert>),
    /// Each on a thread of actix's blocking pool, with a connection of a pool.
    Pooled(Pool<ConnectionManager<PgConnection>>),
}

impl Writes {
    /// Starts the writer, or opens that many connections.
    pub(super) fn start(database: &Database, pool_size: u32) -> anyhow::Result<Self> {
        match database {
            Database::Sqlite(path) => {
                let mut connection = open_sqlite(path)?;
                let (sender, queue) = crossbeam_channel::bounded(QUEUE);
                thread::Builder::new()
                    .name("write".to_owned())
                    .spawn(move || write_in_groups(&mut connection, &queue))
                    .context("starting the writer thread")?;
                Ok(Self::Grouped(sender))
            }
            Database::Postgres(url) => {
                // The check on check-out is a round trip of its own: a bare server does without.
                let pool = Pool::builder().max_size(pool_size).test_on_check_out(false);
                Ok(Self::Pooled(pool.build(ConnectionManager::new(url)).context("opening the pool")?))
            }
        }
    }

    /// Inserts a row and returns it once it is durable. A full queue answers 503 at once.
    pub(super) async fn insert(&self, row: Row) -> Result<Row, Error> {
        match self {
            Self::Grouped(queue) => {
                let (reply, answer) = oneshot::channel();
                let insert = Insert { row: row.clone(), reply };
                queue.try_send(insert).map_err(|_| ErrorServiceUnavailable("busy"))?;
                answer.await.map_err(ErrorInternalServerError)?.map_err(ErrorInternalServerError)?;
                Ok(row)
            }
            Self::Pooled(pool) => insert_on_pool(pool.clone(), row).await,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the plain way is what the reference is there to measure")]
async fn insert_on_pool(pool: Pool<ConnectionManager<PgConnection>>, row: Row) -> Result<Row, Error> {
    let inserted = actix_web::web::block(move || -> anyhow::Result<Row> {
        RowStore::insert(&mut *pool.get()?, &row)?;
        Ok(row)
    });
    inserted.await?.map_err(ErrorInternalServerError)
}

fn write_in_groups(connection: &mut SqliteConnection, queue: &Receiver<Insert>) {
    while let Ok(first) = queue.recv() {
        let group: Vec<Insert> = iter::once(first).chain(queue.try_iter().take(MAX_GROUP - 1)).collect();
        if let Ok(outcomes) = commit_together(connection, &group) {
            for (insert, outcome) in group.into_iter().zip(outcomes) {
                insert.reply.send(outcome).ok(); // the client may have left: its row stands
            }
        }
    }
}

/// Commits a group; the outcome of each is its own, because each has a savepoint of its own.
fn commit_together(connection: &mut SqliteConnection, group: &[Insert]) -> QueryResult<Vec<QueryResult<()>>> {
    connection.immediate_transaction(|connection| {
        Ok(group
            .iter()
            .map(|insert| connection.transaction(|connection| RowStore::insert(connection, &insert.row)))
            .collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{FIRST_SEQUENCE, row_id};

    #[test]
    fn an_insert_that_fails_fails_alone() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = open_sqlite(&directory.path().join("rows.db").display().to_string()).unwrap();
        connection.seed(2).unwrap();
        let group = [FIRST_SEQUENCE + 2, FIRST_SEQUENCE, FIRST_SEQUENCE + 3]
            .map(|sequence| Insert { row: Row::seeded(sequence), reply: oneshot::channel().0 });
        let outcomes = commit_together(&mut connection, &group).unwrap();
        let succeeded: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
        assert_eq!(succeeded, [true, false, true]);
        for kept in [FIRST_SEQUENCE + 2, FIRST_SEQUENCE + 3] {
            assert!(connection.find(&row_id(kept)).unwrap().is_some(), "{kept}");
        }
    }

    #[test]
    fn all_that_wait_are_answered_after_their_commit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows.db").display().to_string();
        let mut connection = open_sqlite(&path).unwrap();
        connection.seed(0).unwrap();
        let (sender, queue) = crossbeam_channel::bounded(QUEUE);
        let answers: Vec<_> = (0..600)
            .map(|number| {
                let (reply, answer) = oneshot::channel();
                sender.send(Insert { row: Row::seeded(FIRST_SEQUENCE + number), reply }).unwrap();
                answer
            })
            .collect();
        drop(sender);
        write_in_groups(&mut connection, &queue);
        assert!(answers.into_iter().all(|answer| matches!(answer.blocking_recv(), Ok(Ok(())))));
        assert_eq!(open_sqlite(&path).unwrap().seed(0).unwrap(), FIRST_SEQUENCE + 600);
    }
}
