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
    use crate::testing::{at, at_home, bound_caller, caller, elsewhere};
    use futures::executor::block_on;
    use patchbay_domain::{EnvironmentId, EnvironmentName, MockEnvironmentRepository, Scope};

    fn environment(scope: &Scope, id: EnvironmentId) -> Environment {
        let name = EnvironmentName::parse("any").unwrap();
        Environment { id, organisation_id: scope.organisation(), name, created_at: at(0) }
    }

    /// Two of them, as far as the scope sees them.
    fn two() -> Environments {
        let mut environments = MockEnvironmentRepository::new();
        let seen = |scope: &Scope| {
            let sees = |id: &EnvironmentId| scope.sees(scope.organisation(), *id);
            [at_home(), elsewhere()].into_iter().filter(sees).map(|id| environment(scope, id)).collect()
        };
        environments.expect_list().returning(move |scope| Ok(seen(scope)));
        environments.expect_find().returning(|scope, id| {
            Ok((id != EnvironmentId::from_uuid(uuid::Uuid::nil())).then(|| environment(scope, id)))
        });
        Environments { environments: Arc::new(environments) }
    }

    const READER: &[Permission] = &[Permission::IntegrationsRead];

    #[test]
    fn a_key_is_told_of_the_environments_that_it_sees_and_where_it_is_at_home() {
        let told = |caller: Caller| {
            let listed = block_on(two().list(&caller)).unwrap();
            let home = block_on(two().home(&caller)).unwrap().id;
            (listed.iter().map(|one| one.id).collect::<Vec<_>>(), home)
        };
        assert_eq!(told(caller(READER)), (vec![at_home(), elsewhere()], at_home()));
        assert_eq!(told(bound_caller(elsewhere(), READER)), (vec![elsewhere()], elsewhere()));
    }

    #[test]
    fn a_home_that_is_gone_is_not_found() {
        let gone = EnvironmentId::from_uuid(uuid::Uuid::nil());
        let outcome = block_on(two().home(&bound_caller(gone, READER)));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Environment))), "{outcome:?}");
    }

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
