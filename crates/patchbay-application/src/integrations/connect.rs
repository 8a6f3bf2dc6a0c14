//! Connecting a provider by what it handed out for an exchange.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::channel::oneshot;
use patchbay_domain::{
    AuthorizationCode, Changes, Clock, EventType, Granted, IdGenerator, Integration, IntegrationDraft,
    IntegrationId, IntegrationName, IntegrationRepository, Lease, LeaseKey, Manifest, OAuthExchanger,
    OpenConnection, Origin, Permission, ProviderId, RankingRepository, UniqueKey, UniqueRule, UnitOfWork,
    Vault, Verification, VerificationClass,
};
use secrecy::SecretString;
use serde_json::Map;

use super::ranks::{Step, ranked};
use super::{RevokeGrants, SystemApp};
use crate::idempotency::ReceiptFor;
use crate::oauth::{Granting, later};
use crate::record::{Recorder, made};
use crate::retry::{Attempt, until_current};
use crate::verification::verified;
use crate::{AppError, Background, Caller, Conflict, Disclosed, Reveal};

/// A connection that a caller wants made.
#[derive(Debug)]
pub struct NewConnection {
    /// The provider.
    pub provider: ProviderId,
    /// What the integration is called when there is none yet.
    pub name: IntegrationName,
    /// The one-time code that the provider handed out.
    pub code: SecretString,
    /// Whether the connection that is there already gives way.
    pub replace: bool,
}

/// Connects a provider by a one-time code: one connection for each environment.
#[derive(Clone)]
pub struct ConnectProvider {
    /// Finds the connection that is there already.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Asks the provider.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Keeps what it gives.
    pub granting: Granting,
    /// Ends what a replaced connection had.
    pub revoke: RevokeGrants,
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Seals what is kept of the request.
    pub vault: Arc<dyn Vault>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
    /// Finishes an exchange whose caller left.
    pub background: Arc<dyn Background>,
    /// What the installation offers to everyone.
    pub system_apps: Arc<[SystemApp]>,
    /// Knows in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// How long one connecting keeps others out when it is killed: longer than it may take.
    pub lease: Duration,
}

