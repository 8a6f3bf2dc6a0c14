//! When keys were last used.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{ApiKey, ApiKeyId, Changes, IdGenerator, KeyLookup, KeyUses, UnitOfWork};
use patchbay_persistence::DieselKeyUses;
use rstest::rstest;

use crate::fixtures::{Store, Tenant};
use crate::support::Backend;

async fn a_key(store: &Store, tenant: &Tenant, digest: u8) -> ApiKey {
    let key = store.key(tenant, None, digest);
    store.work.commit(&tenant.scope, Changes::new().key(&key)).await.unwrap();
    key
}

async fn last_use(store: &Store, key: &ApiKey) -> Option<DateTime<Utc>> {
    let found = store.lookup.find_by_id(key.id).await.unwrap().unwrap();
    assert_eq!(
        found.key,
        ApiKey { last_used_at: found.key.last_used_at, ..key.clone() },
        "nothing else changes"
    );
    found.key.last_used_at
}

#[rstest]
#[tokio::test]
async fn uses_are_saved_together_and_not_before_it_is_said(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let (one, two) = (a_key(&store, &tenant, 1).await, a_key(&store, &other, 2).await);
    let unused = a_key(&store, &tenant, 3).await;
    let uses = DieselKeyUses::new(store.db.clone());
    let now = store.now();
    uses.note(one.id, now);
    uses.note(two.id, now);
    uses.note(one.id, now + TimeDelta::seconds(1));
    uses.note(ApiKeyId::from_uuid(store.ids.uuid()), now);
    assert_eq!(last_use(&store, &one).await, None);
    uses.save().await.unwrap();
    assert_eq!(last_use(&store, &one).await, Some(now + TimeDelta::seconds(1)));
    assert_eq!(last_use(&store, &two).await, Some(now));
    assert_eq!(last_use(&store, &unused).await, None);
}

#[rstest]
#[tokio::test]
async fn a_key_is_written_once_a_minute_by_however_many_processes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let key = a_key(&store, &tenant, 1).await;
    let begun = store.now();
    for (seconds, expected) in [(0, 0), (59, 0), (60, 60), (61, 60), (3600, 3600), (30, 3600)] {
        let process = DieselKeyUses::new(store.db.clone());
        process.note(key.id, begun + TimeDelta::seconds(seconds));
        process.save().await.unwrap();
        assert_eq!(last_use(&store, &key).await, Some(begun + TimeDelta::seconds(expected)), "{seconds}");
    }
}

#[tokio::test]
async fn the_keys_that_are_gathered_are_bounded() {
    let store = Store::open(Backend::Sqlite).await;
    let tenant = store.tenant().await;
    let keys = [a_key(&store, &tenant, 1).await, a_key(&store, &tenant, 2).await];
    let uses = DieselKeyUses::new(store.db.clone());
    uses.note(keys[0].id, store.now());
    // Strangers fill what room is left.
    for _ in 0..10_000 {
        uses.note(ApiKeyId::from_uuid(store.ids.uuid()), store.now());
    }
    for key in &keys {
        uses.note(key.id, store.now());
    }
    uses.save().await.unwrap();
    assert_eq!(last_use(&store, &keys[0]).await, Some(store.now()));
    assert_eq!(last_use(&store, &keys[1]).await, None);
    uses.note(keys[1].id, store.now());
    uses.save().await.unwrap();
    assert_eq!(last_use(&store, &keys[1]).await, Some(store.now()), "there is room again");
}
