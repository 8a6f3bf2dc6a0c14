//! Deleting an integration.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, EventType, IdGenerator, IntegrationId, IntegrationRepository, Permission, UnitOfWork,
    Vault,
};

use crate::record::{Recorder, gone};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Disclosed, Entity, Reveal, disclosure};

/// Deletes an integration and destroys its secrets.
pub struct DeleteIntegration {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Saves that it is gone.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens its secrets a last time.
    pub vault: Arc<dyn Vault>,
    /// Dates the deletion.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl DeleteIntegration {
    /// Deletes the integration, frees its unique keys, and shows it as it was.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reveal: Reveal,
    ) -> Result<Disclosed, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        until_current(async || self.attempt(caller, id, reveal).await).await
    }

    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reveal: Reveal,
    ) -> Result<Disclosed, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let before = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let secrets = reveal.show(caller, disclosure::open(&*self.vault, &before)?);

        let now = self.clock.now();
        let after = before.deleted(caller.actor(), now);
        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let deleted = recorder.integration(EventType::IntegrationDeleted, &before, gone(before.facts()));
        let changes = Changes::new().update(&before, &after).event(deleted);
        self.work.commit(caller.scope(), secrets.recorded(changes, &recorder, &before)).await?;
        Ok(Disclosed { integration: before, secrets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_sealed_integration, an_integration, caller, vault};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        IntegrationWrite, Mask, MockIntegrationRepository, MockUnitOfWork, RepositoryError,
    };

    fn run(
        integrations: MockIntegrationRepository,
        work: MockUnitOfWork,
        permission: Permission,
    ) -> Result<Disclosed, AppError> {
        let delete = DeleteIntegration {
            integrations: Arc::new(integrations),
            work: Arc::new(work),
            vault: Arc::new(vault()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let reveal = Reveal::Permitted(Mask::StarsAndTail);
        block_on(delete.run(&caller(&[permission]), an_integration().id(), reveal))
    }

    #[test]
    fn a_caller_without_the_permission_deletes_nothing() {
        let outcome =
            run(MockIntegrationRepository::new(), MockUnitOfWork::new(), Permission::IntegrationsRead);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    }

    #[test]
    fn deleting_frees_the_keys_destroys_the_secrets_and_shows_the_last_state() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(|_, _| Ok(Some(a_sealed_integration("secret"))));
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Update { integration, released, claimed }] = &changes.integrations[..]
            else {
                panic!("{changes:?}")
            };
            assert!(integration.parts().deleted.is_some() && integration.credentials().is_none());
            assert_eq!((released.len(), claimed.len()), (1, 0));
            assert_eq!(changes.events[0].event_type, EventType::IntegrationDeleted);
            Ok(())
        });
        let shown = run(integrations, work, Permission::IntegrationsWrite).unwrap();
        assert_eq!(shown.integration.parts().deleted, None);
    }

    #[test]
    fn one_that_someone_else_deleted_meanwhile_is_not_found() {
        let mut integrations = MockIntegrationRepository::new();
        let mut stored = Some(an_integration());
        integrations.expect_find().times(2).returning(move |_, _| Ok(stored.take()));
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, _| Err(RepositoryError::Stale));
        let outcome = run(integrations, work, Permission::IntegrationsWrite);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }
}
