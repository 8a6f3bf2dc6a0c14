//! The ports that read settings.

use async_trait::async_trait;

use super::{ChannelConfig, ChannelId, Setting};
use crate::{IntegrationId, RepositoryError, Scope};

/// Reads the settings of integrations as a whole. Every call sees one scope only; the
/// settings of a deleted integration are gone.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait SettingRepository: Send + Sync {
    /// The settings of an integration, oldest first (then by id); none when the scope does
    /// not see it.
    async fn list(&self, scope: &Scope, integration: IntegrationId) -> Result<Vec<Setting>, RepositoryError>;
}

/// Reads the settings of integrations for single channels. Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ChannelConfigRepository: Send + Sync {
    /// The settings of an integration for one channel; without settings when there are none
    /// or the scope does not see the integration.
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
        channel: &ChannelId,
    ) -> Result<ChannelConfig, RepositoryError>;
}
