//! A named part of an organisation.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::text::text_value;
use crate::{EnvironmentId, OrganisationId, RepositoryError, Scope};

text_value!(
    /// What an environment is called: 1 to 255 characters, trimmed. Not unique.
    EnvironmentName,
    trimmed,
    1..=255
);

impl EnvironmentName {
    /// The name of the environment that every organisation starts with.
    #[must_use]
    pub fn default_environment() -> Self {
        Self("default".to_owned())
    }
}

/// A named part of an organisation that its integrations live in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Identifies it.
    pub id: EnvironmentId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// What it is called.
    pub name: EnvironmentName,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Reads environments. Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait EnvironmentRepository: Send + Sync {
    /// Finds an environment that the scope sees.
    async fn find(&self, scope: &Scope, id: EnvironmentId) -> Result<Option<Environment>, RepositoryError>;

    /// The environments that the scope sees, oldest first.
    async fn list(&self, scope: &Scope) -> Result<Vec<Environment>, RepositoryError>;
}
