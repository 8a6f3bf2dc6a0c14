//! Adding an integration.

use std::sync::Arc;

use patchbay_domain::{
    AgentId, Changes, Clock, Conditions, Configured, CredentialVerifier, Credentials, EnvironmentId,
    EnvironmentRepository, EventType, IdGenerator, Identifier, Integration, IntegrationDraft, IntegrationId,
    IntegrationKind, IntegrationName, ManifestDocument, ManifestFetcher, ManifestUrl, OpenConnection,
    Permission, Provider, ProviderDirectory, ProviderId, Rank, RankingRepository, SecretPlace,
    SentConfiguration, Status, Uncatalogued, UniqueRules, UnitOfWork, Vault, Verification, Visibility,
};

use super::described::Described;
use super::ranks::{Step, ranked};
use super::requirements::require_complete;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, made};
use crate::retry::{Attempt, until_current};
use crate::verification::{accepted, ask_soon, verified};
use crate::{AppError, Caller, Disclosed, Entity, Reveal};

/// What programs are to know a new integration by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NewIdentifier {
    /// Nobody says.
    #[default]
    None,
    /// Just this.
    Given(Identifier),
    /// This word, and what its id makes of it; see [`Identifier::made_of`].
    MadeOf(String),
}

impl NewIdentifier {
    fn of(&self, id: IntegrationId) -> Option<Identifier> {
        match self {
            Self::None => None,
            Self::Given(identifier) => Some(identifier.clone()),
            Self::MadeOf(word) => Some(Identifier::made_of(word, id)),
        }
    }
}

/// What a caller chooses of a new integration.
#[derive(Debug)]
pub struct NewIntegration {
    /// What it connects to.
    pub provider: ProviderId,
    /// What that is when the catalogue does not know it.
    pub uncatalogued: Option<Uncatalogued>,
    /// The environment that it is to live in; none is that which the caller is at home in.
    pub environment: Option<EnvironmentId>,
    /// What it is called.
    pub name: IntegrationName,
    /// What programs know it by.
    pub identifier: NewIdentifier,
    /// What it is for; where nothing is said, its manifest may say it.
    pub kind: IntegrationKind,
    /// Whether it is in use at once; its manifest may say otherwise.
    pub status: Status,
    /// Whom it is for.
    pub visibility: Visibility,
    /// The agent that it is linked to.
    pub agent: Option<AgentId>,
    /// What it is configured with, secrets and all.
    pub configuration: SentConfiguration,
    /// Where its manifest is, when it has one. What is no http(s) URL is not fetched.
    pub manifest_url: Option<ManifestUrl>,
    /// Whether its provider is asked first, and has to take it.
    pub is_verified_first: bool,
    /// The dialect whose requirements it has to meet before it is in use, if that is so.
    pub required_on: Option<&'static str>,
    /// Its secrets beside those of the configuration.
    pub credentials: Credentials,
    /// When it is the one to use.
    pub conditions: Conditions,
    /// The rules of uniqueness of the API that it is made through.
    pub unique_rules: UniqueRules,
}

impl NewIntegration {
    /// A connection to `provider` of which nothing else is said: in use, private, without
    /// configuration, secrets or rules.
    #[must_use]
    pub fn new(provider: ProviderId, name: IntegrationName) -> Self {
        Self {
            provider,
            uncatalogued: None,
            environment: None,
            name,
            identifier: NewIdentifier::None,
            kind: IntegrationKind::none(),
            status: Status::Active,
            visibility: Visibility::Private,
            agent: None,
            configuration: SentConfiguration::default(),
            manifest_url: None,
            is_verified_first: false,
            required_on: None,
            credentials: Credentials::default(),
            conditions: Conditions::none(),
            unique_rules: UniqueRules::default(),
        }
    }
}

/// An integration that was just made.
#[derive(Debug)]
pub struct Created {
    /// The integration, and its secrets as the caller may see them.
    pub shown: Disclosed,
    /// What was read at its manifest's address, if anything.
    pub document: Option<ManifestDocument>,
    /// Where it stands among those of its channel.
    pub rank: Rank,
}

