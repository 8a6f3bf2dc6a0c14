//! Keeping what a provider gave.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Actor, Changes, CredentialName, Credentials, EventType, Grant, Granted, Integration, IntegrationEdit,
    IntegrationId, OrganisationId, ProviderDirectory, RefreshRepository, RefreshTerms, RepositoryError,
    Scope, Sealed, SecretPlace, TokenRefresh, Vault,
};
use serde_json::Map;

use crate::AppError;
use crate::record::{Recorder, difference};

/// Keeps what a provider gave, sealed, and says when it is to be refreshed.
#[derive(Clone)]
pub struct Granting {
    /// Seals.
    pub vault: Arc<dyn Vault>,
    /// Knows how the tokens of providers are refreshed.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows where refreshing stands.
    pub refreshes: Arc<dyn RefreshRepository>,
}

impl Granting {
    /// What an integration keeps of `granted`, which was given to `by`.
    pub(crate) fn sealed(
        &self,
        (organisation, id): (OrganisationId, IntegrationId),
        granted: &Granted,
        by: Actor,
        now: DateTime<Utc>,
    ) -> Result<Grant, AppError> {
        Ok(Grant {
            tokens: self.seal(&granted.tokens, &SecretPlace::grant(organisation, id))?,
            account: granted.account.clone(),
            scopes: granted.scopes.clone(),
            expires_at: granted.lifetime.and_then(|lifetime| later(now, lifetime)),
            granted_by: by,
            granted_at: now,
        })
    }

    /// The next version of `before`, with what was granted to whoever acts in the place of all that
    /// its provider gave and said before.
    pub(crate) fn renewed(
        &self,
        recorder: &Recorder<'_>,
        before: &Integration,
        granted: &Granted,
    ) -> Result<(Integration, Changes), AppError> {
        let by = recorder.caller.actor();
        let grant = self.sealed((before.parts().organisation_id, before.id()), granted, by, recorder.at)?;
        let edit = IntegrationEdit {
            grant: Some(grant),
            facts: Some(granted.facts.clone()),
            ..IntegrationEdit::default()
        };
        let after = before.next(edit, recorder.at);
        let digest = difference(&before.summary(), &after.summary());
        let changes = Changes::new()
            .update(before, &after)
            .event(recorder.integration(EventType::IntegrationUpdated, &after, digest))
            .event(recorder.integration(EventType::CredentialChanged, &after, Map::new()));
        Ok((after, changes))
    }

    pub(super) fn seal(&self, tokens: &Credentials, place: &SecretPlace) -> Result<Sealed, AppError> {
        let sealed = tokens.seal(&*self.vault, place)?;
        sealed.ok_or_else(|| AppError::Internal("a grant without a token".into()))
    }

    /// Adds to `changes`, which give `of` what was granted, when that is to be refreshed. Whoever
    /// is refreshing what was there before has nothing of it kept.
    pub(crate) async fn planned(
        &self,
        scope: &Scope,
        changes: Changes,
        of: &Integration,
        granted: &Granted,
    ) -> Result<Changes, RepositoryError> {
        let known = self.refreshes.find(scope, of.id()).await?;
        let expected = known.map(|(fence, _)| fence);
        let has_token = granted.tokens.get(&CredentialName::refresh_token()).is_some();
        let is_refreshed = has_token && self.terms(of).is_some();
        if expected.is_none() && !is_refreshed {
            return Ok(changes);
        }
        let due_at = if is_refreshed { self.due(of, granted) } else { None };
        Ok(changes.refresh(of, expected, TokenRefresh { due_at, ..TokenRefresh::default() }))
    }

    /// How the tokens of an integration are refreshed, if they are.
    pub(super) fn terms(&self, of: &Integration) -> Option<RefreshTerms> {
        self.providers.described(&of.parts().provider).refresh
    }

    /// When what was granted to `of` is to be refreshed.
    pub(super) fn due(&self, of: &Integration, granted: &Granted) -> Option<DateTime<Utc>> {
        let terms = self.terms(of)?;
        let now = of.parts().updated_at;
        let ends = |lifetime: Option<Duration>| lifetime.and_then(|lifetime| later(now, lifetime));
        terms.due(now, ends(granted.lifetime), ends(granted.refresh_lifetime))
    }
}

/// `None` when that lies beyond the end of time.
pub(crate) fn later(now: DateTime<Utc>, by: Duration) -> Option<DateTime<Utc>> {
    now.checked_add_signed(TimeDelta::from_std(by).ok()?)
}
