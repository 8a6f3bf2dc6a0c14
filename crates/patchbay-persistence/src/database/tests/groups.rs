//! SQLite's writer: many jobs, one commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection;
use diesel::connection::TransactionManager;

use super::*;

#[tokio::test]
async fn a_job_that_fails_or_panics_keeps_its_neighbours() {
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let held = Held::inserting(&db, 1);
    let group: Vec<_> = (2..=9)
        .map(|id| {
            db.write(move |conn| {
                insert(conn, id)?;
                match id {
                    3 => Err(RepositoryError::Stale),
                    5 => panic!("on purpose"),
                    7 => insert(conn, 2),
                    8 => conn
                        .transaction::<(), diesel::result::Error, _>(|conn| {
                            conn.transaction(|_| panic!("on purpose, inside a transaction"))
                        })
                        .map_err(unavailable),
                    _ => Ok(()),
                }
            })
        })
        .collect();
    held.release().await.unwrap();
    let mut failed = Vec::new();
    for (id, answer) in (2..).zip(group) {
        if answer.await.is_err() {
            failed.push(id);
        }
    }
    assert_eq!(failed, [3, 5, 7, 8]);
    assert_eq!(stored(&db).await, [1, 2, 4, 6, 9]);
}

#[tokio::test]
async fn what_a_job_did_in_a_transaction_that_it_left_open_is_undone_and_nothing_else() {
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let held = Held::inserting(&db, 1);
    let left_open = db.write(|conn| {
        insert(conn, 2)?;
        <AnyConnection as TransactionManager<_>>::begin_transaction(conn).map_err(unavailable)?;
        insert(conn, 3)
    });
    let after = db.write(|conn| insert(conn, 4));
    held.release().await.unwrap();
    left_open.await.unwrap();
    after.await.unwrap();
    assert_eq!(stored(&db).await, [1, 2, 4]);
}

type Work = fn(&mut AnyConnection) -> Result<(), RepositoryError>;

/// Has three jobs done in one group: which of them were told of success, and that the
/// others were told that nothing was kept.
async fn told(db: &Database, group: [Work; 3]) -> Vec<bool> {
    let held = Held::inserting(db, 1);
    let group = group.map(|work| db.write(work));
    held.release().await.unwrap();
    let mut told = Vec::new();
    for answer in group {
        match answer.await {
            Ok(()) => told.push(true),
            Err(RepositoryError::Unavailable(_)) => told.push(false),
            Err(other) => panic!("{other:?}"),
        }
    }
    told
}

#[tokio::test]
async fn a_failed_commit_is_told_to_everybody_and_the_next_group_works() {
    let Opened { db, place } = open(Backend::Sqlite);
    place.execute("CREATE TABLE orphans (item INTEGER REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED)");
    let told = told(
        &db,
        [
            |conn| insert(conn, 2),
            |conn| conn.run_sql("INSERT INTO orphans VALUES (99)").map_err(unavailable),
            |conn| insert(conn, 3),
        ],
    );
    assert_eq!(told.await, [false, false, false]);
    db.write(|conn| insert(conn, 4)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 4]);
}

#[tokio::test]
async fn a_transaction_that_sqlite_drops_stops_the_group_and_fails_all_of_it() {
    static RUNS_AFTERWARDS: AtomicU32 = AtomicU32::new(0);
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let told = told(
        &db,
        [
            |conn| insert(conn, 2),
            // The disk is full: SQLite rolls back everything, not just the statement.
            |conn| {
                conn.run_sql("PRAGMA max_page_count = 1").map_err(unavailable)?;
                conn.run_sql("INSERT INTO items VALUES (99, hex(zeroblob(100000)))").map_err(unavailable)
            },
            |conn| {
                RUNS_AFTERWARDS.fetch_add(1, Ordering::SeqCst);
                insert(conn, 3)
            },
        ],
    );
    assert_eq!(told.await, [false, false, false]);
    assert_eq!(RUNS_AFTERWARDS.load(Ordering::SeqCst), 0);
    let room = |conn: &mut AnyConnection| conn.run_sql("PRAGMA max_page_count = 100000").map_err(unavailable);
    db.write(room).await.unwrap();
    db.write(|conn| insert(conn, 4)).await.unwrap();
    assert_eq!(stored(&db).await, [1, 4]);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let group: Vec<_> = (1..=600).map(|id| db.write(move |conn| insert(conn, id))).collect();
    for answer in group {
        answer.await.unwrap();
    }
    assert_eq!(stored(&db).await, (1..=600).collect::<Vec<_>>());
}

/// Begun as a deferred transaction, most of these would find the database locked when they
/// come to write what they decided from reading.
#[tokio::test]
async fn two_processes_that_read_and_then_write_wait_for_each_other() {
    let Opened { db, place } = open(Backend::Sqlite);
    let other = Database::connect(&options(&place.url, 1, Duration::from_secs(30))).unwrap();
    let next = |conn: &mut AnyConnection| {
        let last = ids(conn)?.last().copied().unwrap_or_default();
        insert(conn, last + 1)
    };
    let writing: Vec<_> =
        (0..200).map(|n| if n % 2 == 0 { db.write(next) } else { other.write(next) }).collect();
    for answer in writing {
        answer.await.unwrap();
    }
    assert_eq!(stored(&db).await, (1..=200).collect::<Vec<_>>());
}

#[tokio::test]
async fn another_process_that_holds_the_lock_too_long_makes_the_database_busy() {
    let Opened { db, place } = open_with(Backend::Sqlite, 1, Duration::from_millis(50));
    let other = Database::connect(&options(&place.url, 1, Duration::from_secs(30))).unwrap();
    let held = Held::inserting(&other, 1);
    let refused = db.write(|conn| insert(conn, 2)).await;
    assert!(matches!(refused, Err(RepositoryError::Busy)), "{refused:?}");
    held.release().await.unwrap();
    db.write(|conn| insert(conn, 2)).await.unwrap();
}

#[tokio::test]
async fn a_late_member_of_a_group_does_nothing() {
    let Opened { db, place: _place } = open(Backend::Sqlite);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let held = Held::inserting(&db, 1);
    let left = db.write(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    drop(left);
    let after = db.write(|conn| insert(conn, 2));
    held.release().await.unwrap();
    after.await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 0);
}

/// With nobody beside the writer, all of this would still be in the log: the writer folds it
/// only when it is longer.
#[tokio::test]
async fn the_log_is_folded_into_the_file_while_the_writer_goes_on() {
    let Opened { db, place } = open(Backend::Sqlite);
    let file = place.url.strip_prefix("sqlite://").unwrap();
    let size = || std::fs::metadata(file).unwrap().len();
    let before = size();
    let mut written = 1..1500;
    while size() == before {
        let id = written.next().expect("the log was never folded");
        db.write(move |conn| insert(conn, id)).await.unwrap();
    }
}