/// Adds an integration to an environment.
#[derive(Clone)]
pub struct CreateIntegration {
    /// Knows the environments.
    pub environments: Arc<dyn EnvironmentRepository>,
    /// Knows in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Asks its provider.
    pub verifier: Arc<dyn CredentialVerifier>,
    /// Reads its manifest.
    pub fetcher: Arc<dyn ManifestFetcher>,
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals its secrets.
    pub vault: Arc<dyn Vault>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl CreateIntegration {
    /// Adds the integration and shows it. Its manifest is read where that is possible, and
    /// then says whether it is active, what its app is called and what can be set, with
    /// values to begin with.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::OtherEnvironment`] and [`AppError::NotFound`] when it cannot live where it is to,
    /// [`AppError::Configuration`] when it cannot be configured so,
    /// [`AppError::Incomplete`] when it lacks what it needs before it is in use,
    /// [`AppError::NotVerified`] when its provider was to be asked first and does not take it,
    /// [`AppError::NotAnswered`] when that does not answer,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewIntegration,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let environment = home(&*self.environments, caller, new.environment).await?;
        let provider = self.providers.described(&new.provider);
        let configured = Configured::of(new.configuration, &provider)?;
        let mut credentials = configured.credentials;
        credentials.extend(new.credentials);
        if let Some(dialect) = new.required_on.filter(|_| new.status == Status::Active) {
            require_complete(&provider, (&configured.configuration, &credentials), dialect)?;
        }
        let described = match new.manifest_url {
            Some(url) => Some(Described::if_possible(&*self.fetcher, url).await),
            None => None,
        };
        let draft = IntegrationDraft {
            kind: new.kind,
            status: new.status,
            visibility: new.visibility,
            agent: new.agent,
            configuration: configured.configuration,
            conditions: new.conditions,
            uncatalogued: new.uncatalogued,
            unique_rules: new.unique_rules,
            ..IntegrationDraft::new(new.provider, new.name)
        };
        let identifier = new.identifier;
        let mut made =
            Made { environment, identifier, provider, draft, credentials, described, verification: None };
        if new.is_verified_first && made.provider.is_verifiable {
            made.verification = Some(accepted(&*self.verifier, &made.connection()).await?);
        }
        self.save(caller, made, reveal, receipt).await
    }

    /// Saves what is made of an integration, once all is known.
    pub(super) async fn save(
        &self,
        caller: &Caller,
        made_of: Made,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        let id = IntegrationId::from_uuid(self.ids.uuid());
        until_current(|| self.attempt(caller, id, &made_of, reveal, receipt)).await
    }

    /// What is new meets no newer version but that of the order in which it is used.
    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        made_of: &Made,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, Attempt> {
        let Made { provider, credentials, described, verification, .. } = made_of;
        let draft = made_of.drafted(caller, id, &*self.vault)?;
        let now = self.clock.now();
        let integration = Integration::create(id, caller.organisation(), made_of.environment, draft, now);
        let secrets = reveal.show(caller, credentials.clone());

        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let created =
            recorder.integration(EventType::IntegrationCreated, &integration, made(integration.summary()));
        let changes = Changes::new().insert(&integration).event(created);
        let changes = match verification {
            Some(verification) => verified(changes, &integration, verification, now),
            None => ask_soon(changes, &integration, provider, now),
        };
        let step = Step { before: None, after: &integration };
        let (mut changes, rank) = ranked(&*self.rankings, caller.scope(), changes, step, provider).await?;
        if let Some(described) = described.as_ref().filter(|described| described.document.is_some()) {
            changes = described.kept(changes, &integration, &[], &*self.vault, &recorder)?;
        }
        let changes = secrets.recorded(changes, &recorder, &integration);
        let document = described.as_ref().and_then(|described| described.document.clone());
        let created = Created { shown: Disclosed { integration, secrets }, document, rank };
        let changes = receipt.keep(changes, &created, id, &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(created)
    }
}

/// The environment that something goes to.
pub(super) async fn home(
    environments: &dyn EnvironmentRepository,
    caller: &Caller,
    named: Option<EnvironmentId>,
) -> Result<EnvironmentId, AppError> {
    let environment = caller.environment(named)?;
    if environment != caller.home() {
        let found = environments.find(caller.scope(), environment).await?;
        found.ok_or(AppError::NotFound(Entity::Environment))?;
    }
    Ok(environment)
}

/// What an integration is made of, once all is known.
pub(super) struct Made {
    pub environment: EnvironmentId,
    pub identifier: NewIdentifier,
    pub provider: Arc<Provider>,
    pub draft: IntegrationDraft,
    pub credentials: Credentials,
    pub described: Option<Described>,
    pub verification: Option<Verification>,
}

impl Made {
    /// It as its provider is asked about it.
    fn connection(&self) -> OpenConnection {
        OpenConnection {
            configuration: self.draft.configuration.clone(),
            facts: self.draft.facts.clone(),
            credentials: self.credentials.clone(),
            ..OpenConnection::bare(self.draft.provider.clone())
        }
    }

    /// It as it is kept under `id`.
    fn drafted(
        &self,
        caller: &Caller,
        id: IntegrationId,
        vault: &dyn Vault,
    ) -> Result<IntegrationDraft, AppError> {
        let Self { draft, described, verification, .. } = self;
        let document = described.as_ref().and_then(|described| described.document.as_ref());
        let kind = described.as_ref().and_then(|described| described.kind_beside(&draft.kind));
        let place = SecretPlace::credentials(caller.organisation(), id);
        Ok(IntegrationDraft {
            identifier: self.identifier.of(id),
            kind: kind.unwrap_or_else(|| draft.kind.clone()),
            status: document.and_then(|document| document.is_active).map_or(draft.status, Status::of_switch),
            manifest: described.as_ref().map(Described::manifest),
            credentials: self.credentials.seal(vault, &place)?,
            facts: verification.as_ref().map_or(&draft.facts, |verification| &verification.facts).clone(),
            ..draft.clone()
        })
    }
}

#[cfg(test)]
mod tests;
