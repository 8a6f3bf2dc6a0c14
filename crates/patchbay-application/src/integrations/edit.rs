//! Changing an integration.

use std::sync::Arc;
use std::{fmt, mem};

use chrono::{DateTime, Utc};
use patchbay_domain::{
    AgentId, Changes, Clock, Conditions, Configuration, Configured, CredentialName, CredentialVerifier,
    Credentials, EnvironmentId, EnvironmentRepository, EventType, IdGenerator, Identifier, Integration,
    IntegrationEdit, IntegrationId, IntegrationKind, IntegrationName, IntegrationRepository, ManifestFetcher,
    ManifestUrl, OpenConnection, Patch, Permission, Provider, ProviderDirectory, RankingRepository,
    SentConfiguration, SettingRepository, Status, UnitOfWork, Vault, Verification, Visibility,
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::create::home;
use super::described::Described;
use super::ranked::Ranked;
use super::ranks::{Step, ranked};
use super::requirements::require_complete;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, difference};
use crate::retry::{Attempt, until_current};
use crate::verification::{accepted, ask_soon, verified};
use crate::{AppError, Caller, Disclosed, Entity, Expected, ProviderNamed, Reach, Reveal, disclosure};

/// What becomes of a configuration when another one is sent.
#[derive(Clone, Debug)]
pub enum ConfigurationChange {
    /// What was sent goes in the place of what was there, member by member; see
    /// [`Configured::merged`].
    Merge(SentConfiguration),
    /// What was sent is all that there is, secrets included.
    Replace(SentConfiguration),
    /// What was sent means something only where it is known what the integration connects to.
    Read(UnreadConfiguration),
}

/// Says what members mean that were sent for an integration, of whose provider this is known.
pub type ReadMembers = fn(Map<String, Value>, &Integration, &Provider) -> Result<SentConfiguration, AppError>;

/// Members as they were sent, to be read once it is known of which integration they are. It shows
/// nothing of itself.
#[derive(Clone)]
pub struct UnreadConfiguration {
    /// What was sent.
    pub members: Map<String, Value>,
    /// What that means.
    pub read: ReadMembers,
    /// Which members the API shows, by their names: what was sent goes in the place of all of them,
    /// see [`Configured::replaced`]. Without, it is merged.
    pub shows: Option<fn(&Provider, &str) -> bool>,
}

impl fmt::Debug for UnreadConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnreadConfiguration([REDACTED])")
    }
}

impl ConfigurationChange {
    /// What becomes of the configuration of `before` and of its opened secrets.
    fn applied_to(
        self,
        before: &Integration,
        credentials: Credentials,
        provider: &Provider,
    ) -> Result<Configured, AppError> {
        let configured = Configured { configuration: before.parts().configuration.clone(), credentials };
        let after = match self {
            Self::Merge(sent) => configured.merged(sent, provider),
            Self::Replace(sent) => Configured::of(sent, provider),
            Self::Read(UnreadConfiguration { members, read, shows }) => {
                let sent = read(members, before, provider)?;
                match shows {
                    Some(shows) => configured.replaced(sent, provider, |member| shows(provider, member)),
                    None => configured.merged(sent, provider),
                }
            }
        };
        Ok(after?)
    }
}

/// A partial change of an integration: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IntegrationChange {
    /// Which integrations the API speaks of.
    pub reach: Reach,
    /// A new name.
    pub name: Option<IntegrationName>,
    /// What programs know it by from now on.
    pub identifier: Option<Identifier>,
    /// The environment that it lives in from now on.
    pub environment: Option<EnvironmentId>,
    /// What it is said to connect to. That never changes: said otherwise, nothing does.
    pub provider: Option<ProviderNamed>,
    /// A new kind.
    pub kind: Option<IntegrationKind>,
    /// A new status.
    pub status: Option<Status>,
    /// A new place for its manifest. What was read at the old one no longer counts; what is
    /// no http(s) URL is not fetched.
    pub manifest_url: Option<ManifestUrl>,
    /// Whom it is for from now on.
    pub visibility: Option<Visibility>,
    /// The agent that it is linked to.
    pub agent: Patch<AgentId>,
    /// What it is configured with.
    pub configuration: Option<ConfigurationChange>,
    /// When it is the one to use from now on.
    pub conditions: Option<Conditions>,
    /// Whether its provider is asked first, and has to take it.
    pub is_verified_first: bool,
    /// The dialect whose requirements it has to meet if it is in use afterwards, where its status
    /// or its configuration is sent.
    pub required_on: Option<&'static str>,
    /// New secrets by name; an empty one takes the secret away, and the mask of the stored
    /// one leaves it as it is.
    pub credentials: Vec<(CredentialName, SecretString)>,
}

