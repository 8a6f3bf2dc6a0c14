//! Keys that this process revokes are refused by it at once.

use std::sync::Arc;

use async_trait::async_trait;
use patchbay_domain::{ApiKeyId, Changes, KeyLookup, KeyWrite, RepositoryError, Scope, UnitOfWork};

use crate::CachedKeyLookup;

/// A [`UnitOfWork`] that has a [`CachedKeyLookup`] forget the keys which it revokes.
#[derive(Debug)]
pub struct ForgetRevoked<W, L> {
    inner: W,
    cache: Arc<CachedKeyLookup<L>>,
}

impl<W, L> ForgetRevoked<W, L> {
    /// Commits through `inner`.
    #[must_use]
    pub const fn new(inner: W, cache: Arc<CachedKeyLookup<L>>) -> Self {
        Self { inner, cache }
    }
}

#[async_trait]
impl<W: UnitOfWork, L: KeyLookup> UnitOfWork for ForgetRevoked<W, L> {
    /// Forgets after the commit, so that nobody remembers anew what was before it; and
    /// whatever came of it, because that may be unknown.
    async fn commit(&self, scope: &Scope, changes: Changes) -> Result<(), RepositoryError> {
        let revoked: Vec<_> = changes.api_keys.iter().filter_map(revoked).collect();
        let outcome = self.inner.commit(scope, changes).await;
        for id in revoked {
            self.cache.forget_id(id).await;
        }
        outcome
    }
}

const fn revoked(write: &KeyWrite) -> Option<ApiKeyId> {
    match write {
        KeyWrite::Revoke { id, .. } => Some(*id),
        KeyWrite::Insert(_) => None,
    }
}
