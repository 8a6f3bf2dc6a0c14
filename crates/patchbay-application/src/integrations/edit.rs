//! Changing an integration.

mod change;

use std::mem;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{
    Changes, Clock, Configuration, CredentialVerifier, Credentials, EnvironmentRepository, EventType,
    IdGenerator, Integration, IntegrationEdit, IntegrationId, IntegrationRepository, ManifestFetcher,
    ManifestUrl, OpenConnection, Patch, Permission, Provider, ProviderDirectory, RankingRepository,
    SettingRepository, Status, UnitOfWork, Vault, Verification,
};
use serde_json::{Map, json};

pub use change::{ConfigurationChange, IntegrationChange, ReadMembers, UnreadConfiguration};

use super::create::home;
use super::described::Described;
use super::ranked::Ranked;
use super::ranks::{Step, rank_of, ranked};
use super::requirements::require_complete;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, difference};
use crate::retry::{Attempt, until_current};
use crate::verification::{accepted, ask_soon, verified};
use crate::{AppError, Caller, Disclosed, Entity, Expected, Reveal, disclosure};

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
        let (before, provider) = self.meant(caller, id, &change, expected).await?;
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
        let (rankings, scope) = (&*self.rankings, caller.scope());
        let (changes, rank) = match &after {
            Some(after) => {
                let step = Step { before: Some(&before), after };
                ranked(rankings, scope, changes, step, &provider).await?
            }
            None => (changes, rank_of(rankings, scope, &before, &provider).await?),
        };
        let integration = after.unwrap_or(before);
        let changes = secrets.recorded(changes, &recorder, &integration);
        let outcome = Ranked { shown: Disclosed { integration, secrets }, rank };
        let changes = receipt.keep(changes, &outcome, id, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(outcome)
    }

    /// The integration that is to change, and what is known of what it connects to.
    async fn meant(
        &self,
        caller: &Caller,
        id: IntegrationId,
        change: &IntegrationChange,
        expected: &Expected,
    ) -> Result<(Integration, Arc<Provider>), AppError> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let meant = found.filter(|one| change.reach.takes(one, &*self.providers));
        let before = meant.ok_or(AppError::NotFound(Entity::Integration))?;
        let provider = self.providers.described(&before.parts().provider);
        // What is refused at any version is refused first (RFC 9110 §13.2.1).
        if let Some(named) = &change.provider
            && !named.is_of(&*self.providers, &before)
        {
            return Err(AppError::ProviderFixed);
        }
        expected.require(&before)?;
        Ok((before, provider))
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
fn known(before: &Integration, verification: &Verification) -> Map<String, serde_json::Value> {
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

fn recorded(
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