/// Changes an integration.
pub struct EditIntegration {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Says which settings it has.
    pub settings: Arc<dyn SettingRepository>,
    /// Knows the environments.
    pub environments: Arc<dyn EnvironmentRepository>,
    /// Knows in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Asks its provider.
    pub verifier: Arc<dyn CredentialVerifier>,
    /// Reads a new manifest.
    pub fetcher: Arc<dyn ManifestFetcher>,
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens and seals its secrets.
    pub vault: Arc<dyn Vault>,
    /// Dates the change.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl EditIntegration {
    /// Applies the change to the newest version and shows the outcome, secrets as `reveal` says:
    /// where that masks them, a mask that comes back leaves its secret as it is. A change to what
    /// is already so saves nothing. A manifest at a new place is read first, where that is possible.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration,
    /// [`AppError::OtherEnvironment`] when the caller cannot send it where it is to go,
    /// [`AppError::ProviderFixed`] when it connects to something else than is said,
    /// [`AppError::PreconditionFailed`] when it is at another version than expected,
    /// [`AppError::Configuration`] when it cannot be configured so, and what reading that says,
    /// [`AppError::Incomplete`] when it lacks what it needs before it is in use,
    /// [`AppError::NotVerified`] when its provider was to be asked first and does not take it,
    /// [`AppError::NotAnswered`] when that does not answer,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        change: IntegrationChange,
        expected: &Expected,
        reveal: Reveal,
        receipt: &ReceiptFor<Ranked>,
    ) -> Result<Ranked, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        if change.environment.is_some() {
            home(&*self.environments, caller, change.environment).await?;
        }
        let described = self.described(caller, id, change.manifest_url.as_ref()).await?;
        let described = described.as_ref();
        let attempt = || self.attempt(caller, id, change.clone(), (described, expected), reveal, receipt);
        until_current(attempt).await
    }

    /// What is at the new place of the manifest, if it has one.
    async fn described(
        &self,
        caller: &Caller,
        id: IntegrationId,
        url: Option<&ManifestUrl>,
    ) -> Result<Option<Described>, AppError> {
        let Some(url) = url else { return Ok(None) };
        let found = self.integrations.find(caller.scope(), id).await?;
        let present = found.ok_or(AppError::NotFound(Entity::Integration))?;
        if !is_elsewhere(&present, url) {
            return Ok(Some(Described { url: url.clone(), document: None }));
        }
        Ok(Some(Described::if_possible(&*self.fetcher, url.clone()).await))
    }

    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        mut change: IntegrationChange,
        (described, expected): (Option<&Described>, &Expected),
        reveal: Reveal,
        receipt: &ReceiptFor<Ranked>,
    ) -> Result<Ranked, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let meant = found.filter(|one| change.reach.takes(one, &*self.providers));
        let before = meant.ok_or(AppError::NotFound(Entity::Integration))?;
        let provider = self.providers.described(&before.parts().provider);
        // What is refused at any version is refused first (RFC 9110 §13.2.1).
        if let Some(named) = &change.provider
            && !named.is_of(&*self.providers, &before)
        {
            return Err(AppError::ProviderFixed.into());
        }
        expected.require(&before)?;
        let is_judged = change.status.is_some() || change.configuration.is_some();
        let (configured, credentials) = self.configured(&before, &provider, &mut change, reveal)?;
        let intended = Intended::of(&before, &change, &configured, &credentials);
        if let Some(dialect) = change.required_on.filter(|_| is_judged && intended.is_active) {
            require_complete(&provider, (intended.configuration, &credentials), dialect)?;
        }
        let verification = self.accepted(&before, &provider, &change, intended).await?;
        let new_secrets = !configured.credentials.is_keep();
        let described = described.filter(|described| is_elsewhere(&before, &described.url));
        let kind = || described.and_then(|described| described.kind_beside(&before.parts().kind));
        let edit = IntegrationEdit {
            name: change.name,
            identifier: change.identifier,
            environment: change.environment,
            conditions: change.conditions,
            facts: verification.as_ref().map(|verification| known(&before, verification)),
            kind: change.kind.or_else(kind),
            status: change.status,
            visibility: change.visibility,
            agent: change.agent,
            manifest: described.map(Described::manifest),
            ..configured
        };
        let now = self.clock.now();
        let after = before.edited(edit, now);

        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let secrets = reveal.show(caller, credentials);
        let changes = match &after {
            Some(after) => {
                let changes = recorded(&recorder, &before, after, new_secrets);
                let changes = match &verification {
                    Some(verification) => verified(changes, after, verification, now),
                    None => asking(changes, (&before, after), &provider, now),
                };
                self.with_manifest(changes, after, described, &recorder).await?
            }
            None => Changes::new(),
        };
        let step = Step { before: Some(&before), after: after.as_ref().unwrap_or(&before) };
        let (changes, rank) = ranked(&*self.rankings, caller.scope(), changes, step, &provider).await?;
        let integration = after.unwrap_or(before);
        let changes = secrets.recorded(changes, &recorder, &integration);
        let outcome = Ranked { shown: Disclosed { integration, secrets }, rank };
        let changes = receipt.keep(changes, &outcome, id, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(outcome)
    }

    /// What the provider says of what is intended, where it is to be asked first.
    async fn accepted(
        &self,
        before: &Integration,
        provider: &Provider,
        change: &IntegrationChange,
        intended: Intended<'_>,
    ) -> Result<Option<Verification>, AppError> {
        if !change.is_verified_first || !provider.is_verifiable {
            return Ok(None);
        }
        let connection = OpenConnection {
            configuration: intended.configuration.clone(),
            credentials: intended.credentials.clone(),
            ..disclosure::open_connection(&*self.vault, before)?
        };
        accepted(&*self.verifier, &connection).await.map(Some)
    }

    /// What `change` makes of the configuration and the secrets, which it takes out of it, and
    /// the secrets themselves. None are opened that neither change nor are shown.
    fn configured(
        &self,
        before: &Integration,
        provider: &Provider,
        change: &mut IntegrationChange,
        reveal: Reveal,
    ) -> Result<(IntegrationEdit, Credentials), AppError> {
        let (configuration, sent) = (change.configuration.take(), mem::take(&mut change.credentials));
        let is_judged = change.required_on.is_some() || change.is_verified_first;
        if reveal == Reveal::Never && configuration.is_none() && sent.is_empty() && !is_judged {
            return Ok((IntegrationEdit::default(), Credentials::default()));
        }
        let opened = disclosure::open(&*self.vault, before)?;
        let (configuration, mut credentials) = match configuration {
            None => (None, opened.clone()),
            Some(configuration) => {
                let after = configuration.applied_to(before, opened.clone(), provider)?;
                (Some(after.configuration), after.credentials)
            }
        };
        for (name, secret) in sent {
            credentials.write_back(name, secret, reveal.mask());
        }
        let sealed =
            if credentials.is_same_as(&opened) { Patch::Keep } else { self.seal(&credentials, before)? };
        let edit = IntegrationEdit { configuration, credentials: sealed, ..IntegrationEdit::default() };
        Ok((edit, credentials))
    }

    /// Adds what a manifest at a new place brings.
    async fn with_manifest(
        &self,
        changes: Changes,
        of: &Integration,
        described: Option<&Described>,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, AppError> {
        let Some(described) = described else { return Ok(changes) };
        let present = match described.document {
            Some(_) => self.settings.list(recorder.caller.scope(), of.id()).await?,
            None => Vec::new(),
        };
        described.kept(changes, of, &present, &*self.vault, recorder)
    }

    fn seal(
        &self,
        credentials: &Credentials,
        of: &Integration,
    ) -> Result<Patch<patchbay_domain::Sealed>, AppError> {
        let sealed = credentials.seal(&*self.vault, &disclosure::place(of))?;
        Ok(sealed.map_or(Patch::Remove, Patch::Set))
    }
}

