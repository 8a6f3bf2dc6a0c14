//! Keeping a grant fresh.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::SecretDigest;
use crate::{
    DueIntegration, EnvironmentId, IntegrationId, OrganisationId, RepositoryError, Scope, Sealed, SecretPlace,
};

/// How the tokens of a provider are replaced before they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshTerms {
    /// Whether each refresh token is good once.
    pub is_rotating: bool,
    /// Whether they are replaced only once the provider has refused one.
    pub is_on_rejection: bool,
    /// How long before its end an access token is replaced.
    pub early: Duration,
    /// How long a refresh token may lie unused.
    pub idle: Option<Duration>,
    /// How long the refresh token before may be tried again when no answer came.
    pub retry_old: Option<Duration>,
}

impl RefreshTerms {
    /// Whether an access token that ends at `expires_at` is too old to be handed out at `now`.
    #[must_use]
    pub fn is_stale(&self, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
        !self.is_on_rejection && expires_at.is_some_and(|end| end - delta(self.early) <= now)
    }

    /// When tokens that were granted at `granted_at` are to be replaced: twice as long before
    /// the access token's end as anybody would ask for, and halfway to where the refresh token
    /// would end; `None` when nothing of it ever ends.
    #[must_use]
    pub fn due(
        &self,
        granted_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
        refresh_expires_at: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        let before_end = expires_at.filter(|_| !self.is_on_rejection).map(|end| {
            let early = delta(self.early) * 2;
            // A token that lives shorter than that is replaced halfway.
            (end - early).max(granted_at + (end - granted_at) / 2)
        });
        let half_life = refresh_expires_at.map(|end| granted_at + (end - granted_at) / 2);
        let half_idle = self.idle.map(|idle| granted_at + delta(idle) / 2);
        [before_end, half_life, half_idle].into_iter().flatten().min()
    }

    /// Whether the refresh token before may be tried in the place of one that was first spent at
    /// `spent_at`.
    #[must_use]
    pub fn may_retry_old(&self, spent_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.retry_old.is_some_and(|time| now <= spent_at + delta(time))
    }
}

/// A time of no more than a century, so that it can be added to any date that is met.
fn delta(time: Duration) -> TimeDelta {
    const CENTURY: TimeDelta = TimeDelta::days(36_525);
    TimeDelta::from_std(time).unwrap_or(CENTURY).min(CENTURY)
}

/// Counts the writes of a [`TokenRefresh`]: whoever knows another number than the stored one was
/// overtaken, and has nothing saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub i64);

/// A refresh token that was handed to the provider, whose answer was not kept yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshAttempt {
    /// When the first attempt with it was made.
    pub at: DateTime<Utc>,
    /// Which token that was.
    pub spent: SecretDigest,
}

/// Where the refreshing of a grant stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenRefresh {
    /// When it is somebody's turn to refresh it; `None` for never.
    pub due_at: Option<DateTime<Utc>>,
    /// Until when somebody is at it.
    pub leased_until: Option<DateTime<Utc>>,
    /// An attempt whose answer was not kept.
    pub attempt: Option<RefreshAttempt>,
    /// The refresh token before the present one, sealed under
    /// [`SealedField::PreviousRefresh`](crate::SealedField), until the present one has worked.
    pub previous: Option<Sealed>,
    /// How often in a row no answer came.
    pub failures: u32,
}

impl TokenRefresh {
    /// The place of the refresh token before.
    #[must_use]
    pub const fn place(organisation: OrganisationId, integration: IntegrationId) -> SecretPlace {
        SecretPlace::previous_refresh(organisation, integration)
    }

    /// Whether no answer came a while ago, and the provider is to be left alone yet.
    #[must_use]
    pub fn is_put_off(&self, now: DateTime<Utc>) -> bool {
        self.failures > 0 && self.due_at.is_some_and(|due| now < due)
    }

    /// Whether somebody is at it.
    #[must_use]
    pub fn is_leased(&self, now: DateTime<Utc>) -> bool {
        self.leased_until.is_some_and(|until| now < until)
    }
}

/// A write of where the refreshing of a grant stands.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshWrite {
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment of the integration.
    pub environment_id: EnvironmentId,
    /// The integration.
    pub integration_id: IntegrationId,
    /// The number of the write that this one replaces; `None` for the first one. Stale when that
    /// is not so.
    pub expected: Option<Fence>,
    /// How it stands from now on.
    pub state: TokenRefresh,
}

/// Reads where the refreshing of grants stands.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait RefreshRepository: Send + Sync {
    /// How it stands with one integration, and the number of that write; `None` where nothing
    /// is to be refreshed, and of one that the scope does not see.
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Option<(Fence, TokenRefresh)>, RepositoryError>;
}

/// Knows whose tokens are to be refreshed, of all organisations.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait RefreshSchedule: Send + Sync {
    /// Takes up to `limit` that are due by `now`, those first that have waited longest. Nobody
    /// else gets them before `until`: when whoever took them has not been heard of by then, they
    /// are due again. It counts as a write of each.
    async fn claim(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<DueIntegration>, RepositoryError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: RefreshTerms = RefreshTerms {
        is_rotating: true,
        is_on_rejection: false,
        early: Duration::from_secs(300),
        idle: None,
        retry_old: Some(Duration::from_secs(60)),
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_token_is_stale_shortly_before_its_end() {
        assert!(!TERMS.is_stale(Some(at(1000)), at(699)));
        assert!(TERMS.is_stale(Some(at(1000)), at(700)));
        assert!(!TERMS.is_stale(None, at(700)), "it never ends");
        let on_rejection = RefreshTerms { is_on_rejection: true, ..TERMS };
        assert!(!on_rejection.is_stale(Some(at(1000)), at(5000)));
    }

    #[test]
    fn a_token_is_replaced_before_anybody_would_ask_for_it() {
        assert_eq!(TERMS.due(at(0), Some(at(3600)), None), Some(at(3000)));
        assert_eq!(TERMS.due(at(0), Some(at(400)), None), Some(at(200)), "one that lives short, halfway");
        assert_eq!(TERMS.due(at(0), None, None), None);
    }

    #[test]
    fn a_refresh_token_is_used_long_before_it_would_end() {
        assert_eq!(TERMS.due(at(0), Some(at(3600)), Some(at(4000))), Some(at(2000)));
        let idle = RefreshTerms { idle: Some(Duration::from_secs(1000)), ..TERMS };
        assert_eq!(idle.due(at(0), None, None), Some(at(500)));
        let on_rejection = RefreshTerms { is_on_rejection: true, ..idle };
        assert_eq!(on_rejection.due(at(0), Some(at(100)), None), Some(at(500)), "its end is not waited for");
    }

    #[test]
    fn the_token_before_may_be_tried_for_a_while() {
        assert!(TERMS.may_retry_old(at(0), at(60)) && !TERMS.may_retry_old(at(0), at(61)));
        assert!(!RefreshTerms { retry_old: None, ..TERMS }.may_retry_old(at(0), at(0)));
    }

    #[test]
    fn a_time_without_measure_is_a_long_one() {
        let terms = RefreshTerms { early: Duration::MAX, idle: Some(Duration::MAX), ..TERMS };
        assert!(terms.is_stale(Some(at(1000)), at(0)));
        assert_eq!(terms.due(at(0), Some(at(1000)), None), Some(at(500)));
    }
}
