//! Adding an integration.

use std::sync::Arc;

use patchbay_domain::{
    AgentId, Changes, Clock, Configured, CredentialVerifier, Credentials, EventType, HealthState,
    IdGenerator, Integration, IntegrationDraft, IntegrationId, IntegrationKind, IntegrationName,
    ManifestDocument, ManifestFetcher, ManifestUrl, OpenConnection, Permission, Provider, ProviderDirectory,
    ProviderId, SecretPlace, SentConfiguration, Status, UniqueRules, UnitOfWork, Vault, Verification,
    Visibility,
};

use super::described::Described;

use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, made};
use crate::verification::{ask_soon, verified};
use crate::{AppError, Caller, Disclosed, Reveal};

/// What a caller chooses of a new integration.
#[derive(Debug)]
pub struct NewIntegration {
    /// What it connects to.
    pub provider: ProviderId,
    /// What it is called.
    pub name: IntegrationName,
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
    /// Its secrets beside those of the configuration.
    pub credentials: Credentials,
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
            name,
            kind: IntegrationKind::none(),
            status: Status::Active,
            visibility: Visibility::Private,
            agent: None,
            configuration: SentConfiguration::default(),
            manifest_url: None,
            is_verified_first: false,
            credentials: Credentials::default(),
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
}

/// Adds an integration to the caller's environment.
#[derive(Clone)]
pub struct CreateIntegration {
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
    /// [`AppError::Configuration`] when it cannot be configured so,
    /// [`AppError::NotVerified`] when its provider was to be asked first and does not take it,
    /// [`AppError::Unavailable`] when that does not answer,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewIntegration,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let provider = self.providers.described(&new.provider);
        let configured = Configured::of(new.configuration, &provider)?;
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
            unique_rules: new.unique_rules,
            ..IntegrationDraft::new(new.provider, new.name)
        };
        let mut credentials = configured.credentials;
        credentials.extend(new.credentials);
        let mut made = Made { provider, draft, credentials, described, verification: None };
        if new.is_verified_first && made.provider.is_verifiable {
            made.verification = Some(self.accepted(&made).await?);
        }
        self.save(caller, made, reveal, receipt).await
    }

    /// What the provider says of it, unless it does not take it.
    async fn accepted(&self, made: &Made) -> Result<Verification, AppError> {
        let connection = OpenConnection {
            configuration: made.draft.configuration.clone(),
            facts: made.draft.facts.clone(),
            credentials: made.credentials.clone(),
            ..OpenConnection::bare(made.draft.provider.clone())
        };
        let verification = self.verifier.verify(&connection).await;
        match verification.class.state() {
            None => Err(AppError::Unavailable("the provider does not answer".into())),
            Some(HealthState::Broken) => Err(AppError::NotVerified(verification.class)),
            Some(_) => Ok(verification),
        }
    }

    /// Saves what is made of an integration, once all is known.
    pub(super) async fn save(
        &self,
        caller: &Caller,
        made_of: Made,
        reveal: Reveal,
        receipt: &ReceiptFor<Created>,
    ) -> Result<Created, AppError> {
        let Made { provider, draft, credentials, described, verification } = made_of;
        let id = IntegrationId::from_uuid(self.ids.uuid());
        let place = SecretPlace::credentials(caller.organisation(), id);
        let document = described.as_ref().and_then(|described| described.document.as_ref());
        let draft = IntegrationDraft {
            kind: described
                .as_ref()
                .and_then(|described| described.kind_beside(&draft.kind))
                .unwrap_or(draft.kind),
            status: document.and_then(|document| document.is_active).map_or(draft.status, Status::of_switch),
            manifest: described.as_ref().map(Described::manifest),
            credentials: credentials.seal(&*self.vault, &place)?,
            facts: verification.as_ref().map_or(draft.facts, |verification| verification.facts.clone()),
            ..draft
        };
        let now = self.clock.now();
        let integration = Integration::create(id, caller.organisation(), caller.home(), draft, now);
        let secrets = reveal.show(caller, credentials);

        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let created =
            recorder.integration(EventType::IntegrationCreated, &integration, made(integration.summary()));
        let mut changes = Changes::new().insert(&integration).event(created);
        changes = match &verification {
            Some(verification) => verified(changes, &integration, verification, now),
            None => ask_soon(changes, &integration, &provider, now),
        };
        if let Some(described) = described.as_ref().filter(|described| described.document.is_some()) {
            changes = described.kept(changes, &integration, &[], &*self.vault, &recorder)?;
        }
        let changes = secrets.recorded(changes, &recorder, &integration);
        let document = described.and_then(|described| described.document);
        let created = Created { shown: Disclosed { integration, secrets }, document };
        let changes = receipt.keep(changes, &created, id, &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok(created)
    }
}

/// What an integration is made of, once all is known.
pub(super) struct Made {
    pub provider: Arc<Provider>,
    pub draft: IntegrationDraft,
    pub credentials: Credentials,
    pub described: Option<Described>,
    pub verification: Option<Verification>,
}

#[cfg(test)]
mod tests;
