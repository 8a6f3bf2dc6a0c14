//! Lists by keyset: complete, in order, and right while rows come and go.

use chrono::TimeDelta;
use patchbay_domain::{Changes, Scope, UnitOfWork};
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted};
use crate::support::Backend;

/// Walks over the whole list.
async fn walk(store: &Store, scope: &Scope, limit: u32) -> Vec<String> {
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = store.page(scope, after, limit).await;
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        names.extend(page.items.iter().map(|one| one.name().as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return names;
        }
        assert_eq!(page.items.len(), usize::try_from(limit).unwrap(), "only the last page may be short");
    }
}

/// Some at the same time and some later, made by a clock that once went back.
async fn shop_windows(store: &Store, tenant: &Tenant) -> Vec<String> {
    let mut made = Vec::new();
    for (n, step) in [0, 0, 0, 1, 0, 1_000_000, 500, -900, 0, 7].into_iter().enumerate() {
        store.clock.advance(TimeDelta::microseconds(step));
        made.push(store.stored(tenant, &format!("shop {n}")).await);
    }
    made.sort_by_key(|one| (one.parts().created_at, one.id()));
    made.iter().map(|one| one.name().as_str().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn every_page_size_gives_the_same_list(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3, 5, 9, 10, 11, 100)] limit: u32,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let expected = shop_windows(&store, &tenant).await;
    assert_eq!(walk(&store, &tenant.scope, limit).await, expected);
}

#[rstest]
#[tokio::test]
async fn a_walk_meets_everything_that_was_there_all_the_time_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let stays: Vec<_> = shop_windows(&store, &tenant).await;
    let mut goes = Vec::new();
    for n in 0..5 {
        goes.push(store.stored(&tenant, &format!("goes {n}")).await);
    }
    let (mut met, mut after) = (Vec::new(), None);
    loop {
        let page = store.page(&tenant.scope, after, 2).await;
        met.extend(page.items.iter().map(|one| one.name().as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            break;
        }
        // One that may be the position itself goes, others come before and after it.
        if let Some(gone) = goes.pop() {
            store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
        }
        store.clock.advance(TimeDelta::hours(-3));
        store.stored(&tenant, &format!("comes before {}", met.len())).await;
        store.clock.advance(TimeDelta::hours(3));
    }
    met.retain(|name| name.starts_with("shop"));
    assert_eq!(met, stays);
}

#[rstest]
#[tokio::test]
async fn a_walk_goes_on_after_its_position_is_deleted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let expected = shop_windows(&store, &tenant).await;
    let first = store.page(&tenant.scope, None, 3).await;
    let last = first.items.last().unwrap();
    store.update(&tenant.scope, last, &deleted(last)).await.unwrap();
    let rest = store.page(&tenant.scope, first.next, 100).await;
    let names: Vec<_> = rest.items.iter().map(|one| one.name().as_str()).collect();
    assert_eq!(names, expected[3..]);
}

#[rstest]
#[tokio::test]
async fn a_scope_of_one_environment_lists_its_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let default = shop_windows(&store, &tenant).await;
    let environment = store.environment(&tenant).await;
    for n in 0..3 {
        let there = store.integration_in(&tenant, environment.id, &format!("there {n}"));
        store.work.commit(&tenant.scope, Changes::new().insert(&there)).await.unwrap();
    }
    let scope = |environment| Scope::new(tenant.organisation.id, Some(environment));
    let there = ["there 0", "there 1", "there 2"];
    assert_eq!(walk(&store, &scope(environment.id), 2).await, there);
    assert_eq!(walk(&store, &scope(tenant.organisation.default_environment), 2).await, default);
    assert_eq!(walk(&store, &tenant.scope, 2).await.len(), default.len() + there.len());
}

#[rstest]
#[tokio::test]
async fn an_empty_list_has_one_page(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let page = store.page(&tenant.scope, None, 10).await;
    assert_eq!((page.items.len(), page.next), (0, None));
}
