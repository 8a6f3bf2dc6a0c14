//! Taking the right to refresh alone.

use chrono::{DateTime, Utc};
use patchbay_domain::{
    Changes, CredentialName, Grant, Integration, IntegrationId, OpenConnection, RefreshAttempt, RefreshTerms,
    RepositoryError, TokenRefresh, VerificationClass,
};

use super::RefreshGrant;
use crate::oauth::later;
use crate::{AppError, Caller, disclosure};

/// Why a grant is to be refreshed.
#[derive(Clone, Debug)]
pub(crate) enum Need {
    /// It was somebody's turn, which was put off to this time meanwhile.
    Turn(DateTime<Utc>),
    /// Its access token ends.
    Stale,
    /// Its provider did not take this one.
    Rejected(Box<Grant>),
}

impl Need {
    /// Whether it is still so.
    fn is_still(
        &self,
        state: &TokenRefresh,
        grant: &Grant,
        terms: &RefreshTerms,
        now: DateTime<Utc>,
    ) -> bool {
        match self {
            Self::Turn(until) => state.due_at.is_some_and(|due| due <= *until),
            Self::Stale => terms.is_stale(grant.expires_at, now) && !state.is_put_off(now),
            Self::Rejected(rejected) => grant == &**rejected && !state.is_put_off(now),
        }
    }
}

/// A refresh that nobody else makes meanwhile.
pub(super) struct Claim {
    pub(super) integration: Integration,
    pub(super) terms: RefreshTerms,
    pub(super) connection: OpenConnection,
    /// How it stood before.
    pub(super) before: TokenRefresh,
    /// How it stands: nobody else's lease ends just then.
    pub(super) state: TokenRefresh,
}

/// Whose the refresh is.
pub(super) enum Claimed {
    /// Whoever asked for it makes it.
    Ours(Box<Claim>),
    /// Somebody else does.
    Theirs,
    /// There is none to be made.
    Needless,
}

impl RefreshGrant {
    /// Takes the right to refresh alone, and writes down which token is about to be spent.
    pub(super) async fn claim(
        &self,
        caller: &Caller,
        id: IntegrationId,
        need: &Need,
    ) -> Result<Claimed, AppError> {
        // Read before the integration: whatever replaces its grant in between moves the fence.
        let known = self.granting.refreshes.find(caller.scope(), id).await?;
        let found = self.integrations.find(caller.scope(), id).await?;
        let (Some((fence, before)), Some(integration)) = (known, found) else {
            return Ok(Claimed::Needless);
        };
        let Some((terms, grant)) = self.granting.terms(&integration).zip(integration.grant()) else {
            return Ok(Claimed::Needless);
        };
        let now = self.clock.now();
        if !need.is_still(&before, grant, &terms, now) {
            return Ok(Claimed::Needless);
        }
        if before.is_leased(now) {
            return Ok(Claimed::Theirs);
        }
        let health = self.health.find(caller.scope(), id).await?;
        if health.class == Some(VerificationClass::ReconnectNeeded) {
            // A person has to connect it anew: that makes its health unknown again.
            return Ok(Claimed::Needless);
        }
        let connection = disclosure::open_connection(&*self.granting.vault, &integration)?;
        let Some(token) = connection.tokens.get(&CredentialName::refresh_token()) else {
            return Ok(Claimed::Needless);
        };
        let spent = self.secrets.digest(token);
        let open = before.attempt.filter(|open| open.spent == spent);
        let attempt = terms.is_rotating.then(|| open.unwrap_or(RefreshAttempt { at: now, spent }));
        let state = TokenRefresh { leased_until: later(now, self.lease), attempt, ..before.clone() };
        let changes = Changes::new().refresh(&integration, Some(fence), state.clone());
        match self.work.commit(caller.scope(), changes).await {
            Err(RepositoryError::Stale) => Ok(Claimed::Theirs),
            outcome => {
                outcome?;
                Ok(Claimed::Ours(Box::new(Claim { integration, terms, connection, before, state })))
            }
        }
    }
}
