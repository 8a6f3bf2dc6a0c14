//! Keys: found by what a caller presents, listed for their organisation.

use chrono::TimeDelta;
use patchbay_domain::{
    ApiKey, ApiKeyId, ApiKeyName, ApiKeyRepository, Changes, IdGenerator, KeyHash, KeyKind, KeyLookup,
    KeyOwner, Permissions, RepositoryError, RequestsPerMinute, Scope, UnitOfWork,
};
use rstest::rstest;

use crate::fixtures::{Store, Tenant};
use crate::support::Backend;

/// A key with everything that one may have.
fn full(store: &Store, tenant: &Tenant) -> ApiKey {
    let later = |days| Some(store.now() + TimeDelta::days(days) + TimeDelta::microseconds(1));
    ApiKey {
        environment_id: Some(tenant.organisation.default_environment),
        name: ApiKeyName::parse(&"\u{1f511}".repeat(255)).unwrap(),
        kind: KeyKind::Zapier,
        permissions: Permissions::all(),
        requests_per_minute: RequestsPerMinute::new(RequestsPerMinute::MAX),
        expires_at: later(90),
        last_used_at: later(1),
        revoked_at: later(2),
        ..store.key(tenant, None, 0xFF)
    }
}

#[rstest]
#[tokio::test]
async fn a_key_is_found_with_its_organisation_by_hash_and_by_id(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let plain = ApiKey { permissions: Permissions::default(), ..store.key(&tenant, None, 1) };
    for key in [full(&store, &tenant), plain] {
        store.work.commit(&tenant.scope, Changes::new().key(&key)).await.unwrap();
        let owner = KeyOwner { key: key.clone(), organisation: tenant.organisation.clone() };
        assert_eq!(store.lookup.find_by_hash(&key.hash).await.unwrap().as_deref(), Some(&owner));
        assert_eq!(store.lookup.find_by_id(key.id).await.unwrap().as_deref(), Some(&owner));
    }
    store.work.commit(&other.scope, Changes::new().key(&store.key(&other, None, 2))).await.unwrap();
    assert_eq!(store.lookup.find_by_hash(&KeyHash::from_bytes([3; 32])).await.unwrap(), None);
    assert_eq!(store.lookup.find_by_id(ApiKeyId::from_uuid(store.ids.uuid())).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn a_revoked_key_is_found_and_says_so(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let key = store.key(&tenant, None, 1);
    store.work.commit(&tenant.scope, Changes::new().key(&key)).await.unwrap();
    let at = store.now() + TimeDelta::microseconds(1);
    store.work.commit(&tenant.scope, Changes::new().revoke_key(key.id, at)).await.unwrap();
    let found = store.lookup.find_by_hash(&key.hash).await.unwrap().unwrap();
    assert_eq!(found.key, ApiKey { revoked_at: Some(at), ..key });
}

#[rstest]
#[tokio::test]
async fn a_key_is_revoked_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let key = store.key(&tenant, None, 1);
    store.work.commit(&tenant.scope, Changes::new().key(&key)).await.unwrap();
    store.work.commit(&tenant.scope, Changes::new().revoke_key(key.id, store.now())).await.unwrap();
    let later = store.now() + TimeDelta::hours(1);
    for id in [key.id, ApiKeyId::from_uuid(store.ids.uuid())] {
        let refused = store.work.commit(&tenant.scope, Changes::new().revoke_key(id, later)).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    let found = store.lookup.find_by_id(key.id).await.unwrap().unwrap();
    assert_eq!(found.key.revoked_at, Some(store.now()));
}

#[rstest]
#[tokio::test]
async fn keys_are_listed_oldest_first_and_by_environment_where_the_scope_has_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let unbound = store.key(&tenant, None, 1);
    store.clock.advance(TimeDelta::seconds(-1));
    let bound = full(&store, &tenant);
    let changes = Changes::new().key(&unbound).key(&bound);
    store.work.commit(&tenant.scope, changes).await.unwrap();
    assert_eq!(store.keys.list(&tenant.scope).await.unwrap(), [bound.clone(), unbound]);
    let own = Scope::new(tenant.organisation.id, bound.environment_id);
    assert_eq!(store.keys.list(&own).await.unwrap(), [bound]);
}
