//! A person on the way to a provider and back.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{AskedScopes, SecretDigest};
use crate::{
    Actor, AuthorizationId, EnvironmentId, IntegrationId, OrganisationId, ProviderId, RepositoryError, Scope,
};

/// The browser that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// What it brings back from the provider in the parameter `state` (RFC 6749 §10.12).
    pub state: SecretDigest,
    /// What it has kept in a cookie meanwhile.
    pub cookie: SecretDigest,
}

/// A person is to allow a connection at its provider.
///
/// It begins with a link that works once; whoever follows it is sent to the provider, and is
/// known again by the browser when coming back. Nothing of it that is secret is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// Identifies it.
    pub id: AuthorizationId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment of the integration.
    pub environment_id: EnvironmentId,
    /// What is to be connected.
    pub integration_id: IntegrationId,
    /// To whom.
    pub provider: ProviderId,
    /// Who wants it.
    pub begun_by: Actor,
    /// Where the provider sends the person back to: an exchange has to repeat it
    /// (RFC 6749 §4.1.3).
    pub redirect_uri: String,
    /// What the person is asked to allow.
    pub scopes: AskedScopes,
    /// Where the person goes then; a page of the service's own where nothing is said.
    pub return_to: Option<String>,
    /// The link that it begins with.
    pub link: SecretDigest,
    /// Who followed the link.
    pub browser: Option<Browser>,
    /// When the person came back.
    pub used_at: Option<DateTime<Utc>>,
    /// When it is over, come what may.
    pub expires_at: DateTime<Utc>,
}

impl Authorization {
    /// How long a person may take.
    pub const LASTS: TimeDelta = TimeDelta::minutes(10);

    /// What whoever goes on with it may see: where it was begun.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope::new(self.organisation_id, Some(self.environment_id))
    }

    /// Whether its link works.
    #[must_use]
    pub fn may_start(&self, now: DateTime<Utc>) -> bool {
        self.browser.is_none() && self.may_finish(now)
    }

    /// Whether who followed the link may come back.
    #[must_use]
    pub fn may_finish(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

/// A write of an authorization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizationWrite {
    /// A new one.
    Begin(Authorization),
    /// Its link was followed, by the browser that it has now. Stale when one did before.
    Start(Authorization),
    /// The person came back. Stale when that was before.
    Finish(Authorization),
}

/// Finds authorizations by what browsers bring.
///
/// It takes no [`Scope`](crate::Scope): a browser has no key, and what it brings is what tells
/// whose it is.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait AuthorizationDirectory: Send + Sync {
    /// The one that begins with this link.
    async fn find_by_link(&self, link: SecretDigest) -> Result<Option<Authorization>, RepositoryError>;

    /// The one whose browser brings this state.
    async fn find_by_state(&self, state: SecretDigest) -> Result<Option<Authorization>, RepositoryError>;

    /// Deletes at most `limit` of those that were over by `before`, and says how many.
    async fn purge(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;
}
