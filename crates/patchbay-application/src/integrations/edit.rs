//! Changing an integration.

use std::mem;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{
    AgentId, Changes, Clock, Configured, CredentialName, Credentials, EventType, IdGenerator, Integration,
    IntegrationEdit, IntegrationId, IntegrationKind, IntegrationName, IntegrationRepository,
    InvalidConfiguration, ManifestFetcher, ManifestUrl, Patch, Permission, Provider, ProviderDirectory,
    SentConfiguration, SettingRepository, Status, UnitOfWork, Vault, Visibility,
};
use secrecy::SecretString;
use serde_json::Map;

use super::described::Described;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, difference};
use crate::retry::{Attempt, until_current};
use crate::verification::ask_soon;
use crate::{AppError, Caller, Disclosed, Entity, Expected, ProviderNamed, Reveal, disclosure};

/// What becomes of a configuration when another one is sent.
#[derive(Clone, Debug)]
pub enum ConfigurationChange {
    /// What was sent goes in the place of what was there, member by member; see
    /// [`Configured::merged`].
    Merge(SentConfiguration),
    /// What was sent is all that there is, secrets included.
    Replace(SentConfiguration),
}

impl ConfigurationChange {
    /// What becomes of the configuration of `before` and of its opened secrets.
    fn applied_to(
        self,
        before: &Integration,
        credentials: Credentials,
        provider: &Provider,
    ) -> Result<Configured, InvalidConfiguration> {
        match self {
            Self::Merge(sent) => {
                let configuration = before.parts().configuration.clone();
                Configured { configuration, credentials }.merged(sent, provider)
            }
            Self::Replace(sent) => Configured::of(sent, provider),
        }
    }
}

/// A partial change of an integration: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IntegrationChange {
    /// A new name.
    pub name: Option<IntegrationName>,
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
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
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
    /// [`AppError::ProviderFixed`] when it connects to something else than is said,
    /// [`AppError::PreconditionFailed`] when it is at another version than expected,
    /// [`AppError::Configuration`] when it cannot be configured so,
    /// [`AppError::Conflict`] when another integration holds the same under a rule.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        change: IntegrationChange,
        expected: &Expected,
        reveal: Reveal,
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<Disclosed, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
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
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<Disclosed, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let before = found.ok_or(AppError::NotFound(Entity::Integration))?;
        // What is refused at any version is refused first (RFC 9110 §13.2.1).
        if let Some(named) = &change.provider
            && !named.is_of(&*self.providers, &before.parts().provider)
        {
            return Err(AppError::ProviderFixed.into());
        }
        expected.require(&before)?;
        let (configured, credentials) = self.configured(&before, &mut change, reveal)?;
        let new_secrets = !configured.credentials.is_keep();
        let described = described.filter(|described| is_elsewhere(&before, &described.url));
        let kind = || described.and_then(|described| described.kind_beside(&before.parts().kind));
        let edit = IntegrationEdit {
            name: change.name,
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
                let changes = self.asking(changes, &before, after, now);
                self.with_manifest(changes, after, described, &recorder).await?
            }
            None => Changes::new(),
        };
        let integration = after.unwrap_or(before);
        let changes = secrets.recorded(changes, &recorder, &integration);
        let disclosed = Disclosed { integration, secrets };
        let changes = receipt.keep(changes, &disclosed, id, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(disclosed)
    }

    /// Adds that the provider is asked again, if it is to say something of another connection.
    fn asking(
        &self,
        changes: Changes,
        before: &Integration,
        after: &Integration,
        now: DateTime<Utc>,
    ) -> Changes {
        let (old, new) = (before.parts(), after.parts());
        let is_resumed = old.status != new.status && new.status == Status::Active;
        if is_resumed || old.configuration != new.configuration || old.credentials != new.credentials {
            return ask_soon(changes, after, &self.providers.described(&new.provider), now);
        }
        changes
    }

    /// What `change` makes of the configuration and the secrets, which it takes out of it, and
    /// the secrets themselves. None are opened that neither change nor are shown.
    fn configured(
        &self,
        before: &Integration,
        change: &mut IntegrationChange,
        reveal: Reveal,
    ) -> Result<(IntegrationEdit, Credentials), AppError> {
        let (configuration, sent) = (change.configuration.take(), mem::take(&mut change.credentials));
        if reveal == Reveal::Never && configuration.is_none() && sent.is_empty() {
            return Ok((IntegrationEdit::default(), Credentials::default()));
        }
        let opened = disclosure::open(&*self.vault, before)?;
        let (configuration, mut credentials) = match configuration {
            None => (None, opened.clone()),
            Some(configuration) => {
                let provider = self.providers.described(&before.parts().provider);
                let after = configuration.applied_to(before, opened.clone(), &provider)?;
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
    let digest = difference(&before.summary(), &after.summary());
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
