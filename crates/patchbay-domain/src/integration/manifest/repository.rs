//! The port that reads manifests as they are kept.

use async_trait::async_trait;

use super::ManifestDocument;
use crate::{IntegrationId, RepositoryError, Scope};

/// Reads the documents that were found where the manifests of integrations are. Every call
/// sees one scope only; the document of a deleted integration is gone.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ManifestRepository: Send + Sync {
    /// The document of an integration; `None` when none was read at its manifest's address,
    /// or the scope does not see it.
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Option<ManifestDocument>, RepositoryError>;
}
