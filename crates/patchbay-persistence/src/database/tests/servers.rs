//! A PostgreSQL server that goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// Ends every other connection to the test's database, and waits until they are gone: all
/// are told first, because waiting is done one by one and in steps.
const END_ALL: &str = "
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Work that counts how often it is begun.
fn counted<T, F>(
    runs: &Arc<AtomicU32>,
    mut work: F,
) -> impl FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send + use<T, F>
where
    F: FnMut(&mut AnyConnection, u32) -> Result<T, RepositoryError> + Send,
{
    let runs = Arc::clone(runs);
    move |conn| work(conn, runs.fetch_add(1, Ordering::SeqCst) + 1)
}

#[tokio::test]
async fn connections_that_died_while_idle_are_replaced_for_reads_and_writes() {
    let Opened { db, place } = open_with(Backend::Postgres, 4, Duration::from_secs(30));
    for round in 0..4 {
        place.execute(END_ALL);
        let writes: Vec<_> = (0..4).map(|n| db.write(move |conn| insert(conn, round * 4 + n))).collect();
        for answer in writes {
            answer.await.unwrap();
        }
        place.execute(END_ALL);
        let reads: Vec<_> = (0..8).map(|_| db.read(ids)).collect();
        for answer in reads {
            assert_eq!(answer.await.unwrap().len(), usize::try_from(round + 1).unwrap() * 4);
        }
        place.execute(END_ALL);
        db.read_snapshot(ids).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_went_away_is_unavailable_and_found_again_when_it_is_back() {
    let Opened { db, place } = open_with(Backend::Postgres, 2, Duration::from_secs(30));
    db.write(|conn| insert(conn, 1)).await.unwrap();
    place.cut();
    for _ in 0..100 {
        let (read, write) = (db.read(ids).await, db.write(|conn| insert(conn, 2)).await);
        assert!(matches!(read, Err(RepositoryError::Unavailable(_))), "{read:?}");
        assert!(matches!(write, Err(RepositoryError::Unavailable(_))), "{write:?}");
    }
    place.restore();
    // A thread that knows of the loss only looks; the pool tries again by itself.
    while db.check().await.is_err() {
        tokio::task::yield_now().await;
    }
    db.write(|conn| insert(conn, 3)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 3]);
}

#[tokio::test]
async fn a_read_whose_connection_dies_is_done_again_on_a_new_one() {
    let Opened { db, place: _place } = open(Backend::Postgres);
    let runs = Arc::new(AtomicU32::new(0));
    let die_once = |conn: &mut AnyConnection, run| {
        if run == 1 {
            conn.run_sql("SELECT pg_terminate_backend(pg_backend_pid())").map_err(unavailable)?;
        }
        ids(conn)
    };
    db.read(counted(&runs, die_once)).await.unwrap();
    assert_eq!(runs.swap(0, Ordering::SeqCst), 2);
    db.read_snapshot(counted(&runs, die_once)).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_read_is_done_again_only_once() {
    let Opened { db, place: _place } = open(Backend::Postgres);
    let runs = Arc::new(AtomicU32::new(0));
    let die = |conn: &mut AnyConnection, _| {
        conn.run_sql("SELECT pg_terminate_backend(pg_backend_pid())").map_err(unavailable)
    };
    let lost = db.read(counted(&runs, die)).await;
    assert!(matches!(lost, Err(RepositoryError::Unavailable(_))), "{lost:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    db.check().await.unwrap();
}

#[tokio::test]
async fn a_write_that_was_begun_is_never_done_again() {
    let Opened { db, place: _place } = open(Backend::Postgres);
    let runs = Arc::new(AtomicU32::new(0));
    let die = |conn: &mut AnyConnection, _| {
        insert(conn, 1)?;
        conn.run_sql("SELECT pg_terminate_backend(pg_backend_pid())").map_err(unavailable)
    };
    let lost = db.write(counted(&runs, die)).await;
    assert!(matches!(lost, Err(RepositoryError::Unavailable(_))), "{lost:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert!(stored(&db).await.is_empty());
}

#[tokio::test]
async fn a_commit_that_is_never_answered_has_an_unknown_outcome() {
    let Opened { db, place } = open(Backend::Postgres);
    let unknown = db.write(move |conn| {
        insert(conn, 1)?;
        place.execute(END_ALL);
        Ok(place)
    });
    let unknown = unknown.await.map(drop);
    assert!(matches!(unknown, Err(RepositoryError::OutcomeUnknown(_))), "{unknown:?}");
}

#[tokio::test]
async fn a_refused_commit_is_known_to_have_changed_nothing() {
    let Opened { db, place } = open(Backend::Postgres);
    place.execute("CREATE TABLE orphans (item INTEGER REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)");
    let orphan = db.write(|conn| {
        insert(conn, 1)?;
        conn.run_sql("INSERT INTO orphans VALUES (99)").map_err(unavailable)
    });
    let refused = orphan.await;
    assert!(matches!(refused, Err(RepositoryError::Unavailable(_))), "{refused:?}");
    assert!(stored(&db).await.is_empty());
}
