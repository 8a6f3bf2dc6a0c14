//! The cache before the key look-up.

use std::sync::Arc;

use patchbay_domain::{
    ApiKey, Changes, Clock, KeyHash, KeyLookup, KeyOwner, MockKeyLookup, MockUnitOfWork, RepositoryError,
    UnitOfWork,
};
use patchbay_persistence::{CachedKeyLookup, ForgetRevoked};

use rstest::rstest;

use crate::fixtures::Store;
use crate::support::Backend;

async fn owner() -> Arc<KeyOwner> {
    let store = Store::open(Backend::Sqlite).await;
    let tenant = store.tenant().await;
    Arc::new(KeyOwner { key: store.key(&tenant, None, 1), organisation: tenant.organisation })
}

#[tokio::test]
async fn a_key_that_was_found_is_not_looked_up_again() {
    let owner = owner().await;
    let mut inner = MockKeyLookup::new();
    let (by_hash, by_id) = (Arc::clone(&owner), Arc::clone(&owner));
    inner.expect_find_by_hash().once().returning(move |_| Ok(Some(Arc::clone(&by_hash))));
    inner.expect_find_by_id().once().returning(move |_| Ok(Some(Arc::clone(&by_id))));
    let cached = CachedKeyLookup::new(inner);
    for _ in 0..3 {
        let found = cached.find_by_hash(&owner.key.hash).await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&found, &owner), "a hit costs no copy");
        assert!(cached.find_by_id(owner.key.id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn neither_an_unknown_key_nor_a_failure_is_remembered() {
    let owner = owner().await;
    let mut inner = MockKeyLookup::new();
    let mut answers = vec![Ok(Some(Arc::clone(&owner))), Err(RepositoryError::Busy), Ok(None)];
    inner.expect_find_by_hash().times(3).returning(move |_| answers.pop().unwrap());
    let cached = CachedKeyLookup::new(inner);
    assert_eq!(cached.find_by_hash(&owner.key.hash).await.unwrap(), None);
    let failed = cached.find_by_hash(&owner.key.hash).await;
    assert!(matches!(failed, Err(RepositoryError::Busy)), "{failed:?}");
    assert!(cached.find_by_hash(&owner.key.hash).await.unwrap().is_some());
    assert!(cached.find_by_hash(&owner.key.hash).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_forgotten_is_looked_up_again() {
    let store = Store::open(Backend::Sqlite).await;
    let tenant = store.tenant().await;
    let cached = CachedKeyLookup::new(store.lookup.clone());
    for digest in [1, 2] {
        let key = store.key(&tenant, None, digest);
        store.work.commit(&tenant.scope, Changes::new().key(&key)).await.unwrap();
        assert!(is_live(&cached, &key, &store).await);
        store.work.commit(&tenant.scope, Changes::new().revoke_key(key.id, store.now())).await.unwrap();
        match digest {
            1 => cached.forget(&key.hash).await,
            _ => cached.forget_id(key.id).await,
        }
        assert!(!is_live(&cached, &key, &store).await);
    }
}

#[rstest]
#[tokio::test]
async fn a_key_that_this_process_revokes_is_refused_by_it_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let cached = Arc::new(CachedKeyLookup::new(store.lookup.clone()));
    let work = ForgetRevoked::new(store.work.clone(), Arc::clone(&cached));
    let (revoked, other) = (store.key(&tenant, None, 1), store.key(&tenant, None, 2));
    work.commit(&tenant.scope, Changes::new().key(&revoked).key(&other)).await.unwrap();
    assert!(is_live(&*cached, &revoked, &store).await && is_live(&*cached, &other, &store).await);
    work.commit(&tenant.scope, Changes::new().revoke_key(revoked.id, store.now())).await.unwrap();
    assert!(!is_live(&*cached, &revoked, &store).await);
    assert!(is_live(&*cached, &other, &store).await);
}

/// Whether the key was revoked is not known: it is looked up.
#[tokio::test]
async fn a_key_is_forgotten_too_when_the_outcome_of_its_revocation_is_unknown() {
    let owner = owner().await;
    let mut inner = MockKeyLookup::new();
    let found = Arc::clone(&owner);
    inner.expect_find_by_hash().times(2).returning(move |_| Ok(Some(Arc::clone(&found))));
    let mut work = MockUnitOfWork::new();
    let broken_off = RepositoryError::OutcomeUnknown(Arc::new(std::io::Error::other("it broke off")));
    work.expect_commit().return_once(|_, _| Err(broken_off));
    let cached = Arc::new(CachedKeyLookup::new(inner));
    let work = ForgetRevoked::new(work, Arc::clone(&cached));
    let (id, at) = (owner.key.id, owner.key.created_at);
    let scope = owner.key.scope();
    assert!(cached.find_by_hash(&owner.key.hash).await.is_ok());
    assert!(work.commit(&scope, Changes::new().revoke_key(id, at)).await.is_err());
    assert!(cached.find_by_hash(&owner.key.hash).await.is_ok());
}

async fn is_live(lookup: &impl KeyLookup, key: &ApiKey, store: &Store) -> bool {
    let by_hash = lookup.find_by_hash(&key.hash).await.unwrap().unwrap();
    let by_id = lookup.find_by_id(key.id).await.unwrap().unwrap();
    by_hash.key.is_live(store.clock.now()) && by_id.key.is_live(store.clock.now())
}

/// A look-up that waits until it is told what it finds.
struct Slow {
    asked: tokio::sync::mpsc::UnboundedSender<()>,
    found: tokio::sync::Mutex<tokio::sync::mpsc::UnboundedReceiver<Option<Arc<KeyOwner>>>>,
}

#[async_trait::async_trait]
impl KeyLookup for Slow {
    async fn find_by_hash(&self, _: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        self.asked.send(()).unwrap();
        Ok(self.found.lock().await.recv().await.unwrap())
    }

    async fn find_by_id(
        &self,
        _: patchbay_domain::ApiKeyId,
    ) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        Ok(None)
    }
}

#[tokio::test]
async fn callers_that_ask_at_once_share_one_look_up() {
    let owner = owner().await;
    let (asked, mut asks) = tokio::sync::mpsc::unbounded_channel();
    let (tell, found) = tokio::sync::mpsc::unbounded_channel();
    let cached = Arc::new(CachedKeyLookup::new(Slow { asked, found: found.into() }));
    let callers: Vec<_> = (0..32)
        .map(|_| {
            let (cached, hash) = (Arc::clone(&cached), owner.key.hash);
            tokio::spawn(async move { cached.find_by_hash(&hash).await.unwrap().is_some() })
        })
        .collect();
    asks.recv().await.unwrap();
    // Every caller has come by now: the tasks of one thread take turns in order.
    tokio::task::yield_now().await;
    tell.send(Some(Arc::clone(&owner))).unwrap();
    for caller in callers {
        assert!(caller.await.unwrap());
    }
    assert!(asks.try_recv().is_err(), "one look-up answered all");
}

/// The look-up may have read the key before it was revoked.
#[tokio::test]
async fn a_look_up_that_was_under_way_when_its_key_was_forgotten_is_not_remembered() {
    let owner = owner().await;
    let (asked, mut asks) = tokio::sync::mpsc::unbounded_channel();
    let (tell, found) = tokio::sync::mpsc::unbounded_channel();
    let cached = Arc::new(CachedKeyLookup::new(Slow { asked, found: found.into() }));
    let under_way = tokio::spawn({
        let (cached, hash) = (Arc::clone(&cached), owner.key.hash);
        async move { cached.find_by_hash(&hash).await.unwrap().is_some() }
    });
    asks.recv().await.unwrap();
    cached.forget(&owner.key.hash).await;
    tell.send(Some(Arc::clone(&owner))).unwrap();
    assert!(under_way.await.unwrap());
    tell.send(None).unwrap();
    assert_eq!(cached.find_by_hash(&owner.key.hash).await.unwrap(), None);
}
