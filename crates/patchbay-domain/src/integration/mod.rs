//! One configured connection to one provider.

mod conditions;
mod configuration;
mod edit;
mod grant;
mod health;
mod identifier;
mod manifest;
mod ranking;
mod repository;
mod uncatalogued;
mod unique;
mod values;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

pub use conditions::{Conditions, TooManyConditions};
pub use configuration::{
    Configuration, Configured, InvalidConfiguration, SentConfiguration, ToldSecrecy, Wrong,
};
pub use edit::{IntegrationEdit, Patch};
pub use grant::{AccountId, Grant};
pub use health::{
    CredentialVerifier, DueIntegration, Health, HealthRepository, HealthState, NoAnswer, OpenConnection,
    Verification, VerificationClass, VerificationSchedule,
};
#[cfg(feature = "testing")]
pub use health::{MockCredentialVerifier, MockHealthRepository, MockVerificationSchedule};
pub use identifier::Identifier;
pub use manifest::{
    AppDescription, AppKind, FetchError, Manifest, ManifestDocument, ManifestFetcher, ManifestRepository,
    ManifestUrl, NotAManifest, NotInstallable, SettingDefinition, SettingFault, SettingType,
};
#[cfg(feature = "testing")]
pub use manifest::{MockManifestFetcher, MockManifestRepository};
#[cfg(feature = "testing")]
pub use ranking::MockRankingRepository;
pub use ranking::{Rank, Ranking, RankingPlace, RankingRepository, RankingWrite};
#[cfg(feature = "testing")]
pub use repository::MockIntegrationRepository;
pub use repository::{IntegrationFilter, IntegrationPosition, IntegrationRepository};
pub use uncatalogued::{ProviderName, Uncatalogued};
pub use unique::{UniqueKey, UniqueRule, UniqueRules};
pub use values::{
    AgentId, IntegrationKind, IntegrationName, Origin, ProviderId, Status, Version, Visibility,
};

use crate::{Actor, ChannelKind, EnvironmentId, IntegrationId, OrganisationId, Provider, Sealed};

/// The end of an integration: who deleted it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Actor,
}

/// The parts of an [`Integration`], for the store that reads and writes them.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegrationParts {
    /// Identifies it.
    pub id: IntegrationId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment it lives in.
    pub environment_id: EnvironmentId,
    /// What it connects to.
    pub provider: ProviderId,
    /// What that is when the catalogue does not know it: just when it connects to
    /// [`ProviderId::uncatalogued`].
    pub uncatalogued: Option<Uncatalogued>,
    /// What it is called.
    pub name: IntegrationName,
    /// What programs know it by, where somebody said so.
    pub identifier: Option<Identifier>,
    /// What its owner says it is for.
    pub kind: IntegrationKind,
    /// How it came to be.
    pub origin: Origin,
    /// Whether it is in use.
    pub status: Status,
    /// Whom it is for.
    pub visibility: Visibility,
    /// The agent that it is linked to.
    pub agent: Option<AgentId>,
    /// What it is configured with, apart from its secrets.
    pub configuration: Configuration,
    /// The document that describes its app, when it has one.
    pub manifest: Option<Manifest>,
    /// Its secrets, sealed together under [`SealedField::Credentials`](crate::SealedField).
    pub credentials: Option<Sealed>,
    /// What an exchange with its provider gave.
    pub grant: Option<Grant>,
    /// What its provider said of the connection; nothing of it is secret.
    pub facts: Map<String, Value>,
    /// When it is the one to use.
    pub conditions: Conditions,
    /// The uniqueness rules it was made under.
    pub unique_rules: UniqueRules,
    /// Counts its changes.
    pub version: Version,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When and by whom it was deleted.
    pub deleted: Option<Deletion>,
}

/// One configured connection to one provider.
///
/// It changes through verbs, each of which returns its next version and leaves this one
/// as it was, so that a use case can say what is different.
#[derive(Clone, Debug, PartialEq)]
pub struct Integration(IntegrationParts);

