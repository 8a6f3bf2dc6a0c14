//! Refreshing what a provider granted.
//!
//! A refresh goes this way, and a process that is killed at any moment of it loses nothing that
//! the provider does not give again:
//!
//! 1. [`claim`] writes that somebody is at it, and which refresh token is about to be spent. Both
//!    are one write that replaces exactly the one before: of several who try, one succeeds.
//! 2. The provider is asked, by work that goes on when nobody waits for it any more.
//! 3. [`settle`] saves what came of it, if nobody else wrote meanwhile: another refresh after
//!    the first one's time was over, or a grant in its place.

mod claim;
mod settle;

use std::sync::Arc;
use std::time::Duration;

use futures::channel::oneshot;
use patchbay_domain::{
    Changes, Clock, Credentials, ExchangeError, Grant, Granted, HealthRepository, IdGenerator, Integration,
    IntegrationId, IntegrationRepository, OAuthExchanger, OneTimeSecrets, RepositoryError, SecretPlace,
    TokenRefresh, UnitOfWork,
};

use super::Granting;
use crate::retry::until_current;
use crate::{AppError, Background, Caller, Entity, Pause};
pub(crate) use claim::Need;
use claim::{Claim, Claimed};

/// How often whoever wants a fresh token looks whether another one's refresh is done, and how
/// long that is between two looks.
const LOOKS: u32 = 50;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Refreshes what a provider granted, one at a time in however many processes.
#[derive(Clone)]
pub struct RefreshGrant {
    /// Finds the integration.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows its health.
    pub health: Arc<dyn HealthRepository>,
    /// Asks the provider.
    pub exchanger: Arc<dyn OAuthExchanger>,
    /// Keeps what it gives.
    pub granting: Granting,
    /// Saves.
    pub work: Arc<dyn UnitOfWork>,
    /// Knows spent tokens again.
    pub secrets: Arc<dyn OneTimeSecrets>,
    /// Finishes a refresh that nobody waits for any more.
    pub background: Arc<dyn Background>,
    /// Waits for others.
    pub pause: Arc<dyn Pause>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Names what is recorded.
    pub ids: Arc<dyn IdGenerator>,
    /// How long one refresh keeps others out when it is killed: longer than it may take.
    pub lease: Duration,
}

/// How a refresh ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// The provider was asked, and what came of it is kept.
    Asked,
    /// There was no need, or there is no way.
    Needless,
    /// Somebody else is at it.
    InProgress,
}

impl RefreshGrant {
    /// `integration` with an access token that lasts a while yet, if it can be had.
    pub(crate) async fn fresh(
        &self,
        caller: &Caller,
        integration: Integration,
    ) -> Result<Integration, AppError> {
        let is_stale = |grant: &Grant| {
            let terms = self.granting.terms(&integration);
            terms.is_some_and(|terms| terms.is_stale(grant.expires_at, self.clock.now()))
        };
        if !integration.grant().is_some_and(is_stale) {
            return Ok(integration);
        }
        self.renewed(caller, &integration, &Need::Stale).await
    }

    /// `integration` with tokens in the place of those that its provider has just refused, if
    /// others can be had.
    pub(crate) async fn rejected(
        &self,
        caller: &Caller,
        integration: &Integration,
    ) -> Result<Option<Integration>, AppError> {
        let Some(grant) = integration.grant() else { return Ok(None) };
        let need = Need::Rejected(Box::new(grant.clone()));
        let renewed = self.renewed(caller, integration, &need).await?;
        Ok(Some(renewed).filter(|renewed| renewed.grant() != integration.grant()))
    }

    /// The integration after a refresh, its own or that of whoever is at it.
    async fn renewed(
        &self,
        caller: &Caller,
        integration: &Integration,
        need: &Need,
    ) -> Result<Integration, AppError> {
        for _ in 0..LOOKS {
            match self.run(caller, integration.id(), need).await? {
                Refreshed::Asked | Refreshed::Needless => break,
                Refreshed::InProgress => self.pause.pause(BETWEEN_LOOKS).await,
            }
        }
        let found = self.integrations.find(caller.scope(), integration.id()).await?;
        found.ok_or(AppError::NotFound(Entity::Integration))
    }

    /// Refreshes the grant of an integration, unless that has become needless. A refresh that has
    /// begun is finished and kept even when nobody waits for it any more.
    pub(crate) async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        need: &Need,
    ) -> Result<Refreshed, AppError> {
        let claim = match self.claim(caller, id, need).await? {
            Claimed::Ours(claim) => claim,
            Claimed::Needless => return Ok(Refreshed::Needless),
            Claimed::Theirs => return Ok(Refreshed::InProgress),
        };
        let (answer, answered) = oneshot::channel();
        let (refresh, caller) = (self.clone(), *caller);
        self.background.run(Box::pin(async move {
            let outcome = refresh.ask(&claim).await;
            let settled = until_current(|| refresh.settle(&caller, &claim, &outcome)).await;
            if let Err(Err(error)) = answer.send(settled) {
                tracing::warn!(integration = %claim.integration.id(), "a refresh was not kept: {error}");
            }
        }));
        answered.await.unwrap_or_else(|gone| Err(AppError::Internal(gone.into())))?;
        Ok(Refreshed::Asked)
    }

    /// Asks the provider. Where it says that all is over, and an answer to an earlier attempt may
    /// have been lost, it is asked once more with the token before.
    async fn ask(&self, claim: &Claim) -> Result<Granted, ExchangeError> {
        let outcome = self.exchanger.refresh(&claim.connection).await;
        let Err(ExchangeError::Ended { .. }) = &outcome else { return outcome };
        let Some(before) = self.token_before(claim) else { return outcome };
        let mut connection = claim.connection.clone();
        connection.tokens.extend(before);
        self.exchanger.refresh(&connection).await
    }

    fn token_before(&self, claim: &Claim) -> Option<Credentials> {
        let unanswered = claim.before.attempt?;
        let previous = claim.state.previous.as_ref()?;
        if !claim.terms.may_retry_old(unanswered.at, self.clock.now()) {
            return None;
        }
        let opened =
            Credentials::open(&*self.granting.vault, &place_before(&claim.integration), Some(previous));
        opened.inspect_err(|error| tracing::warn!(%error, "the token before does not open")).ok()
    }

    /// The tokens of `integration` have worked: the one before is not needed any more.
    pub(crate) async fn worked(
        &self,
        caller: &Caller,
        integration: &Integration,
    ) -> Result<(), RepositoryError> {
        if integration.grant().is_none() {
            return Ok(());
        }
        let known = self.granting.refreshes.find(caller.scope(), integration.id()).await?;
        let Some((fence, state)) = known.filter(|(_, state)| state.previous.is_some()) else { return Ok(()) };
        let state = TokenRefresh { previous: None, ..state };
        let changes = Changes::new().refresh(integration, Some(fence), state);
        match self.work.commit(caller.scope(), changes).await {
            // Whoever was faster knows better.
            Err(RepositoryError::Stale) => Ok(()),
            outcome => outcome,
        }
    }
}

/// Where the refresh token before is sealed.
const fn place_before(of: &Integration) -> SecretPlace {
    TokenRefresh::place(of.parts().organisation_id, of.id())
}
