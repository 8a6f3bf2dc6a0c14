//! Taking a person back from a provider.

use std::error::Error;
use std::sync::Arc;

use futures::channel::oneshot;
use patchbay_domain::{
    Authorization, AuthorizationCode, AuthorizationDirectory, AuthorizationWrite, Changes, Clock, EventType,
    ExchangeError, Granted, Health, IdGenerator, Integration, IntegrationId, IntegrationRepository,
    OAuthExchanger, OneTimeSecrets, OrganisationDirectory, ProviderId, RepositoryError, UnitOfWork, Vault,
};
use secrecy::SecretString;
use serde_json::{Map, json};

use super::start::verifier;
use super::{BrowserName, Granting};
use crate::idempotency::ReceiptFor;
use crate::integrations::RevokeGrants;
use crate::record::{Recorder, made};
use crate::retry::{Attempt, until_current};
use crate::verification::{VerifyIntegration, soon};
use crate::{AppError, Background, Caller, Entity, disclosure};

/// What a browser brings back from a provider.
pub struct Returned {
    /// The provider that it says it comes from.
    pub provider: ProviderId,
    /// The parameter `state`.
    pub state: SecretString,
    /// What it has kept.
    pub cookie: SecretString,
    /// All parameters, in their order; a code among them.
    pub parameters: Vec<(String, String)>,
}

/// What came of an authorization.
#[derive(Debug)]
pub struct Finished {
    /// What was to be connected.
    pub integration: IntegrationId,
    /// Where the person goes now; a page of the service's own where nothing is said.
    pub return_to: Option<String>,
    /// Whether it is connected, or why not.
    pub outcome: Result<(), ExchangeError>,
}

/// Exchanges what a person brings back, and keeps what the provider gives for it.
#[derive(Clone)]
pub struct FinishAuthorization {
    /// Finds the authorization.
    pub authorizations: Arc<dyn AuthorizationDirectory>,
    /// Knows the organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Asks the provider.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Keeps what it gives.
    pub granting: Granting,
    /// Ends what is not kept.
    pub revoke: RevokeGrants,
    /// Asks whether it works.
    pub verify: VerifyIntegration,
    /// Saves.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens what the provider is asked with.
    pub vault: Arc<dyn Vault>,
    /// Knows the browser again.
    pub secrets: Arc<dyn OneTimeSecrets>,
    /// Finishes an exchange whose browser left.
    pub background: Arc<dyn Background>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Names what is recorded.
    pub ids: Arc<dyn IdGenerator>,
}

impl FinishAuthorization {
    /// What the authorization of this state is called in the browser that started it.
    #[must_use]
    pub fn name_of(&self, state: &SecretString) -> BrowserName {
        BrowserName::of(self.secrets.digest(state))
    }

    /// Finishes the authorization that the browser started: what it brings is spent before the
    /// provider is asked, and an exchange that has begun is finished and kept even when the
    /// browser is gone.
    ///
    /// It takes no caller: a browser has no key. What it does is recorded as done by whoever
    /// began it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] whenever this browser did not start this, or it is over, without
    /// saying which.
    pub async fn run(&self, returned: Returned) -> Result<Finished, AppError> {
        let authorization = self.spent(&returned).await?;
        let (answer, answered) = oneshot::channel();
        let finish = self.clone();
        self.background.run(Box::pin(async move {
            let outcome = finish.finish(authorization, &returned).await;
            if answer.send(outcome).is_err() {
                tracing::info!(provider = %returned.provider, "a browser left while it was connected");
            }
        }));
        answered.await.unwrap_or_else(|gone| Err(AppError::Internal(gone.into())))
    }

