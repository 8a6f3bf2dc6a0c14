use std::time::Duration;

use rstest::rstest;

use super::*;
use crate::DatabaseOptions;
use crate::test_support::{Backend, TestDatabase};

fn open(place: &TestDatabase) -> Database {
    let job_timeout = Duration::from_secs(60);
    Database::connect(&DatabaseOptions { url: place.url.as_str().into(), pool_size: 1, job_timeout }).unwrap()
}

#[rstest]
#[tokio::test]
async fn every_migration_can_be_applied_taken_back_and_applied_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    let db = open(&place);
    let pending = db.pending_migrations().await.unwrap();
    assert!(pending.iter().any(|name| name.ends_with("foundation")), "{pending:?}");
    for _ in 0..2 {
        assert_eq!(db.migrate().await.unwrap().len(), pending.len());
        assert!(db.pending_migrations().await.unwrap().is_empty());
        assert!(db.migrate().await.unwrap().is_empty());
        assert_eq!(db.revert_migrations().await.unwrap().len(), pending.len());
        assert_eq!(db.pending_migrations().await.unwrap(), pending);
    }
}

#[rstest]
#[tokio::test]
async fn a_migration_that_fails_leaves_a_database_that_still_answers(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let place = TestDatabase::new(backend);
    place.execute("CREATE TABLE events (id INTEGER)");
    let db = open(&place);
    let failed = db.migrate().await.unwrap_err();
    assert!(matches!(failed, RepositoryError::Unavailable(_)), "{failed:?}");
    assert!(!db.pending_migrations().await.unwrap().is_empty());
    place.execute("DROP TABLE events");
    db.migrate().await.unwrap();
}

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = names(MigrationSource::<Sqlite>::migrations(&SQLITE)).unwrap();
    let postgres = names(MigrationSource::<Pg>::migrations(&POSTGRES)).unwrap();
    assert_eq!(sqlite, postgres);
}
