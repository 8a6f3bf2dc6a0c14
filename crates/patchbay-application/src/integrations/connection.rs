//! Showing the connection of a provider.

use patchbay_domain::{Permission, ProviderId, UniqueKey};

use super::GetIntegration;
use crate::oauth::RefreshGrant;
use crate::{AppError, Caller, Disclosed, Entity, Read, Reveal, VersionSeen, disclosure};

/// Shows the connection of a provider, which [`ConnectProvider`](super::ConnectProvider) made.
pub struct GetConnection {
    /// Shows integrations.
    pub get: GetIntegration,
    /// Has its tokens replaced that end.
    pub refresh: RefreshGrant,
}

impl GetConnection {
    /// The connection in the caller's environment, and its tokens as the caller may see them,
    /// unless the caller has seen just that: `known`;
    /// showing them in full is recorded before they are shown.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::NotFound`] when there is none.
    pub async fn run(
        &self,
        caller: &Caller,
        provider: &ProviderId,
        reveal: Reveal,
        known: &[VersionSeen],
    ) -> Result<Read<Disclosed>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let key = UniqueKey::connection(caller.home(), provider);
        let found = self.get.integrations.find_holder(caller.scope(), &key).await?;
        let mut integration = found.ok_or(AppError::NotFound(Entity::Connection))?;
        if reveal.is_full_for(caller) {
            // Nobody is handed a token that is about to end.
            integration = self.refresh.fresh(caller, integration).await?;
        }
        let seen = VersionSeen::of(&integration, caller, reveal);
        if known.contains(&seen) {
            return Ok(Read::Unchanged(seen));
        }
        let secrets = reveal.show(caller, disclosure::open_grant(&*self.get.vault, &integration)?);
        Ok(Read::Now(self.get.shown(caller, integration, secrets).await?, seen))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Shown;
    use crate::testing::{a_connection, caller, refreshing_nothing, vault};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{EventType, Integration, Mask, MockIntegrationRepository, MockUnitOfWork};

    fn run(
        found: Option<Integration>,
        work: MockUnitOfWork,
        permissions: &[Permission],
    ) -> Result<Disclosed, AppError> {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find_holder().return_once(|_, _| Ok(found));
        let get = GetIntegration {
            integrations: Arc::new(integrations),
            work: Arc::new(work),
            vault: Arc::new(vault()),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let reveal = Reveal::Permitted(Mask::StarsAndTail);
        let refresh = refreshing_nothing();
        let read = block_on(GetConnection { get, refresh }.run(
            &caller(permissions),
            &ProviderId::slack(),
            reveal,
            &[],
        ))?;
        let Read::Now(disclosed, _) = read else { panic!("{read:?}") };
        Ok(disclosed)
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let outcome = run(None, MockUnitOfWork::new(), &[Permission::OauthExchange]);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }

    #[test]
    fn a_provider_that_is_not_connected_has_nothing_to_show() {
        let outcome = run(None, MockUnitOfWork::new(), &[Permission::IntegrationsRead]);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Connection))), "{outcome:?}");
    }

    #[test]
    fn tokens_are_masked_and_nothing_is_recorded_for_those_who_may_not_see_them() {
        let found = Some(a_connection("xoxb-a-long-token"));
        let shown = run(found, MockUnitOfWork::new(), &[Permission::IntegrationsRead]).unwrap();
        let Shown::Masked(masks) = shown.secrets else { panic!("{shown:?}") };
        assert_eq!(masks[0].1, "********oken");
    }

    #[test]
    fn tokens_are_shown_in_full_once_that_is_recorded() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert_eq!(changes.events[0].event_type, EventType::CredentialRevealed);
            Ok(())
        });
        let permissions = [Permission::IntegrationsRead, Permission::CredentialsReveal];
        let shown = run(Some(a_connection("xoxb-a-long-token")), work, &permissions).unwrap();
        assert!(shown.secrets.is_revealing());
    }
}
