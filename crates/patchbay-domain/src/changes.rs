//! What one use case changed, saved together or not at all.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    ApiKey, ApiKeyId, AuthorizationWrite, Environment, Event, Fence, Health, Integration, IntegrationId,
    Lease, LeaseWrite, ManifestDocument, RankingWrite, ReceiptWrite, RefreshWrite, RepositoryError, Scope,
    Setting, TokenRefresh, UniqueKey,
};

/// A write of an integration and of the unique keys that it holds.
#[derive(Clone, Debug, PartialEq)]
pub enum IntegrationWrite {
    /// A new one.
    Insert {
        /// The integration.
        integration: Integration,
        /// The keys it takes.
        claimed: Vec<UniqueKey>,
    },
    /// The next version of a stored one. It replaces exactly the version before its own.
    Update {
        /// The integration as it is from now on.
        integration: Integration,
        /// The keys it gives up.
        released: Vec<UniqueKey>,
        /// The keys it takes.
        claimed: Vec<UniqueKey>,
        /// Whether it lives in another environment from now on, with all that belongs to it.
        is_moved: bool,
    },
    /// The next version of one that was deleted. It replaces exactly the version before its
    /// own.
    Revive {
        /// The integration as it is from now on.
        integration: Integration,
        /// The keys it takes.
        claimed: Vec<UniqueKey>,
    },
}

/// A write of what was read at the address of an integration's manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestWrite {
    /// The integration. It is written in the same changes, which guards the document by its
    /// version.
    pub integration: IntegrationId,
    /// The document that is kept from now on, in the place of any other; `None` drops what
    /// is kept.
    pub document: Option<ManifestDocument>,
}

/// A write of what is known of the health of an integration.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthWrite {
    /// The integration, at the version that this was found of. At any other the write is stale.
    pub integration: Integration,
    /// What is known now.
    pub health: Health,
    /// When its provider is to be asked; `None` for not at all.
    pub due_at: Option<DateTime<Utc>>,
}

/// A write of an API key.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyWrite {
    /// A new one.
    Insert(ApiKey),
    /// The key is refused from now on.
    Revoke {
        /// Which key.
        id: ApiKeyId,
        /// Since when.
        at: DateTime<Utc>,
    },
}

/// A write of a setting.
///
/// Its integration must be live when the changes are saved; a label that was taken
/// meanwhile is as stale as a version that moved on.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingWrite {
    /// A new one.
    Insert(Setting),
    /// The next version of a stored one. It replaces exactly the version before its own.
    Update(Setting),
    /// The stored one, at just this version, goes.
    Delete(Setting),
}

/// Everything that one use case changed: entities, unique keys, events.
///
/// The unit of atomicity: [`UnitOfWork::commit`] saves all of it in one transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Integrations, in the order of writing.
    pub integrations: Vec<IntegrationWrite>,
    /// Documents of manifests. That of an integration that is deleted goes with it
    /// unmentioned.
    pub manifests: Vec<ManifestWrite>,
    /// What is known of the health of integrations. That of one that is deleted goes with it
    /// unmentioned.
    pub health: Vec<HealthWrite>,
    /// Where the refreshing of grants stands. That of an integration that is deleted goes with it
    /// unmentioned.
    pub refreshes: Vec<RefreshWrite>,
    /// Authorizations. Those of an integration that is deleted go with it unmentioned.
    pub authorizations: Vec<AuthorizationWrite>,
    /// Settings, in the order of writing. Those of an integration that is deleted go with it
    /// unmentioned.
    pub settings: Vec<SettingWrite>,
    /// In which order integrations are used.
    pub rankings: Vec<RankingWrite>,
    /// New environments.
    pub environments: Vec<Environment>,
    /// Keys, in the order of writing.
    pub api_keys: Vec<KeyWrite>,
    /// What is kept of the request that all of this was done for.
    pub receipt: Option<ReceiptWrite>,
    /// Leases, in the order of writing.
    pub leases: Vec<LeaseWrite>,
    /// What is recorded.
    pub events: Vec<Event>,
}

impl Changes {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a new integration and takes its unique keys.
    #[must_use]
    pub fn insert(mut self, integration: &Integration) -> Self {
        let claimed = integration.unique_keys();
        self.integrations.push(IntegrationWrite::Insert { integration: integration.clone(), claimed });
        self
    }

