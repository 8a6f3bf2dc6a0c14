//! Deleting an integration.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, Credentials, EventType, IdGenerator, IntegrationId, IntegrationRepository, Permission,
    ProviderDirectory, RankingRepository, UnitOfWork, Vault,
};

use super::RevokeGrants;
use super::ranks::{Step, ranked};
use crate::record::{Recorder, gone};
use crate::retry::{Attempt, until_current};
use crate::{AppError, Caller, Disclosed, Entity, Expected, Reach, Reveal, disclosure};

/// Deletes an integration and destroys its secrets.
pub struct DeleteIntegration {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows what it connects to.
    pub providers: Arc<dyn ProviderDirectory>,
    /// Knows in which order integrations are used.
    pub rankings: Arc<dyn RankingRepository>,
    /// Saves that it is gone.
    pub work: Arc<dyn UnitOfWork>,
    /// Gives back what its provider granted.
    pub revoke: RevokeGrants,
    /// Opens its secrets a last time.
    pub vault: Arc<dyn Vault>,
    /// Dates the deletion.
    pub clock: Arc<dyn Clock>,
    /// Names the record of it.
    pub ids: Arc<dyn IdGenerator>,
}

impl DeleteIntegration {
    /// Deletes the integration, frees its unique keys, and shows it as it was. What its
    /// provider granted is given back in the background.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsWrite`],
    /// [`AppError::NotFound`] when the caller, or the API, sees no such integration,
    /// [`AppError::PreconditionFailed`] when it is at another version than expected.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        expected: &Expected,
        reveal: Reveal,
    ) -> Result<Disclosed, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let deleted = until_current(|| self.attempt(caller, id, reach, expected, reveal)).await?;
        self.revoke.deleted(&deleted.integration);
        Ok(deleted)
    }

    async fn attempt(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reach: Reach,
        expected: &Expected,
        reveal: Reveal,
    ) -> Result<Disclosed, Attempt> {
        let found = self.integrations.find(caller.scope(), id).await?;
        let meant = found.filter(|one| reach.takes(one, &*self.providers));
        let before = meant.ok_or(AppError::NotFound(Entity::Integration))?;
        expected.require(&before)?;
        let credentials = match reveal {
            Reveal::Never => Credentials::default(),
            _ => disclosure::open(&*self.vault, &before)?,
        };
        let secrets = reveal.show(caller, credentials);

        let now = self.clock.now();
        let after = before.deleted(caller.actor(), now);
        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let deleted = recorder.integration(EventType::IntegrationDeleted, &before, gone(before.summary()));
        let changes = Changes::new().update(&before, &after).event(deleted);
        let provider = self.providers.described(&before.parts().provider);
        let step = Step { before: Some(&before), after: &after };
        let (changes, _) = ranked(&*self.rankings, caller.scope(), changes, step, &provider).await?;
        self.work.commit(caller.scope(), secrets.recorded(changes, &recorder, &before)).await?;
        Ok(Disclosed { integration: before, secrets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        AtOnce, a_connection, a_sealed_integration, an_integration, caller, providers, vault,
    };
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        CredentialName, ExchangeError, IntegrationWrite, Mask, MockIntegrationRepository, MockOAuthExchanger,
        MockRankingRepository, MockUnitOfWork, Origin, RepositoryError,
    };
    use secrecy::ExposeSecret;

    fn run(
        integrations: MockIntegrationRepository,
        work: MockUnitOfWork,
        permission: Permission,
    ) -> Result<Disclosed, AppError> {
        run_on(integrations, work, MockOAuthExchanger::new(), permission, Reach::All)
    }

    fn run_on(
        integrations: MockIntegrationRepository,
        work: MockUnitOfWork,
        exchanger: MockOAuthExchanger,
        permission: Permission,
        reach: Reach,
    ) -> Result<Disclosed, AppError> {
        let delete = DeleteIntegration {
            integrations: Arc::new(integrations),
            providers: Arc::new(providers()),
            rankings: Arc::new(MockRankingRepository::new()),
            work: Arc::new(work),
            revoke: RevokeGrants {
                exchanger: Arc::new(exchanger),
                vault: Arc::new(vault()),
                background: Arc::new(AtOnce),
            },
            vault: Arc::new(vault()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let reveal = Reveal::Permitted(Mask::StarsAndTail);
        block_on(delete.run(&caller(&[permission]), an_integration().id(), reach, &Expected::Any, reveal))
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
            let [IntegrationWrite::Update { integration, released, claimed, .. }] = &changes.integrations[..]
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
    fn one_of_another_origin_is_not_found_where_only_one_origin_counts() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(|_, _| Ok(Some(an_integration())));
        let permission = Permission::IntegrationsWrite;
        let (work, exchanger) = (MockUnitOfWork::new(), MockOAuthExchanger::new());
        let outcome = run_on(integrations, work, exchanger, permission, Reach::Origin(Origin::Custom));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn what_its_provider_granted_is_given_back_and_the_deletion_stands_if_that_fails() {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(|_, _| Ok(Some(a_connection("granted"))));
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
                panic!("{changes:?}")
            };
            assert_eq!(integration.grant(), None);
            Ok(())
        });
        let mut exchanger = MockOAuthExchanger::new();
        exchanger.expect_revoke().once().returning(|connection| {
            let (provider, tokens) = (&connection.provider, &connection.tokens);
            assert_eq!(provider.as_str(), "slack");
            assert_eq!(tokens.get(&CredentialName::access_token()).unwrap().expose_secret(), "granted");
            Err(ExchangeError::TimedOut)
        });
        run_on(integrations, work, exchanger, Permission::IntegrationsWrite, Reach::All).unwrap();
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
