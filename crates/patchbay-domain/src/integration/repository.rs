//! The port that reads integrations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{AgentId, Integration, IntegrationKind, Origin, ProviderId, Status, UniqueKey, Visibility};
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

/// Which integrations of a list count; all where nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegrationFilter {
    /// Those of this origin.
    pub origin: Option<Origin>,
    /// Those of this status.
    pub status: Option<Status>,
    /// Those that are for just this.
    pub kind: Option<IntegrationKind>,
    /// Those that connect to this.
    pub provider: Option<ProviderId>,
    /// Those that are for these.
    pub visibility: Option<Visibility>,
    /// Those that are linked to this agent.
    pub agent: Option<AgentId>,
}

impl IntegrationFilter {
    /// Those of one origin.
    #[must_use]
    pub fn of(origin: Origin) -> Self {
        Self { origin: Some(origin), ..Self::default() }
    }

    /// Whether `integration` counts.
    #[must_use]
    pub fn takes(&self, integration: &Integration) -> bool {
        let parts = integration.parts();
        self.origin.is_none_or(|origin| parts.origin == origin)
            && self.status.is_none_or(|status| parts.status == status)
            && self.kind.as_ref().is_none_or(|kind| parts.kind == *kind)
            && self.provider.as_ref().is_none_or(|provider| parts.provider == *provider)
            && self.visibility.is_none_or(|visibility| parts.visibility == visibility)
            && self.agent.as_ref().is_none_or(|agent| parts.agent.as_ref() == Some(agent))
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

    /// The integrations that the scope sees and that count, oldest first (then by id).
    async fn list(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        page: PageRequest<IntegrationPosition>,
    ) -> Result<Page<Integration, IntegrationPosition>, RepositoryError>;

    /// How many there are in that list.
    async fn count(&self, scope: &Scope, filter: &IntegrationFilter) -> Result<u64, RepositoryError>;

    /// The place of the `nth` in that list, counted from 1; `None` past its end.
    async fn position(
        &self,
        scope: &Scope,
        filter: &IntegrationFilter,
        nth: u64,
    ) -> Result<Option<IntegrationPosition>, RepositoryError>;
}