    /// Replaces `before` by `after`; unique keys that only one of them holds are given up
    /// or taken.
    #[must_use]
    pub fn update(mut self, before: &Integration, after: &Integration) -> Self {
        let (held, wanted) = (before.unique_keys(), after.unique_keys());
        let released = held.iter().filter(|key| !wanted.contains(key)).cloned().collect();
        let claimed = wanted.into_iter().filter(|key| !held.contains(key)).collect();
        let is_moved = before.parts().environment_id != after.parts().environment_id;
        let integration = after.clone();
        self.integrations.push(IntegrationWrite::Update { integration, released, claimed, is_moved });
        self
    }

    /// Puts `integration` in the place of the deleted one that it
    /// [revives](Integration::revived), and takes its unique keys.
    #[must_use]
    pub fn revive(mut self, integration: &Integration) -> Self {
        let claimed = integration.unique_keys();
        self.integrations.push(IntegrationWrite::Revive { integration: integration.clone(), claimed });
        self
    }

    /// Keeps the document that was read at the manifest of `of`, or drops the one that is
    /// kept. `of` is among these changes.
    #[must_use]
    pub fn manifest(mut self, of: &Integration, document: Option<ManifestDocument>) -> Self {
        self.manifests.push(ManifestWrite { integration: of.id(), document });
        self
    }

    /// Says what is known of the health of `of`, and when its provider is to be asked. `of` is as
    /// these changes leave it.
    #[must_use]
    pub fn health(mut self, of: &Integration, health: Health, due_at: Option<DateTime<Utc>>) -> Self {
        self.health.push(HealthWrite { integration: of.clone(), health, due_at });
        self
    }

    /// Says where the refreshing of the grant of `of` stands, in the place of the write that
    /// `expected` numbers.
    #[must_use]
    pub fn refresh(mut self, of: &Integration, expected: Option<Fence>, state: TokenRefresh) -> Self {
        self.refreshes.push(RefreshWrite {
            organisation_id: of.parts().organisation_id,
            environment_id: of.parts().environment_id,
            integration_id: of.id(),
            expected,
            state,
        });
        self
    }

    /// Writes an authorization.
    #[must_use]
    pub fn authorization(mut self, write: AuthorizationWrite) -> Self {
        self.authorizations.push(write);
        self
    }

    /// Writes a setting.
    #[must_use]
    pub fn setting(mut self, write: SettingWrite) -> Self {
        self.settings.push(write);
        self
    }

    /// Says in which order integrations are used.
    #[must_use]
    pub fn ranking(mut self, write: RankingWrite) -> Self {
        self.rankings.push(write);
        self
    }

    /// Adds a new environment.
    #[must_use]
    pub fn environment(mut self, environment: &Environment) -> Self {
        self.environments.push(environment.clone());
        self
    }

    /// Adds a new key.
    #[must_use]
    pub fn key(mut self, key: &ApiKey) -> Self {
        self.api_keys.push(KeyWrite::Insert(key.clone()));
        self
    }

    /// Has a key refused from `at` on.
    #[must_use]
    pub fn revoke_key(mut self, id: ApiKeyId, at: DateTime<Utc>) -> Self {
        self.api_keys.push(KeyWrite::Revoke { id, at });
        self
    }

    /// Keeps what is to be known of the request that all of this is done for.
    #[must_use]
    pub fn receipt(mut self, write: ReceiptWrite) -> Self {
        self.receipt = Some(write);
        self
    }

    /// Takes a lease, as of `at`.
    #[must_use]
    pub fn take(mut self, lease: &Lease, at: DateTime<Utc>) -> Self {
        self.leases.push(LeaseWrite::Take { lease: lease.clone(), at });
        self
    }

    /// Gives a lease back.
    #[must_use]
    pub fn release(mut self, lease: &Lease) -> Self {
        self.leases.push(LeaseWrite::Release(lease.clone()));
        self
    }

    /// Records what happened.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }
}

/// Saves what one use case changed, together or not at all.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Saves the changes in one transaction. `Ok` means they survive a crash.
    ///
    /// Nothing outside `scope` is written: an entity of elsewhere is treated as one that
    /// does not exist.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] when a stored version moved on or the entity is gone,
    /// [`RepositoryError::Duplicate`] with the unique key, the kind of id, the lease or
    /// the receipt that is there already,
    /// [`RepositoryError::Corrupt`] when something new lies outside `scope`, or a document
    /// comes without its integration. After every
    /// error but [`RepositoryError::OutcomeUnknown`] nothing was changed.
    async fn commit(&self, scope: &Scope, changes: Changes) -> Result<(), RepositoryError>;
}
