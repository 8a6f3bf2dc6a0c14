//! The port that asks providers for what they grant.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{AccountId, BoxError, Credentials, ProviderId};

/// What a provider gave for a code.
#[derive(Debug)]
pub struct Granted {
    /// The tokens and whatever else came with them and is secret, by name;
    /// [`CredentialName::access_token`](crate::CredentialName::access_token) is among them.
    pub tokens: Credentials,
    /// The account that they open, where the provider names one.
    pub account: Option<AccountId>,
    /// What they allow, in the provider's own words and order.
    pub scopes: Vec<String>,
    /// How long the access token lives from now on, where the provider says so.
    pub lifetime: Option<Duration>,
    /// What else the provider said of the connection; nothing of it is secret.
    pub facts: Map<String, Value>,
}

/// Why an exchange gave nothing. `Display` may be shown to clients, the source is for the
/// log.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The installation has no OAuth application for this provider. Nothing was asked.
    #[error("this provider is not configured")]
    NotConfigured,
    /// The provider refuses the code.
    #[error("{reason}")]
    CodeRefused {
        /// Why, in the provider's own word; one that its adapter knows.
        reason: String,
    },
    /// The provider refuses the installation's own OAuth application.
    #[error("the provider refuses this service's client")]
    ClientRefused(#[source] BoxError),
    /// The provider has no time for it now.
    #[error("the provider asks for fewer requests")]
    Throttled,
    /// No answer came in time. The code may be spent.
    #[error("the provider did not answer in time")]
    TimedOut,
    /// The provider cannot be reached, broke off, or says that it is out of order. The code
    /// may be spent.
    #[error("the provider cannot be reached")]
    Unreachable(#[source] BoxError),
    /// What came is no answer that its documentation knows.
    #[error("the provider gave an unexpected answer")]
    Unexpected(#[source] BoxError),
}

impl ExchangeError {
    /// Whether the same exchange may go well a little later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::Unreachable(_))
    }
}

/// Asks providers for what they grant, and gives it back.
///
/// Which request that is, and how the answer reads, is told by what the adapter knows of the
/// provider.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait OAuthExchanger: Send + Sync {
    /// Exchanges a one-time code (RFC 6749 §4.1.3). It is asked once and never repeated.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    async fn exchange(&self, provider: &ProviderId, code: &SecretString) -> Result<Granted, ExchangeError>;

    /// Has the provider end what it granted (RFC 7009, or what the provider has in its
    /// place). One that knows no such thing is left alone.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    async fn revoke(&self, provider: &ProviderId, tokens: &Credentials) -> Result<(), ExchangeError>;
}
