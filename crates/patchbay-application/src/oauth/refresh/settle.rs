//! Keeping what came of a refresh.

use std::error::Error;

use chrono::TimeDelta;
use patchbay_domain::{
    Changes, CredentialName, Credentials, EventType, ExchangeError, Fence, Grant, Granted, Integration,
    IntegrationEdit, RepositoryError, Sealed, SecretPlace, TokenRefresh, Verification, VerificationClass,
    is_same_secret,
};
use serde_json::{Map, json};

use super::claim::Claim;
use super::{RefreshGrant, place_before};
use crate::oauth::later;
use crate::record::{Recorder, made};
use crate::retry::Attempt;
use crate::verification::found_out;
use crate::{AppError, Caller};

/// How long is waited after the first failure; twice as long after each further one, up to
/// the most.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// What is stored once the provider was asked.
struct Stored {
    current: Integration,
    fence: Fence,
    state: TokenRefresh,
}

impl RefreshGrant {
    /// Keeps what came of asking, unless somebody else was faster.
    pub(super) async fn settle(
        &self,
        caller: &Caller,
        claim: &Claim,
        outcome: &Result<Granted, ExchangeError>,
    ) -> Result<(), Attempt> {
        let id = claim.integration.id();
        let known = self.granting.refreshes.find(caller.scope(), id).await?;
        let found = self.integrations.find(caller.scope(), id).await?;
        // Others write it too, and leave the lease: a rotation of the master keys does.
        let is_ours = |state: &TokenRefresh| state.leased_until == claim.state.leased_until;
        let Some((current, (fence, state))) = found.zip(known.filter(|(_, state)| is_ours(state))) else {
            tracing::info!(integration = %id, "a refresh was overtaken");
            return Ok(());
        };
        let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
        let stored = Stored { current, fence, state };
        let changes = match outcome {
            Ok(granted) => self.refreshed(claim, &stored, granted, &recorder)?,
            Err(ExchangeError::Ended { reason }) => self.ended(&stored, reason, &recorder).await?,
            Err(error) => self.postponed(&stored, error, &recorder).await?,
        };
        Ok(self.work.commit(caller.scope(), changes).await?)
    }

    fn refreshed(
        &self,
        claim: &Claim,
        Stored { current, fence, state }: &Stored,
        granted: &Granted,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, AppError> {
        let Some(before) = current.grant() else { return Ok(Changes::new()) };
        let place = SecretPlace::grant(current.parts().organisation_id, current.id());
        let mut tokens = claim.connection.tokens.clone();
        tokens.extend(granted.tokens.clone());
        let scopes = if granted.scopes.is_empty() { &before.scopes } else { &granted.scopes };
        let grant = Grant {
            tokens: self.granting.seal(&tokens, &place)?,
            scopes: scopes.clone(),
            expires_at: granted.lifetime.and_then(|lifetime| later(recorder.at, lifetime)),
            ..before.clone()
        };
        let edit = IntegrationEdit { grant: Some(grant), ..IntegrationEdit::default() };
        let after = current.next(edit, recorder.at);
        let refreshed = TokenRefresh {
            due_at: self.granting.due(&after, granted),
            previous: self.previous(claim, state, granted)?,
            ..TokenRefresh::default()
        };
        let digest = made(Map::from_iter([("refreshed".to_owned(), json!(true))]));
        Ok(Changes::new()
            .update(current, &after)
            .refresh(&after, Some(*fence), refreshed)
            .event(recorder.integration(EventType::CredentialChanged, &after, digest)))
    }

    /// The token that was replaced is kept until the new one has worked.
    fn previous(
        &self,
        claim: &Claim,
        state: &TokenRefresh,
        granted: &Granted,
    ) -> Result<Option<Sealed>, AppError> {
        let name = CredentialName::refresh_token();
        let pair = claim.connection.tokens.get(&name).zip(granted.tokens.get(&name));
        match pair.filter(|(old, new)| claim.terms.is_rotating && !is_same_secret(old, new)) {
            Some((old, _)) => {
                let old = Credentials::single(name, old.clone());
                self.granting.seal(&old, &place_before(&claim.integration)).map(Some)
            }
            None => Ok(state.previous.clone()),
        }
    }

    /// Nobody tries again before a person has connected it anew.
    async fn ended(
        &self,
        Stored { current, fence, .. }: &Stored,
        reason: &str,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, RepositoryError> {
        let digest = made(Map::from_iter([("reason".to_owned(), json!(reason))]));
        let changes = self.found(current, VerificationClass::ReconnectNeeded, reason, recorder).await?;
        Ok(changes.refresh(current, Some(*fence), TokenRefresh::default()).event(recorder.integration(
            EventType::CredentialInvalid,
            current,
            digest,
        )))
    }

    /// The attempt stays open: the provider may have taken the token, and its answer been lost.
    async fn postponed(
        &self,
        Stored { current, fence, state }: &Stored,
        error: &ExchangeError,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, RepositoryError> {
        log_failure(current, error);
        let class = match error {
            ExchangeError::Throttled { .. } => VerificationClass::Throttled,
            ExchangeError::TimedOut | ExchangeError::Unreachable(_) => VerificationClass::ProviderUnreachable,
            _ => VerificationClass::UnexpectedAnswer,
        };
        let changes = self.found(current, class, &error.to_string(), recorder).await?;
        let postponed = TokenRefresh {
            due_at: Some(recorder.at + wait_after(error, state.failures)),
            leased_until: None,
            failures: state.failures.saturating_add(1),
            ..state.clone()
        };
        Ok(changes.refresh(current, Some(*fence), postponed))
    }

    /// What the outcome says of the connection's health.
    async fn found(
        &self,
        of: &Integration,
        class: VerificationClass,
        detail: &str,
        recorder: &Recorder<'_>,
    ) -> Result<Changes, RepositoryError> {
        let before = self.health.find(recorder.caller.scope(), of.id()).await?;
        let detail = Some(detail.chars().take(Verification::MAX_DETAIL).collect());
        let verification = Verification { detail, ..Verification::of(class) };
        let (_, changes) = found_out(of.clone(), &before, &verification, recorder);
        Ok(changes)
    }
}

fn log_failure(of: &Integration, error: &ExchangeError) {
    let cause = error.source().map(tracing::field::display);
    tracing::warn!(integration = %of.id(), cause, "not refreshed: {error}");
}

/// How long is waited after `error`, which was met after `failures` others.
fn wait_after(error: &ExchangeError, failures: u32) -> TimeDelta {
    let doubled = FIRST_WAIT * 2_i32.saturating_pow(failures.min(16));
    let wanted = match error {
        ExchangeError::Throttled { wait: Some(wait) } => TimeDelta::from_std(*wait).unwrap_or(LONGEST_WAIT),
        _ => TimeDelta::zero(),
    };
    doubled.max(wanted).min(LONGEST_WAIT)
}
