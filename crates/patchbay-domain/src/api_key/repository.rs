//! The ports that find keys.

use std::sync::Arc;

use async_trait::async_trait;

use super::{ApiKey, KeyHash};
use crate::{ApiKeyId, Organisation, RepositoryError, Scope};

/// A key and the organisation that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The key.
    pub key: ApiKey,
    /// Whose it is.
    pub organisation: Organisation,
}

/// Finds keys among those of all organisations: how a caller becomes known.
///
/// An operator's port: it takes no [`Scope`], because the key is where scopes come from.
/// Revoked and expired keys are found too; the caller judges.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait KeyLookup: Send + Sync {
    /// Finds a key by the hash of its text. The answer is shared: every request asks.
    async fn find_by_hash(&self, hash: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError>;

    /// Finds a key by its id.
    async fn find_by_id(&self, id: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError>;
}

#[async_trait]
impl<T: KeyLookup> KeyLookup for Arc<T> {
    async fn find_by_hash(&self, hash: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        T::find_by_hash(self, hash).await
    }

    async fn find_by_id(&self, id: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        T::find_by_id(self, id).await
    }
}

/// Reads the keys of an organisation. Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// The keys that the scope sees, oldest first, the revoked and expired among them. A
    /// scope of one environment sees the keys that are bound to it.
    async fn list(&self, scope: &Scope) -> Result<Vec<ApiKey>, RepositoryError>;
}
