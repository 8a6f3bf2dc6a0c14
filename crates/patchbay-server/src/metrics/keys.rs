//! Key look-ups.

use std::sync::Arc;

use async_trait::async_trait;
use metrics::Counter;
use patchbay_domain::{ApiKeyId, KeyHash, KeyLookup, KeyOwner, RepositoryError};

/// A [`KeyLookup`] whose calls are counted.
pub struct Counted<L> {
    inner: L,
    calls: Counter,
}

impl<L> Counted<L> {
    /// Counts the calls of `inner`.
    pub fn new(inner: L, calls: Counter) -> Self {
        Self { inner, calls }
    }
}

#[async_trait]
impl<L: KeyLookup> KeyLookup for Counted<L> {
    async fn find_by_hash(&self, hash: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        self.calls.increment(1);
        self.inner.find_by_hash(hash).await
    }

    async fn find_by_id(&self, id: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        self.calls.increment(1);
        self.inner.find_by_id(id).await
    }
}
