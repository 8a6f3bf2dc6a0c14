//! Making an integration the one that is used before all others.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, Conditions, EventType, IdGenerator, Integration, IntegrationEdit, IntegrationId,
    IntegrationRepository, Permission, ProviderDirectory, Rank, RankingRepository, Status, UnitOfWork, Vault,
};
use serde_json::json;

use super::edit::asking;
use super::ranked::Ranked;
use super::ranks::promoted;
use crate::idempotency::ReceiptFor;
use crate::record::{Recorder, difference};
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
        let promotion = promoted(&*self.rankings, caller.scope(), (&before, channel)).await?;
        let edit = IntegrationEdit {
            status: Some(Status::Active),
            conditions: Some(Conditions::none()),
            ..IntegrationEdit::default()
        };
        // Whoever pauses it meanwhile, or gives it conditions, is to meet this.
        let after = match &promotion.write {
            Some(_) => Some(before.next(edit, recorder.at)),
            None => before.edited(edit, recorder.at),
        };
        let changes = match &after {
            None => Changes::new(),
            Some(after) => {
                let changes = noted(&recorder, &before, after, promotion.before);
                asking(changes, (&before, after), &provider, recorder.at)
            }
        };
        let changes = promotion.write.into_iter().fold(changes, Changes::ranking);
        let integration = after.unwrap_or(before);
        let secrets = reveal.show(caller, disclosure::open(&*self.vault, &integration)?);
        let changes = secrets.recorded(changes, &recorder, &integration);
        let ranked = Ranked { shown: Disclosed { integration, secrets }, rank: promotion.after };
        let changes = receipt.keep(changes, &ranked, id, &*self.vault)?;
        if changes != Changes::new() {
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(ranked)
    }
}

/// It after it was made the primary one, and what is recorded of that.
fn noted(recorder: &Recorder<'_>, before: &Integration, after: &Integration, stood: Rank) -> Changes {
    let summary = |of: &Integration, is_primary: bool| {
        let mut summary = of.summary();
        summary.insert("primary".to_owned(), json!(is_primary));
        summary
    };
    let digest = difference(&summary(before, stood.is_primary), &summary(after, true));
    let updated = recorder.integration(EventType::IntegrationUpdated, after, digest);
    Changes::new().update(before, after).event(updated)
}
