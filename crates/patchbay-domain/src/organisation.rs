//! The tenant: every row belongs to one organisation.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::text::text_value;
use crate::{Environment, EnvironmentId, Event, OrganisationId, RepositoryError};

text_value!(
    /// What an organisation is called: 1 to 255 characters, trimmed. Not unique.
    OrganisationName,
    trimmed,
    1..=255
);

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Identifies it.
    pub id: OrganisationId,
    /// What it is called.
    pub name: OrganisationName,
    /// Where a change goes whose caller names no environment.
    pub default_environment: EnvironmentId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Organisations as the operator of an installation sees them: all of them.
///
/// An operator's port: it takes no [`Scope`](crate::Scope).
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait OrganisationDirectory: Send + Sync {
    /// Adds an organisation, its default environment and what is recorded of it, in one
    /// transaction.
    ///
    /// # Errors
    /// [`RepositoryError::Duplicate`] when the organisation's id is in use,
    /// [`RepositoryError::Corrupt`] when the three do not belong together.
    async fn create(
        &self,
        organisation: &Organisation,
        default_environment: &Environment,
        event: Event,
    ) -> Result<(), RepositoryError>;

    /// Finds an organisation by its id.
    async fn find(&self, id: OrganisationId) -> Result<Option<Organisation>, RepositoryError>;

    /// Every organisation, oldest first.
    async fn list(&self) -> Result<Vec<Organisation>, RepositoryError>;
}
