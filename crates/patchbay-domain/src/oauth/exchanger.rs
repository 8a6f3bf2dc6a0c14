//! The port that asks providers for what they grant.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::AskedScopes;
use crate::{AccountId, BoxError, Credentials, OpenConnection};

/// What a person is sent to a provider with.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// What comes back with the person.
    pub state: SecretString,
    /// Where the person comes back to.
    pub redirect_uri: String,
    /// What the person is asked to allow.
    pub scopes: AskedScopes,
    /// What the exchange will show (RFC 7636), where the provider asks for it; only its digest
    /// goes along.
    pub verifier: SecretString,
}

/// What a provider hands out for one exchange.
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    /// The code.
    pub code: SecretString,
    /// Where it was sent to; the configured address where whoever handed it in does not say.
    pub redirect_uri: Option<String>,
    /// What the person was sent with; `None` when somebody else sent the person.
    pub verifier: Option<SecretString>,
}

/// What a provider gave, for a code or for the tokens before.
#[derive(Debug)]
pub struct Granted {
    /// The tokens and whatever else came with them and is secret, by name;
    /// [`CredentialName::access_token`](crate::CredentialName::access_token) is among them.
    pub tokens: Credentials,
    /// The account that they open, where the provider names one.
    pub account: Option<AccountId>,
    /// What they allow, in the provider's own words and order; empty where it does not say.
    pub scopes: Vec<String>,
    /// How long the access token lives from now on, as far as anybody knows.
    pub lifetime: Option<Duration>,
    /// How long the refresh token does.
    pub refresh_lifetime: Option<Duration>,
    /// What else the provider said of the connection; nothing of it is secret.
    pub facts: Map<String, Value>,
}

/// Why an exchange gave nothing. `Display` may be shown to clients, the source is for the
/// log.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The installation has no OAuth application for this provider, or nobody can be sent to it.
    /// Nothing was asked.
    #[error("this provider is not configured")]
    NotConfigured,
    /// Something is missing that the provider is asked with. Nothing was asked.
    #[error("{what} is missing")]
    Incomplete {
        /// The names of the fields.
        what: String,
    },
    /// The person did not allow it, or the provider would not even ask.
    #[error("{reason}")]
    Refused {
        /// Why: [`REFUSED_BY_PERSON`](Self::REFUSED_BY_PERSON), or the provider's own word in
        /// letters, digits and `_`.
        reason: String,
    },
    /// What came back with the person is not what the provider sends.
    #[error("what came back is not the provider's")]
    Forged,
    /// The provider refuses the code.
    #[error("{reason}")]
    CodeRefused {
        /// Why, in the provider's own word; one that is known.
        reason: String,
    },
    /// What was granted is over: a person has to allow it again.
    #[error("{reason}")]
    Ended {
        /// Why, in the provider's own word; one that is known.
        reason: String,
    },
    /// The provider refuses the installation's own OAuth application.
    #[error("the provider refuses this service's client")]
    ClientRefused(#[source] BoxError),
    /// The provider has no time for it now.
    #[error("the provider asks for fewer requests")]
    Throttled {
        /// How long it wants to be left alone, where it says so.
        wait: Option<Duration>,
    },
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
    /// The word for a person who did not allow it, whatever the provider's own is.
    pub const REFUSED_BY_PERSON: &'static str = "refused_by_person";

    /// Whether the same exchange may go well a little later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Throttled { .. } | Self::TimedOut | Self::Unreachable(_))
    }
}

/// Asks providers for what they grant, and gives it back.
///
/// Which requests that are, and how the answers read, is told by what the catalogue says of
/// the provider. The connection supplies what stands in them: hosts of tenants, an application
/// of the organisation's own in the place of the installation's.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait OAuthExchanger: Send + Sync {
    /// The address that a person is sent to (RFC 6749 §4.1.1). It holds no secret but the state.
    ///
    /// # Errors
    /// [`ExchangeError::NotConfigured`] and [`ExchangeError::Incomplete`].
    fn authorize_url(
        &self,
        connection: &OpenConnection,
        request: &AuthorizationRequest,
    ) -> Result<SecretString, ExchangeError>;

    /// The code among the parameters that a person came back with (RFC 6749 §4.1.2), once they
    /// have passed what the provider has them checked by.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`], [`ExchangeError::Forged`], and what
    /// [`authorize_url`](Self::authorize_url) fails with.
    fn returned(
        &self,
        connection: &OpenConnection,
        parameters: &[(String, String)],
    ) -> Result<SecretString, ExchangeError>;

    /// Exchanges a one-time code (RFC 6749 §4.1.3). It is asked once and never repeated.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    async fn exchange(
        &self,
        connection: &OpenConnection,
        code: &AuthorizationCode,
    ) -> Result<Granted, ExchangeError>;

    /// Has the tokens of a connection replaced (RFC 6749 §6), by the refresh token among them.
    /// It is asked once. The tokens of the answer have a refresh token only where the provider
    /// gave another one.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    async fn refresh(&self, connection: &OpenConnection) -> Result<Granted, ExchangeError>;

    /// Has the provider end what it granted (RFC 7009, or what the provider has in its
    /// place). One that knows no such thing is left alone.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    async fn revoke(&self, connection: &OpenConnection) -> Result<(), ExchangeError>;
}
