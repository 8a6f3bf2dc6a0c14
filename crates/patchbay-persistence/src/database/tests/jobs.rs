//! One job alone: it is done once, whole or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection;
use diesel::connection::TransactionManager;
use rstest::rstest;

use super::*;

#[rstest]
#[tokio::test]
async fn what_a_job_wrote_can_be_read_once_it_is_answered(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    db.write(|conn| insert(conn, 1)).await.unwrap();
    assert_eq!(stored(&db).await, [1]);
}

#[rstest]
#[tokio::test]
async fn a_job_that_fails_leaves_nothing_behind(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let refused = db.write(|conn| {
        insert(conn, 1)?;
        Err::<(), _>(RepositoryError::Stale)
    });
    assert!(matches!(refused.await, Err(RepositoryError::Stale)));
    assert!(stored(&db).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_job_that_panics_is_rolled_back_and_its_thread_goes_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let panicked = db.write(|conn| -> Result<(), _> {
        insert(conn, 1)?;
        panic!("on purpose")
    });
    assert!(matches!(panicked.await, Err(RepositoryError::Panicked)));
    db.write(|conn| insert(conn, 2)).await.unwrap();
    assert_eq!(stored(&db).await, [2]);
}

#[rstest]
#[tokio::test]
async fn a_panic_inside_a_nested_transaction_rolls_back_the_whole_job(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let panicked = db.write(|conn| {
        insert(conn, 1)?;
        conn.transaction::<(), diesel::result::Error, _>(|conn| {
            insert(conn, 2).unwrap();
            conn.transaction(|_| panic!("on purpose"))
        })
        .map_err(unavailable)
    });
    assert!(matches!(panicked.await, Err(RepositoryError::Panicked)));
    db.write(|conn| insert(conn, 3)).await.unwrap();
    assert_eq!(stored(&db).await, [3]);
}

#[rstest]
#[tokio::test]
async fn a_read_that_panics_inside_a_transaction_costs_no_one_else_anything(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let panicked = db.read(|conn| {
        conn.transaction::<(), diesel::result::Error, _>(|_| panic!("on purpose")).map_err(unavailable)
    });
    assert!(matches!(panicked.await, Err(RepositoryError::Panicked)));
    db.write(|conn| insert(conn, 1)).await.unwrap();
    assert_eq!(stored(&db).await, [1]);
}

#[rstest]
#[tokio::test]
async fn a_job_that_leaves_a_transaction_open_loses_what_it_did_in_there_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let left_open = db.write(|conn| {
        insert(conn, 1)?;
        <AnyConnection as TransactionManager<_>>::begin_transaction(conn).map_err(unavailable)?;
        insert(conn, 2)
    });
    left_open.await.unwrap();
    assert_eq!(stored(&db).await, [1]);
}

/// PostgreSQL would answer COMMIT with success and keep nothing.
#[rstest]
#[tokio::test]
async fn a_job_that_ignores_a_failed_statement_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let ignoring = db.write(|conn| {
        insert(conn, 1)?;
        insert(conn, 1).ok();
        Ok(())
    });
    let refused = ignoring.await;
    assert!(matches!(refused, Err(RepositoryError::Unavailable(_))), "{refused:?}");
    db.write(|conn| insert(conn, 2)).await.unwrap();
    assert_eq!(stored(&db).await, [2]);
}

#[rstest]
#[tokio::test]
async fn a_failed_statement_is_not_held_against_the_next_job(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    db.write(|conn| insert(conn, 1)).await.unwrap();
    db.write(|conn| insert(conn, 1)).await.unwrap_err();
    db.write(|conn| insert(conn, 2)).await.unwrap();
    db.read(|conn| conn.run_sql("nonsense").map_err(unavailable)).await.unwrap_err();
    assert_eq!(stored(&db).await, [1, 2]);
}

#[rstest]
#[tokio::test]
async fn a_snapshot_sees_one_state_although_others_write(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place } = open(backend);
    let seen = db
        .read_snapshot(move |conn| {
            let before = ids(conn)?;
            place.execute("INSERT INTO items VALUES (1, 'one')");
            Ok((before, ids(conn)?))
        })
        .await;
    assert_eq!(seen.unwrap(), (vec![], vec![]));
}

#[tokio::test]
async fn a_sqlite_read_cannot_write() {
    let Opened { db, place: _place } = open(Backend::Sqlite);
    db.read(|conn| insert(conn, 1)).await.unwrap_err();
    db.write(|conn| insert(conn, 2)).await.unwrap();
    assert_eq!(stored(&db).await, [2]);
}

#[rstest]
#[tokio::test]
async fn a_job_is_done_once_even_if_its_transaction_cannot_be_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Opened { db, place: _place } = open(backend);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let refused = db.write(move |conn| {
        counted.fetch_add(1, Ordering::SeqCst);
        insert(conn, 1)?;
        conn.run_sql("ROLLBACK").map_err(unavailable)
    });
    refused.await.unwrap_err();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    db.write(|conn| insert(conn, 2)).await.unwrap();
    assert_eq!(stored(&db).await, [2]);
}
