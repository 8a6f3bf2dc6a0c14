//! The port that reads integrations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Integration, Origin, UniqueKey};
use crate::{IntegrationId, Page, PageRequest, RepositoryError, Scope};

/// A place in the list of integrations, which is ordered by time of making, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegrationPosition {
    /// When the integration there was made.
    pub created_at: DateTime<Utc>,
    /// Its id.
    pub id: IntegrationId,
}

impl IntegrationPosition {
    /// The place of `integration`.
    #[must_use]
    pub const fn of(integration: &Integration) -> Self {
        Self { created_at: integration.parts().created_at, id: integration.id() }
    }
}

/// Reads live integrations: a deleted one is as if it never was, but where it is asked for.
/// Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait IntegrationRepository: Send + Sync {
    /// Finds an integration that the scope sees.
    async fn find(&self, scope: &Scope, id: IntegrationId) -> Result<Option<Integration>, RepositoryError>;

    /// Finds the integration that holds a unique key, if the scope sees it.
    async fn find_holder(
        &self,
        scope: &Scope,
        key: &UniqueKey,
    ) -> Result<Option<Integration>, RepositoryError>;

    /// Finds what is left of an integration that was deleted. Its id is not given to
    /// another one, but itself may be [revived](Integration::revived).
    async fn find_deleted(
        &self,
        scope: &Scope,
        id: IntegrationId,
    ) -> Result<Option<Integration>, RepositoryError>;

    /// The integrations that the scope sees, of one origin or of all, oldest first (then by
    /// id).
    async fn list(
        &self,
        scope: &Scope,
        origin: Option<Origin>,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<Page<Integration, IntegrationPosition>, RepositoryError>;
}
