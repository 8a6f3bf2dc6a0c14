//! Whether an integration works, as far as its provider was asked.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Configuration, ProviderId};
use crate::event::codes;
use crate::{Credentials, EnvironmentId, IntegrationId, OrganisationId, RepositoryError, Scope};

codes! {
    /// Whether an integration works.
    HealthState {
        /// Nobody knows: its provider was not asked yet, or cannot be.
        Unverified = "unverified",
        /// It does.
        Valid = "valid",
        /// It does, but for a part of it.
        Degraded = "degraded",
        /// It does not, and will not until somebody does something.
        Broken = "broken",
    }
}

codes! {
    /// What came of asking a provider whether a connection works.
    VerificationClass {
        /// It does.
        Ok = "ok",
        /// It does, and something of it is not as it should be.
        OkWithWarnings = "ok_with_warnings",
        /// The provider does not take the credentials.
        CredentialsRejected = "credentials_rejected",
        /// It takes them, and they allow too little.
        PermissionMissing = "permission_missing",
        /// It does not know what is to be connected.
        NotFound = "not_found",
        /// The account there is closed or suspended.
        AccountInactive = "account_inactive",
        /// The credentials are good, for another account.
        Mismatch = "mismatch",
        /// What the provider needs to be asked is missing.
        Incomplete = "incomplete",
        /// The provider asks for fewer requests.
        Throttled = "throttled",
        /// It cannot be reached, or is out of order.
        ProviderUnreachable = "provider_unreachable",
        /// It answered something else than it is known to.
        UnexpectedAnswer = "unexpected_answer",
        /// What a person once allowed is over.
        ReconnectNeeded = "reconnect_needed",
        /// There is nothing to ask it.
        Skipped = "skipped",
    }
}

impl VerificationClass {
    /// The state that a connection is in for it; `None` where it says nothing of the
    /// connection.
    #[must_use]
    pub const fn state(self) -> Option<HealthState> {
        match self {
            Self::Ok => Some(HealthState::Valid),
            Self::OkWithWarnings => Some(HealthState::Degraded),
            Self::CredentialsRejected
            | Self::PermissionMissing
            | Self::NotFound
            | Self::AccountInactive
            | Self::Mismatch
            | Self::Incomplete
            | Self::ReconnectNeeded => Some(HealthState::Broken),
            Self::Skipped => Some(HealthState::Unverified),
            Self::Throttled | Self::ProviderUnreachable | Self::UnexpectedAnswer => None,
        }
    }

    /// What to do about it, in a sentence; `None` when nothing is to be done.
    #[must_use]
    pub const fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Ok | Self::Skipped => None,
            Self::OkWithWarnings => Some("Compare the settings with those at the provider."),
            Self::CredentialsRejected => Some("Make new credentials at the provider and enter them here."),
            Self::PermissionMissing => Some("Give the credentials the permissions that are missing."),
            Self::NotFound => Some("Check that what is connected still exists at the provider."),
            Self::AccountInactive => Some("Re-activate the account at the provider."),
            Self::Mismatch => Some("Enter credentials of the account that the settings name."),
            Self::Incomplete => Some("Enter what is missing."),
            Self::ReconnectNeeded => Some("Have somebody connect it anew at the provider."),
            Self::Throttled | Self::ProviderUnreachable | Self::UnexpectedAnswer => {
                Some("Nothing: the provider is asked again later.")
            }
        }
    }
}

/// What came of asking a provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// Of what kind it is.
    pub class: VerificationClass,
    /// What the provider said of the connection; empty unless it works.
    pub facts: Map<String, Value>,
    /// What it said when it refused, or which part is meant; up to
    /// [`MAX_DETAIL`](Self::MAX_DETAIL) characters without any secret, for the owner's eyes.
    pub detail: Option<String>,
    /// Why nothing came back, where nothing did.
    pub no_answer: Option<NoAnswer>,
}

/// Why a provider did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Its host has no address that may be asked; which of the two it is, is not told.
    UnknownHost(String),
    /// It took too long.
    TimedOut,
    /// It could not be reached, or what came was no answer.
    Other,
}

impl Verification {
    /// The most characters of a detail.
    pub const MAX_DETAIL: usize = 300;

    /// An outcome of which there is nothing to say.
    #[must_use]
    pub fn of(class: VerificationClass) -> Self {
        Self { class, facts: Map::new(), detail: None, no_answer: None }
    }
}

/// What is known of the health of an integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Whether it works.
    pub state: HealthState,
    /// Since when it has been in that state; `None` while nobody has asked.
    pub since: Option<DateTime<Utc>>,
    /// What came of asking the last time.
    pub class: Option<VerificationClass>,
    /// What the provider said then.
    pub detail: Option<String>,
    /// When that was.
    pub checked_at: Option<DateTime<Utc>>,
}

