//! Showing an integration with whether it works.

use std::sync::Arc;

use patchbay_domain::{
    Health, HealthRepository, Integration, IntegrationId, IntegrationRepository, Permission,
};

use crate::{AppError, Caller, Entity};

/// An integration, and whether it works, as far as its provider was asked. It shows no secret.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The integration.
    pub integration: Integration,
    /// Whether it works.
    pub health: Health,
}

/// Shows an integration with whether it works. Nobody is asked for it.
pub struct GetChecked {
    /// Finds it.
    pub integrations: Arc<dyn IntegrationRepository>,
    /// Knows whether it works.
    pub health: Arc<dyn HealthRepository>,
}

impl GetChecked {
    /// What is known of it.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`],
    /// [`AppError::NotFound`] when the caller sees no such integration.
    pub async fn run(&self, caller: &Caller, id: IntegrationId) -> Result<Checked, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let found = self.integrations.find(caller.scope(), id).await?;
        let integration = found.ok_or(AppError::NotFound(Entity::Integration))?;
        let health = self.health.find(caller.scope(), id).await?;
        Ok(Checked { integration, health })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_sealed_integration, an_integration, caller};
    use futures::executor::block_on;
    use patchbay_domain::{MockHealthRepository, MockIntegrationRepository};

    fn run(found: Option<Integration>, permission: Permission) -> Result<Checked, AppError> {
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(move |_, _| Ok(found.clone()));
        let mut health = MockHealthRepository::new();
        health.expect_find().returning(|_, _| Ok(Health::unknown()));
        let get = GetChecked { integrations: Arc::new(integrations), health: Arc::new(health) };
        block_on(get.run(&caller(&[permission]), an_integration().id()))
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let outcome = run(Some(an_integration()), Permission::IntegrationsWrite);
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let outcome = run(None, Permission::IntegrationsRead);
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    }

    #[test]
    fn an_integration_is_shown_with_its_health_and_its_secrets_stay_sealed() {
        let checked = run(Some(a_sealed_integration("planted")), Permission::IntegrationsRead).unwrap();
        assert_eq!((checked.integration.id(), checked.health), (an_integration().id(), Health::unknown()));
    }
}
