//! What programs know integrations by: held by one live integration of an organisation.

use patchbay_domain::{
    Changes, Identifier, Integration, IntegrationEdit, IntegrationParts, RepositoryError, Taken, UniqueRule,
    UniqueRules, UnitOfWork,
};
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted};
use crate::racing::begin;
use crate::support::Backend;

fn identifier(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

/// A new one that is known by this, not stored.
fn known(store: &Store, tenant: &Tenant, name: &str, text: &str) -> Integration {
    let identifier = Some(identifier(text));
    let parts = store.integration(tenant, name).parts().clone();
    Integration::from_parts(IntegrationParts { identifier, unique_rules: UniqueRules::default(), ..parts })
}

/// The same, stored.
async fn stored(
    store: &Store,
    tenant: &Tenant,
    name: &str,
    text: &str,
) -> Result<Integration, RepositoryError> {
    let one = known(store, tenant, name, text);
    store.work.commit(&tenant.scope, Changes::new().insert(&one)).await.map(|()| one)
}

fn is_taken<T>(outcome: &Result<T, RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Duplicate(Taken::Key(key))) if key.rule == UniqueRule::Identifier)
}

#[rstest]
#[tokio::test]
async fn one_is_held_once_in_an_organisation_byte_by_byte(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    stored(&store, &tenant, "a", "shop").await.unwrap();
    let again = stored(&store, &tenant, "b", "shop").await;
    assert!(is_taken(&again), "{again:?}");
    for different in ["Shop", "shop ", "shöp", "sho\u{308}p"] {
        stored(&store, &tenant, different, different).await.unwrap();
    }
    stored(&store, &other, "a", "shop").await.unwrap();
}

#[rstest]
#[tokio::test]
async fn those_that_begin_alike_are_told_apart_to_the_end(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let long = |end: &str| format!("{}{end}", "ä".repeat(254));
    stored(&store, &tenant, "a", &long("a")).await.unwrap();
    stored(&store, &tenant, "b", &long("b")).await.unwrap();
    let again = stored(&store, &tenant, "c", &long("a")).await;
    assert!(is_taken(&again), "{again:?}");
}

#[rstest]
#[tokio::test]
async fn one_is_free_after_its_integration_is_deleted_and_after_it_has_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let first = stored(&store, &tenant, "a", "shop").await.unwrap();
    store.update(&tenant.scope, &first, &deleted(&first)).await.unwrap();
    let second = stored(&store, &tenant, "b", "shop").await.unwrap();
    let edit = IntegrationEdit { identifier: Some(identifier("store")), ..Default::default() };
    let renamed = second.edited(edit, store.now()).unwrap();
    store.update(&tenant.scope, &second, &renamed).await.unwrap();
    stored(&store, &tenant, "c", "shop").await.unwrap();
    let again = stored(&store, &tenant, "d", "store").await;
    assert!(is_taken(&again), "{again:?}");
}

#[rstest]
#[tokio::test]
async fn whoever_wants_one_that_is_taken_changes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    stored(&store, &tenant, "a", "shop").await.unwrap();
    let other = stored(&store, &tenant, "b", "store").await.unwrap();
    let edit = IntegrationEdit { identifier: Some(identifier("shop")), ..Default::default() };
    let outcome = store.update(&tenant.scope, &other, &other.edited(edit, store.now()).unwrap()).await;
    assert!(is_taken(&outcome), "{outcome:?}");
    let again = stored(&store, &tenant, "c", "store").await;
    assert!(is_taken(&again), "it holds what it held: {again:?}");
}

#[rstest]
#[tokio::test]
async fn of_many_who_want_one_at_once_one_gets_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let wanting: Vec<_> = (0..16)
        .map(|n| {
            begin(&store, &tenant, Changes::new().insert(&known(&store, &tenant, &format!("{n}"), "shop")))
        })
        .collect();
    let mut won = 0;
    for one in wanting {
        let outcome = one.await.unwrap();
        assert!(outcome.is_ok() || is_taken(&outcome), "{outcome:?}");
        won += u32::from(outcome.is_ok());
    }
    assert_eq!(won, 1);
}