impl Health {
    /// Nobody has asked yet.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { state: HealthState::Unverified, since: None, class: None, detail: None, checked_at: None }
    }

    /// What is known once this came of asking. What says nothing of the connection leaves it
    /// in its state; what worked before is broken only when its credentials are rejected twice
    /// in a row, because providers err.
    #[must_use]
    pub fn after(&self, verification: &Verification, now: DateTime<Utc>) -> Self {
        let rejected = VerificationClass::CredentialsRejected;
        let is_first_rejection = verification.class == rejected
            && self.class != Some(rejected)
            && matches!(self.state, HealthState::Valid | HealthState::Degraded);
        let state = match verification.class.state() {
            Some(_) if is_first_rejection => HealthState::Degraded,
            found => found.unwrap_or(self.state),
        };
        Self {
            state,
            since: if state == self.state && self.since.is_some() { self.since } else { Some(now) },
            class: Some(verification.class),
            detail: verification.detail.clone(),
            checked_at: Some(now),
        }
    }
}

/// A connection with its secrets open, to ask its provider about it or for it.
#[derive(Clone, Debug)]
pub struct OpenConnection {
    /// The provider.
    pub provider: ProviderId,
    /// What it is configured with.
    pub configuration: Configuration,
    /// What the provider said of it before.
    pub facts: Map<String, Value>,
    /// Its secrets, those of its configuration.
    pub credentials: Credentials,
    /// Its tokens, those of its grant.
    pub tokens: Credentials,
    /// What these allow, in the provider's own words; empty where it does not say.
    pub scopes: Vec<String>,
}

impl OpenConnection {
    /// A connection of which nothing is known but its provider: what a provider is asked as that
    /// has handed something out to nobody's integration yet.
    #[must_use]
    pub fn bare(provider: ProviderId) -> Self {
        Self {
            provider,
            configuration: Configuration::default(),
            facts: Map::new(),
            credentials: Credentials::default(),
            tokens: Credentials::default(),
            scopes: Vec::new(),
        }
    }
}

/// Asks providers whether connections work.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait CredentialVerifier: Send + Sync {
    /// Asks, and tells what came of it. A provider that hangs or lies is an outcome like any
    /// other. Changes nothing there.
    async fn verify(&self, connection: &OpenConnection) -> Verification;
}

/// Reads what is known of the health of integrations.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait HealthRepository: Send + Sync {
    /// What is known of one; [`Health::unknown`] where nothing is, and of one that the scope
    /// does not see.
    async fn find(&self, scope: &Scope, integration: IntegrationId) -> Result<Health, RepositoryError>;
}

/// An integration whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueIntegration {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The environment it lives in.
    pub environment: EnvironmentId,
    /// Which it is.
    pub integration: IntegrationId,
}

/// Knows whose providers are to be asked, of all organisations.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait VerificationSchedule: Send + Sync {
    /// Takes up to `limit` that are due by `now`, those first that have waited longest. Nobody
    /// else gets them before `until`: when whoever took them has not been heard of by then, they
    /// are due again.
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
    use chrono::TimeDelta;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn a_state_is_as_old_as_the_first_time_it_was_found() {
        let ok = Verification::of(VerificationClass::Ok);
        let first = Health::unknown().after(&ok, at(1));
        assert_eq!(
            (first.state, first.since, first.checked_at),
            (HealthState::Valid, Some(at(1)), Some(at(1)))
        );
        let second = first.after(&ok, at(2));
        assert_eq!((second.since, second.checked_at), (Some(at(1)), Some(at(2))));
        let broken = second.after(&Verification::of(VerificationClass::Mismatch), at(3));
        assert_eq!((broken.state, broken.since), (HealthState::Broken, Some(at(3))));
    }

    #[test]
    fn what_says_nothing_of_the_connection_leaves_it_in_its_state() {
        for class in [
            VerificationClass::Throttled,
            VerificationClass::ProviderUnreachable,
            VerificationClass::UnexpectedAnswer,
        ] {
            let valid = Health::unknown().after(&Verification::of(VerificationClass::Ok), at(1));
            let after = valid.after(&Verification::of(class), at(2));
            assert_eq!(
                (after.state, after.since, after.class),
                (HealthState::Valid, Some(at(1)), Some(class))
            );
            let never = Health::unknown().after(&Verification::of(class), at(2));
            assert_eq!(never.state, HealthState::Unverified);
        }
    }

    #[test]
    fn what_worked_is_broken_by_the_second_rejection_in_a_row() {
        let (ok, rejected) = (VerificationClass::Ok, VerificationClass::CredentialsRejected);
        let states = |classes: &[VerificationClass]| {
            let mut health = Health::unknown();
            let next = |class: &VerificationClass| {
                health = health.after(&Verification::of(*class), at(1));
                health.state
            };
            classes.iter().map(next).last()
        };
        assert_eq!(states(&[ok, rejected]), Some(HealthState::Degraded));
        assert_eq!(states(&[ok, rejected, rejected]), Some(HealthState::Broken));
        assert_eq!(states(&[ok, rejected, ok, rejected]), Some(HealthState::Degraded));
        assert_eq!(states(&[rejected]), Some(HealthState::Broken), "it never worked");
    }

    #[test]
    fn every_outcome_that_is_not_well_says_what_to_do() {
        for class in VerificationClass::ALL {
            let is_well = matches!(class, VerificationClass::Ok | VerificationClass::Skipped);
            assert_eq!(class.remedy().is_none(), is_well, "{class:?}");
        }
    }
}
