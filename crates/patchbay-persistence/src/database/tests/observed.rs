//! What the engine tells of its work.

use std::sync::{Arc, Mutex};

use rstest::rstest;

use super::*;
use crate::database::threads::QUEUE;
use crate::database::{DatabaseObserver, JobKind, JobOutcome};

/// Writes down what it hears.
#[derive(Default)]
struct Heard {
    waited: Mutex<Vec<JobKind>>,
    ended: Mutex<Vec<(JobKind, JobOutcome)>>,
    committed: Mutex<Vec<usize>>,
}

impl Heard {
    fn ended(&self) -> Vec<(JobKind, JobOutcome)> {
        self.ended.lock().unwrap().clone()
    }
}

impl DatabaseObserver for Heard {
    fn waited(&self, kind: JobKind, _: Duration) {
        self.waited.lock().unwrap().push(kind);
    }

    fn ended(&self, kind: JobKind, outcome: JobOutcome) {
        self.ended.lock().unwrap().push((kind, outcome));
    }

    fn committed(&self, jobs: usize) {
        self.committed.lock().unwrap().push(jobs);
    }
}

fn observed(backend: Backend) -> (Opened, Arc<Heard>) {
    let place = TestDatabase::new(backend);
    place.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
    let heard = Arc::new(Heard::default());
    let options = options(&place.url, 1, Duration::from_secs(30));
    let db = Database::connect_observed(&options, heard.clone()).unwrap();
    (Opened { db, place }, heard)
}

#[rstest]
#[tokio::test]
async fn every_job_is_told_of_by_kind_and_outcome(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (Opened { db, place: _place }, heard) = observed(backend);
    db.write(|conn| insert(conn, 1)).await.unwrap();
    db.read(ids).await.unwrap();
    db.read_snapshot(ids).await.unwrap();
    db.write(|_| Err::<(), _>(RepositoryError::Stale)).await.unwrap_err();
    db.write(|_| -> Result<(), _> { panic!("on purpose") }).await.unwrap_err();
    let expected = [
        (JobKind::Write, JobOutcome::Done),
        (JobKind::Read, JobOutcome::Done),
        (JobKind::Snapshot, JobOutcome::Done),
        (JobKind::Write, JobOutcome::Conflict),
        (JobKind::Write, JobOutcome::Panicked),
    ];
    assert_eq!(heard.ended(), expected);
    assert_eq!(*heard.waited.lock().unwrap(), expected.map(|(kind, _)| kind));
}

#[rstest]
#[tokio::test]
async fn what_waits_is_seen_and_what_is_turned_away_told_of(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (Opened { db, place: _place }, heard) = observed(backend);
    let held = Held::inserting(&db, 1);
    let waiting: Vec<_> = (0..QUEUE).map(|_| db.write(|_| Ok(()))).collect();
    db.write(|_| Ok(())).await.unwrap_err();
    assert_eq!(heard.ended(), [(JobKind::Write, JobOutcome::Busy)]);
    let load = db.load();
    let expected = match backend {
        Backend::Sqlite => vec![("read", 0), ("write", QUEUE)],
        Backend::Postgres => vec![("shared", QUEUE)],
    };
    assert_eq!(load.queues, expected);
    assert!((1..=load.max_connections).contains(&load.connections), "{load:?}");

    held.release().await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    db.shutdown().await;
    assert_eq!(db.load(), super::super::DatabaseLoad::default());
}

#[tokio::test]
async fn a_common_commit_is_told_of_with_its_size() {
    let (Opened { db, place: _place }, heard) = observed(Backend::Sqlite);
    let held = Held::inserting(&db, 1);
    let waiting: Vec<_> = (2..=4).map(|id| db.write(move |conn| insert(conn, id))).collect();
    held.release().await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    assert_eq!(*heard.committed.lock().unwrap(), [1, 3]);
}