/// What is chosen when an integration is made.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegrationDraft {
    /// What it connects to.
    pub provider: ProviderId,
    /// What that is when the catalogue does not know it.
    pub uncatalogued: Option<Uncatalogued>,
    /// What it is called.
    pub name: IntegrationName,
    /// What programs know it by.
    pub identifier: Option<Identifier>,
    /// What its owner says it is for.
    pub kind: IntegrationKind,
    /// How it came to be.
    pub origin: Origin,
    /// Whether it is in use at once.
    pub status: Status,
    /// Whom it is for.
    pub visibility: Visibility,
    /// The agent that it is linked to.
    pub agent: Option<AgentId>,
    /// What it is configured with, apart from its secrets.
    pub configuration: Configuration,
    /// The document that describes its app, when it has one.
    pub manifest: Option<Manifest>,
    /// Its secrets, already sealed.
    pub credentials: Option<Sealed>,
    /// What an exchange with its provider gave.
    pub grant: Option<Grant>,
    /// What its provider said of the connection.
    pub facts: Map<String, Value>,
    /// When it is the one to use.
    pub conditions: Conditions,
    /// The uniqueness rules that it is made under and keeps.
    pub unique_rules: UniqueRules,
}

impl IntegrationDraft {
    /// A connection to `provider` of which nothing else is said: in use, private, without
    /// configuration, secrets or rules.
    #[must_use]
    pub fn new(provider: ProviderId, name: IntegrationName) -> Self {
        Self {
            provider,
            uncatalogued: None,
            name,
            identifier: None,
            kind: IntegrationKind::none(),
            origin: Origin::Plain,
            status: Status::Active,
            visibility: Visibility::Private,
            agent: None,
            configuration: Configuration::default(),
            manifest: None,
            credentials: None,
            grant: None,
            facts: Map::new(),
            conditions: Conditions::none(),
            unique_rules: UniqueRules::default(),
        }
    }
}

impl Integration {
    /// Makes a new integration in an environment.
    #[must_use]
    pub fn create(
        id: IntegrationId,
        organisation_id: OrganisationId,
        environment_id: EnvironmentId,
        draft: IntegrationDraft,
        now: DateTime<Utc>,
    ) -> Self {
        Self(IntegrationParts {
            id,
            organisation_id,
            environment_id,
            provider: draft.provider,
            uncatalogued: draft.uncatalogued,
            name: draft.name,
            identifier: draft.identifier,
            kind: draft.kind,
            origin: draft.origin,
            status: draft.status,
            visibility: draft.visibility,
            agent: draft.agent,
            configuration: draft.configuration,
            manifest: draft.manifest,
            credentials: draft.credentials,
            grant: draft.grant,
            facts: draft.facts,
            conditions: draft.conditions,
            unique_rules: draft.unique_rules,
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
            deleted: None,
        })
    }

    /// Puts a stored integration together again.
    #[must_use]
    pub const fn from_parts(parts: IntegrationParts) -> Self {
        Self(parts)
    }

    /// Its parts, to read.
    #[must_use]
    pub const fn parts(&self) -> &IntegrationParts {
        &self.0
    }

    /// Identifies it.
    #[must_use]
    pub const fn id(&self) -> IntegrationId {
        self.0.id
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &IntegrationName {
        &self.0.name
    }

    /// The document that describes its app, when it has one.
    #[must_use]
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.0.manifest.as_ref()
    }

    /// Its secrets, sealed; `None` when it has none.
    #[must_use]
    pub const fn credentials(&self) -> Option<&Sealed> {
        self.0.credentials.as_ref()
    }

    /// What an exchange with its provider gave, when there was one.
    #[must_use]
    pub const fn grant(&self) -> Option<&Grant> {
        self.0.grant.as_ref()
    }