/// What an integration is to be like, as far as it has to be judged.
#[derive(Clone, Copy)]
struct Intended<'a> {
    is_active: bool,
    configuration: &'a Configuration,
    credentials: &'a Credentials,
}

impl<'a> Intended<'a> {
    fn of(
        before: &'a Integration,
        change: &IntegrationChange,
        edit: &'a IntegrationEdit,
        credentials: &'a Credentials,
    ) -> Self {
        Self {
            is_active: change.status.unwrap_or(before.parts().status) == Status::Active,
            configuration: edit.configuration.as_ref().unwrap_or(&before.parts().configuration),
            credentials,
        }
    }
}

/// What the provider says now joins what it said before.
fn known(before: &Integration, verification: &Verification) -> Map<String, Value> {
    let mut facts = before.parts().facts.clone();
    facts.extend(verification.facts.clone());
    facts
}

/// Adds that the provider is asked again, if it is to say something of another connection.
pub(super) fn asking(
    changes: Changes,
    (before, after): (&Integration, &Integration),
    provider: &Provider,
    now: DateTime<Utc>,
) -> Changes {
    let (old, new) = (before.parts(), after.parts());
    let is_resumed = old.status != new.status && new.status == Status::Active;
    if is_resumed || old.configuration != new.configuration || old.credentials != new.credentials {
        return ask_soon(changes, after, provider, now);
    }
    changes
}

/// Whether `url` is another place than that of the integration's manifest.
fn is_elsewhere(integration: &Integration, url: &ManifestUrl) -> bool {
    integration.manifest().is_none_or(|manifest| manifest.url != *url)
}

pub(super) fn recorded(
    recorder: &Recorder<'_>,
    before: &Integration,
    after: &Integration,
    new_secrets: bool,
) -> Changes {
    let mut digest = difference(&before.summary(), &after.summary());
    let left = before.parts().environment_id;
    if left != after.parts().environment_id {
        digest.insert("moved_from".to_owned(), json!(left.to_string()));
    }
    let changes = Changes::new().update(before, after).event(recorder.integration(
        EventType::IntegrationUpdated,
        after,
        digest,
    ));
    if !new_secrets {
        return changes;
    }
    changes.event(recorder.integration(EventType::CredentialChanged, after, Map::new()))
}

#[cfg(test)]
mod tests;
