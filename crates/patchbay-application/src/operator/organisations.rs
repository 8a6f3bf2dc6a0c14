//! Organisations.

use std::sync::Arc;

use patchbay_domain::{
    Clock, Environment, EnvironmentId, EnvironmentName, EventType, IdGenerator, Organisation,
    OrganisationDirectory, OrganisationId, OrganisationName,
};
use serde_json::{Map, json};

use crate::record::{Recorder, made};
use crate::{AppError, Caller, Entity};

/// Adds an organisation with its default environment.
pub struct CreateOrganisation {
    /// Keeps organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl CreateOrganisation {
    /// Adds the organisation, under `id` when one is given.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the id is in use.
    pub async fn run(
        &self,
        name: OrganisationName,
        id: Option<OrganisationId>,
    ) -> Result<Organisation, AppError> {
        let now = self.clock.now();
        let organisation = Organisation {
            id: id.unwrap_or_else(|| OrganisationId::from_uuid(self.ids.uuid())),
            name,
            default_environment: EnvironmentId::from_uuid(self.ids.uuid()),
            created_at: now,
        };
        let environment = Environment {
            id: organisation.default_environment,
            organisation_id: organisation.id,
            name: EnvironmentName::default_environment(),
            created_at: now,
        };
        let operator = Caller::operator(&organisation);
        let recorder = Recorder { caller: &operator, ids: &*self.ids, at: now };
        let facts = Map::from_iter([("name".to_owned(), json!(organisation.name.as_str()))]);
        let event = recorder.event(EventType::OrganisationCreated, made(facts));
        self.organisations.create(&organisation, &environment, event).await?;
        Ok(organisation)
    }
}

/// Lists the organisations of the installation.
pub struct ListOrganisations {
    /// Keeps organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
}

impl ListOrganisations {
    /// Every organisation, oldest first.
    ///
    /// # Errors
    /// What the store says.
    pub async fn run(&self) -> Result<Vec<Organisation>, AppError> {
        Ok(self.organisations.list().await?)
    }
}

/// Lets the operator act for one organisation.
pub struct ActForOrganisation {
    /// Keeps organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
}

impl ActForOrganisation {
    /// A caller who may do everything in the organisation.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such organisation.
    pub async fn run(&self, id: OrganisationId) -> Result<Caller, AppError> {
        let found = self.organisations.find(id).await?;
        found
            .map(|organisation| Caller::operator(&organisation))
            .ok_or(AppError::NotFound(Entity::Organisation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{Actor, MockOrganisationDirectory};
    use uuid::Uuid;

    #[test]
    fn an_organisation_comes_with_its_default_environment_and_a_record() {
        let mut organisations = MockOrganisationDirectory::new();
        organisations.expect_create().once().returning(|organisation, environment, event| {
            assert_eq!(environment.id, organisation.default_environment);
            assert_eq!(environment.organisation_id, organisation.id);
            assert_eq!((event.actor, event.entity_id), (Actor::Operator, organisation.id.as_uuid()));
            Ok(())
        });
        let create = CreateOrganisation {
            organisations: Arc::new(organisations),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
        };
        let id = OrganisationId::from_uuid(Uuid::from_u128(7));
        let made = block_on(create.run(OrganisationName::parse("acme").unwrap(), Some(id))).unwrap();
        assert_eq!(made.id, id);
    }

    #[test]
    fn nobody_acts_for_an_organisation_that_is_not_there() {
        let mut organisations = MockOrganisationDirectory::new();
        organisations.expect_find().returning(|_| Ok(None));
        let act = ActForOrganisation { organisations: Arc::new(organisations) };
        let outcome = block_on(act.run(OrganisationId::from_uuid(Uuid::nil())));
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Organisation))), "{outcome:?}");
    }
}