    /// The authorization that this browser started, which nobody can finish from now on.
    async fn spent(&self, returned: &Returned) -> Result<Authorization, AppError> {
        let over = || AppError::NotFound(Entity::Authorization);
        let now = self.clock.now();
        let found = self.authorizations.find_by_state(self.secrets.digest(&returned.state)).await?;
        let cookie = self.secrets.digest(&returned.cookie);
        let is_its_browser =
            |one: &Authorization| one.browser.is_some_and(|browser| browser.cookie == cookie);
        let is_meant = |one: &Authorization| {
            one.may_finish(now) && one.provider == returned.provider && is_its_browser(one)
        };
        let mut authorization = found.filter(is_meant).ok_or_else(over)?;
        authorization.used_at = Some(now);
        let scope = authorization.scope();
        let changes = Changes::new().authorization(AuthorizationWrite::Finish(authorization.clone()));
        match self.work.commit(&scope, changes).await {
            Err(RepositoryError::Stale) => Err(over()),
            outcome => Ok(outcome.map(|()| authorization)?),
        }
    }

    async fn finish(&self, authorization: Authorization, returned: &Returned) -> Result<Finished, AppError> {
        let over = || AppError::NotFound(Entity::Authorization);
        let organisation = self.organisations.find(authorization.organisation_id).await?.ok_or_else(over)?;
        let Authorization { environment_id, begun_by, integration_id, .. } = authorization;
        let caller = Caller::going_on_for(&organisation, environment_id, begun_by);
        let found = self.integrations.find(caller.scope(), integration_id).await?;
        let integration = found.ok_or_else(over)?;
        let outcome = match self.granted(&authorization, &integration, returned).await {
            Ok(granted) => {
                self.keep(&caller, &integration, &granted).await?;
                Ok(())
            }
            Err(AppError::Exchange(error)) => {
                self.record(&caller, &integration, &error).await?;
                Err(error)
            }
            Err(other) => return Err(other),
        };
        Ok(Finished { integration: integration_id, return_to: authorization.return_to, outcome })
    }

    async fn granted(
        &self,
        authorization: &Authorization,
        integration: &Integration,
        returned: &Returned,
    ) -> Result<Granted, AppError> {
        let connection = disclosure::open_connection(&*self.vault, integration)?;
        let code = AuthorizationCode {
            code: self.exchanger.returned(&connection, &returned.parameters)?,
            redirect_uri: Some(authorization.redirect_uri.clone()),
            verifier: Some(verifier(&*self.secrets, &returned.cookie)),
        };
        Ok(self.exchanger.exchange(&connection, &code).await?)
    }

    /// Keeps what was granted, and asks whether it works. What cannot be kept is given back.
    async fn keep(&self, caller: &Caller, asked: &Integration, granted: &Granted) -> Result<(), AppError> {
        let saved = until_current(|| self.save(caller, asked.id(), granted)).await;
        let before = saved.inspect_err(|_| self.revoke.unused(asked, granted))?;
        self.revoke.replaced(&before, &granted.tokens);
        match self.verify.run(caller, asked.id(), &ReceiptFor::none()).await {
            Ok(_) | Err(AppError::NotFound(_)) => {}
            // It has a turn of its own soon.
            Err(error) => tracing::warn!(integration = %asked.id(), "not verified: {error}"),
        }
        Ok(())
    }

    /// Saves what was granted, and answers what it replaces.
    async fn save(
        &self,
        caller: &Caller,
        id: IntegrationId,
        granted: &Granted,
    ) -> Result<Integration, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let before = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
        let (after, changes) = self.granting.renewed(&recorder, &before, granted)?;
        let changes = self.granting.planned(caller.scope(), changes, &after, granted).await?;
        let changes = changes.health(&after, Health::unknown(), Some(soon(recorder.at)));
        self.work.commit(caller.scope(), changes).await?;
        Ok(before)
    }

    /// Records that nothing came of it. What was connected before is as it was.
    async fn record(
        &self,
        caller: &Caller,
        integration: &Integration,
        why: &ExchangeError,
    ) -> Result<(), AppError> {
        log_refusal(integration, why);
        let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
        let digest = made(Map::from_iter([("reason".to_owned(), json!(why.to_string()))]));
        let refused = recorder.integration(EventType::AuthorizationRefused, integration, digest);
        Ok(self.work.commit(caller.scope(), Changes::new().event(refused)).await?)
    }
}

fn log_refusal(integration: &Integration, why: &ExchangeError) {
    let cause = why.source().map(tracing::field::display);
    tracing::info!(integration = %integration.id(), cause, "not connected: {why}");
}
