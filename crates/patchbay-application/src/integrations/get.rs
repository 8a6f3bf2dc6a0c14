//! Showing one integration.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, Credentials, IdGenerator, Integration, IntegrationId, IntegrationRepository, Permission,
    UnitOfWork, Vault,
};

use crate::record::Recorder;
use crate::{AppError, Caller, Disclosed, Entity, Read, Reveal, Shown, VersionSeen, disclosure};

/// Shows one integration.
#[derive(Clone)]
pub struct GetIntegration {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Records that secrets were shown.
    pub work: Arc<dyn UnitOfWork>,
    /// Opens its secrets.
    pub vault: Arc<dyn Vault>,
    /// Dates the record.
    pub clock: Arc<dyn Clock>,
    /// Names the record.
    pub ids: Arc<dyn IdGenerator>,
}

impl GetIntegration {
    /// The integration, and its secrets as the caller may see them, unless the caller has seen
    /// just that: `known`. Secrets are opened only when there are any; showing them in full is
    /// recorded before they are shown.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(
        &self,
        caller: &Caller,
        id: IntegrationId,
        reveal: Reveal,
        known: &[VersionSeen],
    ) -> Result<Read<Disclosed>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let found = self.integrations.find(caller.scope(), id).await?;
        let integration = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let seen = VersionSeen::of(&integration, caller, reveal);
        if known.contains(&seen) {
            return Ok(Read::Unchanged(seen));
        }
        Ok(Read::Now(self.disclosed(caller, integration, reveal).await?, seen))
    }

    /// The integration, and its secrets as the caller may see them; they are opened only when
    /// there are any.
    pub(super) async fn disclosed(
        &self,
        caller: &Caller,
        integration: Integration,
        reveal: Reveal,
    ) -> Result<Disclosed, AppError> {
        if integration.credentials().is_none() || reveal == Reveal::Never {
            let secrets = reveal.show(caller, Credentials::default());
            return Ok(Disclosed { integration, secrets });
        }
        let secrets = reveal.show(caller, disclosure::open(&*self.vault, &integration)?);
        self.shown(caller, integration, secrets).await
    }

    /// Answers secrets with the integration that has them, once it is recorded where it
    /// shows them in full.
    pub(super) async fn shown(
        &self,
        caller: &Caller,
        integration: Integration,
        secrets: Shown,
    ) -> Result<Disclosed, AppError> {
        if secrets.is_revealing() {
            let recorder = Recorder { caller, ids: &*self.ids, at: self.clock.now() };
            let changes = secrets.recorded(Changes::new(), &recorder, &integration);
            self.work.commit(caller.scope(), changes).await?;
        }
        Ok(Disclosed { integration, secrets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_sealed_integration, an_integration, caller, vault};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        EventType, Mask, MockIntegrationRepository, MockUnitOfWork, MockVault, RepositoryError,
    };

    fn run(
        found: Option<Integration>,
        vault: MockVault,
        work: MockUnitOfWork,
        permissions: &[Permission],
    ) -> Result<Disclosed, AppError> {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().return_once(|_, _| Ok(found));
        let get = GetIntegration {
            integrations: Arc::new(integrations),
            work: Arc::new(work),
            vault: Arc::new(vault),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let reveal = Reveal::Permitted(Mask::StarsAndTail);
        let read = block_on(get.run(&caller(permissions), an_integration().id(), reveal, &[]))?;
        let Read::Now(disclosed, _) = read else { panic!("{read:?}") };
        Ok(disclosed)
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let outcome = run(None, MockVault::new(), MockUnitOfWork::new(), &[Permission::IntegrationsWrite]);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }

    #[test]
    fn what_the_scope_does_not_see_is_not_found() {
        let outcome = run(None, MockVault::new(), MockUnitOfWork::new(), &[Permission::IntegrationsRead]);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn an_integration_without_secrets_opens_and_records_nothing() {
        // Neither mock expects a call: each would panic.
        let permissions = [Permission::IntegrationsRead, Permission::CredentialsReveal];
        let shown =
            run(Some(an_integration()), MockVault::new(), MockUnitOfWork::new(), &permissions).unwrap();
        assert!(!shown.secrets.is_revealing());
    }

    #[test]
    fn without_the_permission_secrets_are_masked_and_nothing_is_recorded() {
        let sealed = a_sealed_integration("some-auth-credential");
        let shown =
            run(Some(sealed), vault(), MockUnitOfWork::new(), &[Permission::IntegrationsRead]).unwrap();
        let Shown::Masked(masks) = shown.secrets else { panic!("revealed") };
        assert_eq!(masks[0].1, "********tial");
    }

    #[test]
    fn showing_secrets_in_full_is_recorded() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert_eq!(changes.events[0].event_type, EventType::CredentialRevealed);
            Ok(())
        });
        let permissions = [Permission::IntegrationsRead, Permission::CredentialsReveal];
        let shown = run(Some(a_sealed_integration("secret")), vault(), work, &permissions).unwrap();
        assert!(shown.secrets.is_revealing());
    }

    #[test]
    fn a_secret_whose_showing_cannot_be_recorded_is_not_shown() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().returning(|_, _| Err(RepositoryError::Busy));
        let permissions = [Permission::IntegrationsRead, Permission::CredentialsReveal];
        let outcome = run(Some(a_sealed_integration("secret")), vault(), work, &permissions);
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }
}
