//! Asking the provider of one integration.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, CredentialVerifier, EventType, Health, HealthRepository, IdGenerator, Integration,
    IntegrationEdit, IntegrationId, IntegrationRepository, Permission, Status, UnitOfWork, Vault,
    Verification, VerificationClass,
};
use serde_json::{Map, Value, json};

use super::{Checked, turn_after};
use crate::idempotency::ReceiptFor;
use crate::oauth::RefreshGrant;
use crate::record::{Recorder, difference};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Entity, disclosure};

/// Asks the provider of an integration whether it works, and keeps what came of it.
#[derive(Clone)]
pub struct VerifyIntegration {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows what was found before.
    pub health: Arc<dyn HealthRepository>,
    /// Asks.
    pub verifier: Arc<dyn CredentialVerifier>,
    /// Has its tokens replaced where they are over.
    pub refresh: RefreshGrant,
    /// Saves what came of it.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens its secrets.
    pub vault: Arc<dyn Vault>,
    /// Dates the outcome.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl VerifyIntegration {
    /// Asks now, and tells what is known then: what the provider says of the connection may have
    /// given the integration another version. Nobody is asked about an integration that is
    /// paused.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        receipt: &ReceiptFor<Checked>,
    ) -> Result<Checked, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let found = self.integrations.find(caller.scope(), id).await?;
        let found = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let (asked, verification) = match found.parts().status {
            Status::Active => {
                let (asked, verification) = self.ask(caller, found).await?;
                (asked, Some(verification))
            }
            Status::Paused => (found, None),
        };
        until_current(|| self.attempt(caller, &asked, verification.as_ref(), receipt)).await
    }

    /// Asks with tokens that are fresh; with others once more where these are not taken.
    async fn ask(
        &self,
        caller: &Caller,
        found: Integration,
    ) -> Result<(Integration, Verification), AppError> {
        let asked = self.refresh.fresh(caller, found).await?;
        if let Some(over) = self.over(caller, &asked).await? {
            return Ok((asked, over));
        }
        let verification = self.ask_once(&asked).await?;
        match verification.class {
            VerificationClass::Ok | VerificationClass::OkWithWarnings => {
                self.refresh.worked(caller, &asked).await?;
            }
            VerificationClass::CredentialsRejected => {
                if let Some(renewed) = self.refresh.rejected(caller, &asked).await? {
                    let verification = self.ask_once(&renewed).await?;
                    return Ok((renewed, verification));
                }
                if let Some(over) = self.over(caller, &asked).await? {
                    return Ok((asked, over));
                }
            }
            _ => {}
        }
        Ok((asked, verification))
    }

    /// What is known of a grant that its provider has ended: what its last tokens still open says
    /// nothing of it, and what they open no longer says less.
    async fn over(&self, caller: &Caller, of: &Integration) -> Result<Option<Verification>, AppError> {
        if of.grant().is_none() {
            return Ok(None);
        }
        let Health { class, detail, .. } = self.health.find(caller.scope(), of.id()).await?;
        let reconnect = VerificationClass::ReconnectNeeded;
        Ok((class == Some(reconnect)).then(|| Verification { detail, ..Verification::of(reconnect) }))
    }

    async fn ask_once(&self, integration: &Integration) -> Result<Verification, AppError> {
        let connection = disclosure::open_connection(&*self.vault, integration)?;
        Ok(self.verifier.verify(&connection).await)
    }

    /// Keeps what came of asking. What was changed meanwhile is another connection: then
    /// this says nothing of it, and it has a turn of its own.
    async fn attempt(
        &self,
        caller: &Caller,
        asked: &Integration,
        verification: Option<&Verification>,
        receipt: &ReceiptFor<Checked>,
    ) -> Result<Checked, Attempt> {
        let found = self.integrations.find(caller.scope(), asked.id()).await?;
        let found = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let before = self.health.find(caller.scope(), asked.id()).await?;
        let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
        let known = |integration, health| Checked { integration, health };
        let (checked, changes) = match verification {
            _ if !is_same_connection(&found, asked) => (known(found, before), Changes::new()),
            None if before == Health::unknown() => (known(found, before), Changes::new()),
            // Its turn is over until it is in use again.
            None => {
                let changes = Changes::new().health(&found, before.clone(), None);
                (known(found, before), changes)
            }
            Some(verification) => found_out(found, &before, verification, &recorder),
        };
        let changes = receipt.keep(changes, &checked, asked.id(), &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(checked)
    }
}

/// What is known once the provider was asked, and all that changes by it.
pub(crate) fn found_out(
    of: Integration,
    before: &Health,
    verification: &Verification,
    recorder: &Recorder<'_>,
) -> (Checked, Changes) {
    let health = before.after(verification, recorder.at);
    let (current, changes) = with_facts(of, verification, recorder);
    let due_at = turn_after(verification, &current, recorder.at);
    let mut changes = changes.health(&current, health.clone(), due_at);
    if health.state != before.state {
        let digest = difference(&summary(before), &summary(&health));
        changes = changes.event(recorder.integration(EventType::HealthChanged, &current, digest));
    }
    (Checked { integration: current, health }, changes)
}

/// Whether asking about the one is asking about the other.
fn is_same_connection(one: &Integration, other: &Integration) -> bool {
    let (one, other) = (one.parts(), other.parts());
    one.status == other.status
        && one.configuration == other.configuration
        && one.credentials == other.credentials
        && one.grant == other.grant
}

/// What the provider said of the connection joins what it said before.
fn with_facts(
    before: Integration,
    verification: &Verification,
    recorder: &Recorder<'_>,
) -> (Integration, Changes) {
    let mut facts = before.parts().facts.clone();
    facts.extend(verification.facts.clone());
    let edit = IntegrationEdit { facts: Some(facts), ..IntegrationEdit::default() };
    match before.edited(edit, recorder.at) {
        None => (before, Changes::new()),
        Some(after) => {
            let updated = recorder.integration(EventType::IntegrationUpdated, &after, Map::new());
            let changes = Changes::new().update(&before, &after).event(updated);
            (after, changes)
        }
    }
}

/// What may be recorded of a state.
fn summary(health: &Health) -> Map<String, Value> {
    let class = health.class.map(VerificationClass::as_str);
    Map::from_iter([("state".to_owned(), json!(health.state.as_str())), ("class".to_owned(), json!(class))])
}

#[cfg(test)]
mod tests;