    /// Counts its changes.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.0.version
    }

    /// The keys that no other live integration of its organisation may hold. A deleted
    /// integration holds none.
    #[must_use]
    pub fn unique_keys(&self) -> Vec<UniqueKey> {
        if self.0.deleted.is_some() {
            return Vec::new();
        }
        let own = self.0.identifier.as_ref().map(|_| UniqueRule::Identifier);
        self.0.unique_rules.iter().chain(own).filter_map(|rule| rule.key_of(self)).collect()
    }

    /// What programs know it by: what was said, or else what `word` and its id make.
    #[must_use]
    pub fn identifier_or_made_of(&self, word: &str) -> Identifier {
        self.0.identifier.clone().unwrap_or_else(|| Identifier::made_of(word, self.0.id))
    }

    /// What it connects to, as a dialect calls it; `None` where that has no name for it.
    /// `provider` is what is known of that.
    #[must_use]
    pub fn provider_on<'a>(&'a self, dialect: &str, provider: &'a Provider) -> Option<&'a str> {
        match &self.0.uncatalogued {
            Some(uncatalogued) => Some(uncatalogued.name.as_str()),
            None => provider.name_on(dialect),
        }
    }

    /// The id of what it connects to, or what that is called where the catalogue does not know it.
    #[must_use]
    pub fn provider_id_or_name(&self) -> &str {
        let Self(parts) = self;
        parts.uncatalogued.as_ref().map_or(parts.provider.as_str(), |one| one.name.as_str())
    }

    /// What it carries, when it carries messages. `provider` is what is known of what it connects
    /// to.
    #[must_use]
    pub fn channel(&self, provider: &Provider) -> Option<ChannelKind> {
        self.0.uncatalogued.as_ref().map(|uncatalogued| uncatalogued.channel).or(provider.channel)
    }

    /// The channel in whose [`Ranking`] it stands while it is active, where there is one.
    /// `provider` is what is known of what it connects to.
    #[must_use]
    pub fn ranked_in(&self, provider: &Provider) -> Option<ChannelKind> {
        match &self.0.uncatalogued {
            Some(uncatalogued) => Some(uncatalogued.channel).filter(|channel| channel.is_ranked()),
            None => provider.ranked_in,
        }
    }

    /// The next version with `edit` applied; `None` when it changes nothing.
    #[must_use]
    pub fn edited(&self, edit: IntegrationEdit, now: DateTime<Utc>) -> Option<Self> {
        let mut parts = self.0.clone();
        edit.apply(&mut parts);
        (parts != self.0).then(|| Self(parts).advanced(now))
    }

    /// The next version with `edit` applied, even if it changes nothing: something that
    /// belongs to the integration changes with it.
    #[must_use]
    pub fn next(&self, edit: IntegrationEdit, now: DateTime<Utc>) -> Self {
        let mut parts = self.0.clone();
        edit.apply(&mut parts);
        Self(parts).advanced(now)
    }

    /// The last version: deleted, its secrets destroyed.
    #[must_use]
    pub fn deleted(&self, by: Actor, now: DateTime<Utc>) -> Self {
        let mut parts = self.0.clone();
        parts.credentials = None;
        parts.grant = None;
        parts.deleted = Some(Deletion { at: now, by });
        Self(parts).advanced(now)
    }

    /// A new integration in the place of this one, which was deleted: under its id, at its
    /// next version.
    #[must_use]
    pub fn revived(&self, draft: IntegrationDraft, now: DateTime<Utc>) -> Self {
        let Self(before) = self;
        let mut revived = Self::create(before.id, before.organisation_id, before.environment_id, draft, now);
        revived.0.version = before.version.next();
        revived
    }

    fn advanced(mut self, now: DateTime<Utc>) -> Self {
        self.0.version = self.0.version.next();
        self.0.updated_at = now;
        self
    }

    /// What may be recorded of it: its members without its secrets.
    #[must_use]
    pub fn summary(&self) -> Map<String, Value> {
        let Self(parts) = self;
        let mut summary = Map::new();
        summary.insert("name".into(), json!(parts.name.as_str()));
        summary.insert("provider".into(), json!(parts.provider.as_str()));
        if let Some(uncatalogued) = &parts.uncatalogued {
            summary.insert("provider_name".into(), json!(uncatalogued.name.as_str()));
        }
        if let Some(identifier) = &parts.identifier {
            summary.insert("identifier".into(), json!(identifier.as_str()));
        }
        if !parts.conditions.is_empty() {
            summary.insert("conditions".into(), json!(parts.conditions.groups().len()));
        }
        summary.insert("kind".into(), json!(parts.kind.as_str()));
        summary.insert("origin".into(), json!(parts.origin.as_str()));
        summary.insert("status".into(), json!(parts.status.as_str()));
        summary.insert("visibility".into(), json!(parts.visibility.as_str()));
        if let Some(agent) = &parts.agent {
            summary.insert("agent".into(), json!(agent.as_str()));
        }
        summary.extend(parts.configuration.summary());
        summary.insert(
            "manifest_url".into(),
            json!(parts.manifest.as_ref().map(|manifest| manifest.url.as_str())),
        );
        summary.insert("has_credentials".into(), json!(parts.credentials.is_some()));
        if let Some(grant) = &parts.grant {
            let account = grant.account.as_ref().map(AccountId::as_str);
            summary.insert("grant".into(), json!({"account": account, "scopes": grant.scopes}));
        }
        summary
    }
}

#[cfg(test)]
mod tests;
