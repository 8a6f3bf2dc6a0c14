//! Environments of an organisation.

use std::sync::Arc;

use patchbay_domain::{
    Changes, Clock, EntityKind, Environment, EnvironmentId, EnvironmentName, EnvironmentRepository, Event,
    EventType, IdGenerator, Permission, UnitOfWork,
};
use serde_json::{Map, json};

use crate::record::{Recorder, made};
use crate::{AppError, Caller};

/// Adds an environment to an organisation.
pub struct CreateEnvironment {
    /// Saves it.
    pub work: Arc<dyn UnitOfWork>,
    /// Dates it.
    pub clock: Arc<dyn Clock>,
    /// Names it.
    pub ids: Arc<dyn IdGenerator>,
}

impl CreateEnvironment {
    /// Adds the environment, under `id` when one is given.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the id is in use.
    pub async fn run(
        &self,
        caller: &Caller,
        name: EnvironmentName,
        id: Option<EnvironmentId>,
    ) -> Result<Environment, AppError> {
        caller.require(Permission::IntegrationsWrite)?;
        let now = self.clock.now();
        let environment = Environment {
            id: id.unwrap_or_else(|| EnvironmentId::from_uuid(self.ids.uuid())),
            organisation_id: caller.organisation(),
            name,
            created_at: now,
        };
        let recorder = Recorder { caller, ids: &*self.ids, at: now };
        let facts = Map::from_iter([("name".to_owned(), json!(environment.name.as_str()))]);
        let event = Event {
            environment_id: Some(environment.id),
            entity: EntityKind::Environment,
            entity_id: environment.id.as_uuid(),
            ..recorder.event(EventType::EnvironmentCreated, made(facts))
        };
        self.work.commit(caller.scope(), Changes::new().environment(&environment).event(event)).await?;
        Ok(environment)
    }
}

/// Lists the environments that a caller sees.
pub struct ListEnvironments {
    /// Reads them.
    pub environments: Arc<dyn EnvironmentRepository>,
}

impl ListEnvironments {
    /// The environments, oldest first.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::IntegrationsRead`].
    pub async fn run(&self, caller: &Caller) -> Result<Vec<Environment>, AppError> {
        caller.require(Permission::IntegrationsRead)?;
        Ok(self.environments.list(caller.scope()).await?)
    }
}
