//! Key look-ups that cost nothing when they are repeated.

use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use moka::future::Cache;
use patchbay_domain::{ApiKeyId, KeyHash, KeyLookup, KeyOwner, RepositoryError};

/// How many keys are remembered at the most.
const CAPACITY: u64 = 10_000;

/// How long a key is remembered. With the look-up itself it stays below the five seconds
/// after which a revoked key is refused everywhere.
const LIFETIME: Duration = Duration::from_secs(3);

/// A [`KeyLookup`] that remembers for three seconds what another one has found.
///
/// Only keys that exist are remembered, 10,000 of them at the most: guessed ones cannot
/// push them out. Callers that ask for the same key at once share one look-up. A key that
/// is revoked by another process is refused here once it is no longer remembered; one that
/// is revoked by this process at once, when it is [forgotten](Self::forget).
#[derive(Debug)]
pub struct CachedKeyLookup<L> {
    inner: L,
    by_hash: Cache<KeyHash, Arc<KeyOwner>>,
    by_id: Cache<ApiKeyId, Arc<KeyOwner>>,
    /// Counts what was forgotten. A look-up that began before must not be remembered.
    forgotten: AtomicU64,
}

/// Why nothing is remembered.
enum Miss {
    Absent,
    Failed(RepositoryError),
}

impl<L: KeyLookup> CachedKeyLookup<L> {
    /// Remembers what `inner` finds.
    #[must_use]
    pub fn new(inner: L) -> Self {
        Self { inner, by_hash: cache(), by_id: cache(), forgotten: AtomicU64::new(0) }
    }

    /// Forgets the key with that hash.
    pub async fn forget(&self, hash: &KeyHash) {
        self.forget_where(|owner| owner.key.hash == *hash).await;
    }

    /// Forgets the key with that id.
    pub async fn forget_id(&self, id: ApiKeyId) {
        self.forget_where(|owner| owner.key.id == id).await;
    }

    /// Keys are revoked rarely enough to look through all that are remembered.
    async fn forget_where(&self, is_it: impl Fn(&KeyOwner) -> bool) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        for (hash, _) in self.by_hash.iter().filter(|(_, owner)| is_it(owner)) {
            self.by_hash.invalidate(&*hash).await;
        }
        for (id, _) in self.by_id.iter().filter(|(_, owner)| is_it(owner)) {
            self.by_id.invalidate(&*id).await;
        }
    }

    async fn remembered<K: Copy + Eq + Hash + Send + Sync + 'static>(
        &self,
        cache: &Cache<K, Arc<KeyOwner>>,
        key: K,
        look: impl Future<Output = Result<Option<Arc<KeyOwner>>, RepositoryError>> + Send,
    ) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        if let Some(owner) = cache.get(&key).await {
            return Ok(Some(owner));
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let look = async { look.await.map_err(Miss::Failed)?.ok_or(Miss::Absent) };
        let found = cache.try_get_with(key, look).await;
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            cache.invalidate(&key).await;
        }
        match found {
            Ok(owner) => Ok(Some(owner)),
            Err(miss) => match &*miss {
                Miss::Absent => Ok(None),
                Miss::Failed(error) => Err(error.clone()),
            },
        }
    }
}

#[async_trait]
impl<L: KeyLookup> KeyLookup for CachedKeyLookup<L> {
    async fn find_by_hash(&self, hash: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        self.remembered(&self.by_hash, *hash, async { self.inner.find_by_hash(hash).await }).await
    }

    async fn find_by_id(&self, id: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        self.remembered(&self.by_id, id, async { self.inner.find_by_id(id).await }).await
    }
}

fn cache<K: Eq + Hash + Send + Sync + 'static>() -> Cache<K, Arc<KeyOwner>> {
    Cache::builder().max_capacity(CAPACITY).time_to_live(LIFETIME).build()
}
