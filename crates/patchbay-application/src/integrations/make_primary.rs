//! Making an integration the one that is used before all others.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, Conditions, EventType, IdGenerator, Integration, IntegrationEdit, IntegrationId,
    IntegrationRepository, Permission, ProviderDirectory, RankingRepository, Status, UnitOfWork, Vault,
};
use serde_json::{Map, json};

use super::edit::{asking, recorded};
use super::ranked::Ranked;
use super::ranks::promoted;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, made};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Disclosed, Entity, Reach, Reveal, disclosure};

/// Makes an integration the primary one of its channel.
pub struct MakePrimary {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens its secrets, to show them.
    pub vault: Arc<dyn Vault>,
    /// Dates the change.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl MakePrimary {
    /// Makes it the primary one of its channel in its environment, in use and without conditions,
    /// whatever it lacks otherwise. Of several that are made primary together the last one is it.
    /// One that is it already stays as it is.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller, or the API, sees no such integration,
    /// [`AppError::Unranked`] when its channel knows no primary one.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        reveal: Reveal,
        receipt: &ReceiptFor<Ranked>,
    ) -> Result<Ranked, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        until_current(|| self.attempt(caller, id, reach, reveal, receipt)).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        reveal: Reveal,
        receipt: &ReceiptFor<Ranked>,
    ) -> Result<Ranked, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let meant = found.filter(|one| reach.takes(one, &*self.providers));
        let before = meant.ok_or(AppError::NotFound(Entity::Integration))?;
        let provider = self.providers.described(&before.parts().provider);
        let Some(channel) = before.ranked_in(&provider) else {
            let channel = before.channel(&provider);
            return Err(channel.map_or(AppError::NotFound(Entity::Integration), AppError::Unranked).into());
        };
        let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
        let edit = IntegrationEdit {
            status: Some(Status::Active),
            conditions: Some(Conditions::none()),
            ..IntegrationEdit::default()
        };
        let changes = match before.edited(edit, recorder.at) {
            None => (before, Changes::new()),
            Some(after) => {
                let changes = recorded(&recorder, &before, &after, false);
                let changes = asking(changes, (&before, &after), &provider, recorder.at);
                (after, changes)
            }
        };
        let (integration, changes) = changes;
        let (changes, rank) =
            promoted(&*self.rankings, caller.scope(), changes, (&integration, channel)).await?;
        let changes = noted(changes, &integration, &recorder);
        let secrets = reveal.show(caller, disclosure::open(&*self.vault, &integration)?);
        let changes = secrets.recorded(changes, &recorder, &integration);
        let ranked = Ranked { shown: Disclosed { integration, secrets }, rank };
        let changes = receipt.keep(changes, &ranked, id, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(ranked)
    }
}

/// Adds to changes that move an integration before all others that it was moved there.
fn noted(changes: Changes, integration: &Integration, recorder: &Recorder<'_>) -> Changes {
    if changes.rankings.is_empty() {
        return changes;
    }
    let digest = made(Map::from_iter([("primary".to_owned(), json!(true))]));
    changes.event(recorder.integration(EventType::IntegrationUpdated, integration, digest))
}