impl ConnectProvider {
    /// Exchanges the code and keeps what the provider gave, as an integration that belongs to
    /// the system: a new one, or the one that is replaced under its id. The answer shows the
    /// tokens in full, for this is the only time that their owner gets them.
    ///
    /// One connecting at a time: whoever comes second, and whoever comes to a connection that
    /// is there and not to be replaced, is refused before the code is spent. An exchange that
    /// has begun is finished and kept even when the caller is gone. A request that is to have its
    /// effect once is known as begun before the code is spent: it is not begun again when its
    /// process ends before its answer.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::OauthExchange`],
    /// [`AppError::Conflict`] when there is a connection already, one is just being made, or
    /// another integration has the account, [`AppError::Exchange`] when the provider gave
    /// nothing.
    pub async fn run(
        &self,
        caller: &Caller,
        new: NewConnection,
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<Disclosed, AppError> {
        caller.require(Permission::OauthExchange)?;
        let (answer, answered) = oneshot::channel();
        let (connect, caller, receipt) = (self.clone(), *caller, receipt.clone());
        self.background.run(Box::pin(async move {
            let outcome = connect.alone(&caller, &new, &receipt).await;
            if answer.send(outcome).is_err() {
                tracing::info!(provider = %new.provider, "a caller left while its connection was made");
            }
        }));
        answered.await.unwrap_or_else(|gone| Err(AppError::Internal(gone.into())))
    }

    /// Connects while nobody else does.
    async fn alone(
        &self,
        caller: &Caller,
        new: &NewConnection,
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<Disclosed, AppError> {
        let now = self.clock.now();
        let lease = Lease {
            key: LeaseKey::connect(caller.home(), &new.provider),
            holder: self.ids.uuid(),
            until: later(now, self.lease).unwrap_or(now),
        };
        let taken = receipt.start(Changes::new().take(&lease, now), &*self.vault)?;
        self.work.commit(caller.scope(), taken).await?;
        receipt.started();
        let outcome = self.connect(caller, new, &lease, receipt).await;
        if outcome.is_err() {
            let given_back = receipt.forget(Changes::new().release(&lease));
            let released = self.work.commit(caller.scope(), given_back).await;
            if let Err(error) = released {
                tracing::warn!(%error, "a lease was not given back and ends by itself");
            }
        }
        outcome
    }

    async fn connect(
        &self,
        caller: &Caller,
        new: &NewConnection,
        lease: &Lease,
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<Disclosed, AppError> {
        self.present(caller, new).await?;
        let code = AuthorizationCode { code: new.code.clone(), redirect_uri: None, verifier: None };
        let granted = self.exchanger.exchange(&OpenConnection::bare(new.provider.clone()), &code).await?;
        let save = || self.save(caller, new, &granted, lease, receipt);
        let (before, connected) = until_current(save).await?;
        if let Some(before) = before {
            self.revoke.replaced(&before, &granted.tokens);
        }
        Ok(connected)
    }

    /// The connection that is there already, where it may be replaced.
    async fn present(&self, caller: &Caller, new: &NewConnection) -> Result<Option<Integration>, AppError> {
        let key = UniqueKey::connection(caller.home(), &new.provider);
        match self.integrations.find_holder(caller.scope(), &key).await? {
            Some(_) if !new.replace => Err(Conflict::Taken(key.rule).into()),
            found => Ok(found),
        }
    }

    /// Saves the connection and gives the lease back, all in one. Answers what was replaced
    /// and what is there now.
    async fn save(
        &self,
        caller: &Caller,
        new: &NewConnection,
        granted: &Granted,
        lease: &Lease,
        receipt: &ReceiptFor<Disclosed>,
    ) -> Result<(Option<Integration>, Disclosed), Attempt> {
        let now = self.clock.now();
        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let before = self.present(caller, new).await?;
        let (integration, changes) = match &before {
            Some(before) => {
                let (after, changes) = self.granting.renewed(&recorder, before, granted)?;
                let changes = accepted(changes, &after, now);
                (after, changes)
            }
            None => self.made(&recorder, new, granted).await?,
        };
        let provider = self.granting.providers.described(&new.provider);
        let step = Step { before: before.as_ref(), after: &integration };
        let (changes, _) = ranked(&*self.rankings, caller.scope(), changes, step, &provider).await?;
        let changes = self.granting.planned(caller.scope(), changes, &integration, granted).await?;
        let revealed = recorder.integration(EventType::CredentialRevealed, &integration, Map::new());
        let secrets = Reveal::Echo.show(caller, granted.tokens.clone());
        let connected = Disclosed { integration, secrets };
        let about = connected.integration.id();
        let changes =
            receipt.keep(changes.event(revealed).release(lease), &connected, about, &*self.vault)?;
        self.work.commit(caller.scope(), changes).await?;
        Ok((before, connected))
    }

    /// A new integration: the app that the installation offers, when it offers one for this
    /// provider.
    async fn made(
        &self,
        recorder: &Recorder<'_>,
        new: &NewConnection,
        granted: &Granted,
    ) -> Result<(Integration, Changes), Attempt> {
        let (caller, now) = (recorder.caller, recorder.at);
        let app = self.system_apps.iter().find(|app| app.provider == new.provider);
        let id = app.map_or_else(|| IntegrationId::from_uuid(self.ids.uuid()), |app| app.id_for(caller));
        let name = app.map_or_else(|| new.name.clone(), |app| app.name.clone());
        let draft = IntegrationDraft {
            origin: Origin::System,
            manifest: app.map(|app| Manifest { url: app.manifest_url.clone(), app: Some(app.app.clone()) }),
            grant: Some(self.granting.sealed((caller.organisation(), id), granted, caller.actor(), now)?),
            facts: granted.facts.clone(),
            unique_rules: [UniqueRule::Connection, UniqueRule::Account].into_iter().collect(),
            ..IntegrationDraft::new(new.provider.clone(), name)
        };
        let deleted = match app {
            Some(_) => self.integrations.find_deleted(caller.scope(), id).await?,
            None => None,
        };
        let (integration, changes) = if let Some(deleted) = deleted {
            let integration = deleted.revived(draft, now);
            let changes = Changes::new().revive(&integration);
            (integration, changes)
        } else {
            let integration = Integration::create(id, caller.organisation(), caller.home(), draft, now);
            let changes = Changes::new().insert(&integration);
            (integration, changes)
        };
        let summary = made(integration.summary());
        let created = recorder.integration(EventType::IntegrationCreated, &integration, summary);
        let changes = accepted(changes.event(created), &integration, now);
        Ok((integration, changes))
    }
}

/// A provider that has just granted something takes what it granted.
fn accepted(changes: Changes, of: &Integration, now: DateTime<Utc>) -> Changes {
    verified(changes, of, &Verification::of(VerificationClass::Ok), now)
}

#[cfg(test)]
mod tests;
