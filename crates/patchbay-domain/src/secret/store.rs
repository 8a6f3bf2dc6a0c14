//! The port through which an operator's commands reach every sealed value.

use async_trait::async_trait;

use super::{KeyId, Sealed, SecretPlace};
use crate::RepositoryError;

/// A sealed value and where it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSecret {
    /// Its place.
    pub place: SecretPlace,
    /// The value.
    pub sealed: Sealed,
}

/// How far a walk over the sealed values has come; opaque to all but the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPosition(pub String);

/// Every sealed value of an installation, for verification and rotation.
///
/// An operator's port: it takes no [`Scope`](crate::Scope).
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait SealedStore: Send + Sync {
    /// The canary, once it was planted.
    async fn canary(&self) -> Result<Option<Sealed>, RepositoryError>;

    /// Plants the canary unless there is one; answers the one that is there afterwards.
    async fn plant_canary(&self, canary: &Sealed) -> Result<Sealed, RepositoryError>;

    /// At most `limit` sealed values after `after`, in an order of the store's own, the
    /// canary last of all; and where to go on, `None` at the end.
    async fn walk(
        &self,
        after: Option<SealedPosition>,
        limit: u32,
    ) -> Result<(Vec<StoredSecret>, Option<SealedPosition>), RepositoryError>;

    /// How many values are sealed under a master key other than `active`.
    async fn count_not_under(&self, active: &KeyId) -> Result<u64, RepositoryError>;

    /// Puts `resealed` in the place of `stored`, unless that was changed meanwhile; says
    /// whether it did. The entity's version moves on: a change that was decided on the old
    /// value is decided again, instead of writing that value back.
    async fn replace(&self, stored: &StoredSecret, resealed: &Sealed) -> Result<bool, RepositoryError>;
}
