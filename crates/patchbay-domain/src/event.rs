//! What happened: the source of webhooks and the audit log.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{ApiKeyId, EnvironmentId, EventId, OrganisationId, Page, PageRequest, RepositoryError, Scope};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$item])* $variant,)+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its code, as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// The one with that code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == code)
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What kind of thing happened.
    EventType {
        /// An organisation was made.
        OrganisationCreated = "organisation.created",
        /// An environment was made.
        EnvironmentCreated = "environment.created",
        /// A key was made.
        KeyCreated = "key.created",
        /// A key was revoked.
        KeyRevoked = "key.revoked",
        /// An integration was made.
        IntegrationCreated = "integration.created",
        /// An integration was changed.
        IntegrationUpdated = "integration.updated",
        /// An integration works no longer, or again, as far as its provider said when it was
        /// asked.
        HealthChanged = "integration.health_changed",
        /// An integration was deleted, its secrets with it.
        IntegrationDeleted = "integration.deleted",
        /// The credentials of an integration were set, replaced or removed, by hand or by an
        /// exchange.
        CredentialChanged = "credential.changed",
        /// The credentials of an integration are good no longer: somebody has to connect it anew.
        CredentialInvalid = "credential.invalid",
        /// Somebody who was to connect an integration did not, or the provider would not have it.
        AuthorizationRefused = "credential.authorization_refused",
        /// An answer showed secrets in full: credentials, or settings that are secret.
        CredentialRevealed = "credential.revealed",
        /// A setting of an integration was added, changed or deleted.
        SettingChanged = "setting.changed",
        /// A setting of an integration for one chat channel was added, changed or deleted.
        ChannelChanged = "channel.changed",
    }
}

codes! {
    /// What kind of entity an event is about.
    EntityKind {
        /// An [`Organisation`](crate::Organisation).
        Organisation = "organisation",
        /// An [`Environment`](crate::Environment).
        Environment = "environment",
        /// An [`ApiKey`](crate::ApiKey).
        ApiKey = "key",
        /// An [`Integration`](crate::Integration).
        Integration = "integration",
        /// A [`Setting`](crate::Setting).
        Setting = "setting",
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A caller with this key.
    Key(ApiKeyId),
    /// The operator of the installation, on its command line.
    Operator,
    /// The service by itself.
    Service,
}

/// A recorded change. It is saved in the transaction of the change itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Identifies it; events sort by it.
    pub id: EventId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment it happened in, where the entity lives in one.
    pub environment_id: Option<EnvironmentId>,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event_type: EventType,
    /// The kind of entity it happened to.
    pub entity: EntityKind,
    /// The entity it happened to.
    pub entity_id: Uuid,
    /// What is new, and what it replaced: `{"before": {…}, "after": {…}}` with the members
    /// that differ. Never holds a secret; of secrets it says at most that they changed.
    pub digest: Map<String, Value>,
    /// When.
    pub at: DateTime<Utc>,
}

impl EventId {
    /// The least id that can be made at `at`: an id begins with the millisecond of its making.
    /// Times that no id can begin with count as the nearest one.
    #[must_use]
    pub fn first_at(at: DateTime<Utc>) -> Self {
        const LAST_MILLISECOND: u64 = (1 << 48) - 1;
        let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or(0).min(LAST_MILLISECOND);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(milliseconds, &[0; 10]).into_uuid())
    }
}

/// Reads what was recorded. Every call sees one scope only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait EventRepository: Send + Sync {
    /// The events that the scope sees, newest first: those of `since` and later, or all. A
    /// scope of one environment sees what happened in it.
    async fn list(
        &self,
        scope: &Scope,
        since: Option<DateTime<Utc>>,
        page: PageRequest<EventId>,
    ) -> Result<Page<Event, EventId>, RepositoryError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn the_first_id_of_a_time_comes_before_all_others_of_it() {
        let at = DateTime::from_timestamp_millis(1_767_225_600_123).unwrap();
        let first = EventId::first_at(at);
        assert_eq!(first.to_string(), "019b76da-a87b-7000-8000-000000000000");
        let made = uuid::Builder::from_unix_timestamp_millis(1_767_225_600_123, &[1; 10]).into_uuid();
        assert!(first < EventId::from_uuid(made));
        assert!(EventId::from_uuid(made) < EventId::first_at(at + TimeDelta::milliseconds(1)));
    }

    #[test]
    fn times_beyond_those_of_ids_count_as_the_nearest() {
        let nearest = |at| EventId::first_at(at).to_string()[..13].to_owned();
        assert_eq!(nearest(DateTime::<Utc>::MIN_UTC), "00000000-0000");
        assert_eq!(nearest(DateTime::<Utc>::MAX_UTC), "ffffffff-ffff");
    }
}
