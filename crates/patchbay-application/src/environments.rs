//! What callers are told of environments.

use std::sync::Arc;

use patchbay_domain::{Environment, EnvironmentRepository, Permission};

use crate::{AppError, Caller, Entity};

/// Tells which environments there are.
#[derive(Clone)]
pub struct Environments {
    /// Knows them.
    pub environments: Arc<dyn EnvironmentRepository>,
}

impl Environments {
    /// The environments that the caller may see, oldest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Environment>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        Ok(self.environments.list(caller.scope()).await?)
    }

    /// The environment that the caller is at home in.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn home(&self, caller: &Caller) -> Result<Environment, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        let found = self.environments.find(caller.scope(), caller.home()).await?;
        found.ok_or(AppError::NotFound(Entity::Environment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::caller;
    use futures::executor::block_on;
    use patchbay_domain::MockEnvironmentRepository;

    #[test]
    fn a_caller_without_the_permission_is_told_of_none() {
        let environments = Environments { environments: Arc::new(MockEnvironmentRepository::new()) };
        let caller = caller(&[Permission::IntegrationsWrite]);
        let outcome = block_on(environments.list(&caller));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
        let outcome = block_on(environments.home(&caller));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{outcome:?}");
    }
}
