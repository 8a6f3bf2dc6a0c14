//! Queues, deadlines, callers that left, and the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rstest::rstest;

use super::*;
use crate::database::threads::QUEUE;

#[rstest]
#[tokio::test]
async fn a_full_queue_refuses_at_once_and_loses_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let held = Held::inserting(&db, 1);
    let waiting: Vec<_> = (0..QUEUE).map(|_| db.write(|_| Ok(()))).collect();
    let refused = db.write(|conn| insert(conn, 2)).await;
    assert!(matches!(refused, Err(RepositoryError::Busy)), "{refused:?}");
    held.release().await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    db.write(|conn| insert(conn, 3)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 3]);
}

#[rstest]
#[tokio::test]
async fn a_job_whose_caller_left_before_its_turn_is_not_done(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let held = Held::inserting(&db, 1);
    drop(db.write(|conn| insert(conn, 2)));
    held.release().await.unwrap();
    db.write(|conn| insert(conn, 3)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 3]);
}

#[rstest]
#[tokio::test]
async fn what_was_begun_stands_although_its_caller_left(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let Held { release, answer } = Held::inserting(&db, 1);
    drop(answer);
    release.send(()).unwrap();
    db.write(|conn| insert(conn, 2)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 2]);
}

#[rstest]
#[tokio::test]
async fn a_job_past_its_deadline_is_not_begun(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open_with(backend, 1, Duration::ZERO);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = || {
        let runs = Arc::clone(&runs);
        move |_: &mut AnyConnection| {
            runs.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    };
    for late in [db.read(counted()).await, db.read_snapshot(counted()).await, db.write(counted()).await] {
        assert!(matches!(late, Err(RepositoryError::TimedOut)), "{late:?}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_statement_past_its_time_is_stopped_by_the_server() {
    let Opened { db, place: _place } = open_with(Backend::Postgres, 1, Duration::from_millis(200));
    let late = db.read(|conn| conn.run_sql("SELECT pg_sleep(60)").map_err(unavailable)).await;
    assert!(matches!(late, Err(RepositoryError::TimedOut)), "{late:?}");
    db.check().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn closing_finishes_what_waits_and_refuses_what_comes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place } = open_with(backend, 3, Duration::from_secs(30));
    let held = Held::inserting(&db, 0);
    let waiting: Vec<_> = (1..=900).map(|id| db.write(move |conn| insert(conn, id))).collect();
    let closing = tokio::spawn({
        let db = db.clone();
        async move { db.shutdown().await }
    });
    tokio::task::yield_now().await;
    let apart = db.apart("never", |_| Ok(())).await;
    for refused in [db.write(|conn| insert(conn, 2000)).await, db.check().await, apart] {
        assert!(matches!(refused, Err(RepositoryError::Unavailable(_))), "{refused:?}");
    }
    held.release().await.unwrap();
    closing.await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    let again = Database::connect(&options(&place.url, 1, Duration::from_secs(30))).unwrap();
    assert_eq!(stored(&again).await, (0..=900).collect::<Vec<_>>());
    db.shutdown().await;
}

#[tokio::test]
async fn closing_ends_the_threads_and_closes_the_file() {
    let Opened { db, place } = open_with(Backend::Sqlite, 2, Duration::from_secs(30));
    db.write(|conn| insert(conn, 1)).await.unwrap();
    let log = place.directory().join("patchbay.db-wal");
    assert!(log.exists());
    db.shutdown().await;
    // SQLite folds the log into the file when the last connection is closed.
    assert!(!log.exists());
}
