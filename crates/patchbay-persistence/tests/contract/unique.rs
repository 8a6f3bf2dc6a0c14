//! Unique keys: held by one live integration of an organisation.

use patchbay_domain::{Changes, IntegrationWrite, RepositoryError, Taken, UniqueRule, UnitOfWork};
use rstest::rstest;

use crate::fixtures::{Store, deleted, renamed};
use crate::support::Backend;

fn is_taken(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Duplicate(Taken::Key(key))) if key.rule == UniqueRule::NameAndManifest)
}

#[rstest]
#[tokio::test]
async fn a_key_is_held_once_in_an_organisation(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    store.stored(&tenant, "Shop").await;
    let again = store.integration(&tenant, "SHOP");
    let refused = store.work.commit(&tenant.scope, Changes::new().insert(&again)).await;
    assert!(is_taken(&refused), "{refused:?}");
    assert_eq!(store.names(&tenant.scope).await, ["Shop"]);
    store.stored(&other, "Shop").await;
}

#[rstest]
#[tokio::test]
async fn of_many_who_want_a_key_at_once_one_gets_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let commits: Vec<_> = (0..32)
        .map(|_| {
            let (work, scope) = (store.work.clone(), tenant.scope);
            let changes = Changes::new().insert(&store.integration(&tenant, "Shop"));
            tokio::spawn(async move { work.commit(&scope, changes).await })
        })
        .collect();
    let mut won = 0;
    for commit in commits {
        let outcome = commit.await.unwrap();
        assert!(outcome.is_ok() || is_taken(&outcome), "{outcome:?}");
        won += u32::from(outcome.is_ok());
    }
    assert_eq!(won, 1);
    assert_eq!(store.names(&tenant.scope).await, ["Shop"]);
}

#[rstest]
#[tokio::test]
async fn deleting_frees_a_key(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for _ in 0..3 {
        let held = store.stored(&tenant, "Shop").await;
        store.update(&tenant.scope, &held, &deleted(&held)).await.unwrap();
    }
    store.stored(&tenant, "Shop").await;
}

#[rstest]
#[tokio::test]
async fn a_rename_frees_the_old_key_and_takes_the_new_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (a, b) = (store.stored(&tenant, "a").await, store.stored(&tenant, "b").await);
    let refused = store.update(&tenant.scope, &a, &renamed(&a, "b")).await;
    assert!(is_taken(&refused), "{refused:?}");
    store.update(&tenant.scope, &b, &renamed(&b, "c")).await.unwrap();
    store.update(&tenant.scope, &a, &renamed(&a, "b")).await.unwrap();
    store.stored(&tenant, "a").await;
    assert_eq!(store.names(&tenant.scope).await, ["b", "c", "a"]);
}

#[rstest]
#[tokio::test]
async fn a_new_spelling_of_the_same_key_is_no_duplicate_of_itself(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let held = store.stored(&tenant, "Shop").await;
    store.update(&tenant.scope, &held, &renamed(&held, "SHOP")).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["SHOP"]);
}

#[rstest]
#[tokio::test]
async fn two_integrations_can_swap_their_keys_in_one_commit(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (a, b) = (store.stored(&tenant, "a").await, store.stored(&tenant, "b").await);
    let swap = Changes::new().update(&a, &renamed(&a, "b")).update(&b, &renamed(&b, "a"));
    store.work.commit(&tenant.scope, swap).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["b", "a"]);
}

#[rstest]
#[tokio::test]
async fn no_one_gives_up_a_key_of_another(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (a, b) = (store.stored(&tenant, "a").await, store.stored(&tenant, "b").await);
    let write = IntegrationWrite::Update {
        integration: renamed(&b, "c"),
        released: a.unique_keys(),
        claimed: Vec::new(),
        is_moved: false,
    };
    let careless = Changes { integrations: vec![write], ..Changes::new() };
    store.work.commit(&tenant.scope, careless).await.unwrap();
    let again = Changes::new().insert(&store.integration(&tenant, "a"));
    let refused = store.work.commit(&tenant.scope, again).await;
    assert!(is_taken(&refused), "{refused:?}");
}

/// Another version may have computed another key, which this one does not give up.
#[rstest]
#[tokio::test]
async fn a_key_that_a_deleted_integration_left_behind_is_free(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let held = store.stored(&tenant, "Shop").await;
    let write = IntegrationWrite::Update {
        integration: deleted(&held),
        released: Vec::new(),
        claimed: Vec::new(),
        is_moved: false,
    };
    let forgetful = Changes { integrations: vec![write], ..Changes::new() };
    store.work.commit(&tenant.scope, forgetful).await.unwrap();
    store.stored(&tenant, "Shop").await;
    let again = Changes::new().insert(&store.integration(&tenant, "Shop"));
    let refused = store.work.commit(&tenant.scope, again).await;
    assert!(is_taken(&refused), "{refused:?}");
}

/// The first versions wrote a key as its digest alone.
#[rstest]
#[tokio::test]
async fn a_key_that_the_first_versions_wrote_is_held_and_given_up_like_any_other(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let held = store.stored(&tenant, "Shop").await;
    store.place.execute("UPDATE unique_keys SET key = substr(key, length(key) - 31)");
    let again = Changes::new().insert(&store.integration(&tenant, "Shop"));
    let refused = store.work.commit(&tenant.scope, again).await;
    assert!(is_taken(&refused), "{refused:?}");
    store.update(&tenant.scope, &held, &renamed(&held, "Store")).await.unwrap();
    store.stored(&tenant, "Shop").await;
}

/// PostgreSQL's index rows end at 2704 bytes.
#[rstest]
#[tokio::test]
async fn a_key_may_be_longer_than_a_row_of_an_index(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use patchbay_domain::{Integration, IntegrationParts, Manifest, ManifestUrl};
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let long = |last: &str| {
        let url = ManifestUrl::parse(&format!("{}{last}", "\u{1f980}".repeat(2047))).unwrap();
        let integration = store.integration(&tenant, &"\u{1f600}".repeat(255));
        let manifest = Some(Manifest { url, app: None });
        Integration::from_parts(IntegrationParts { manifest, ..integration.parts().clone() })
    };
    store.work.commit(&tenant.scope, Changes::new().insert(&long("a"))).await.unwrap();
    store.work.commit(&tenant.scope, Changes::new().insert(&long("b"))).await.unwrap();
    let refused = store.work.commit(&tenant.scope, Changes::new().insert(&long("a"))).await;
    assert!(is_taken(&refused), "{refused:?}");
}
