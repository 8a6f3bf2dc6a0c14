//! A partial change of an integration.

use serde_json::{Map, Value};

use super::{
    AgentId, Conditions, Configuration, Grant, Identifier, IntegrationKind, IntegrationName,
    IntegrationParts, Manifest, Status, Visibility,
};
use crate::{EnvironmentId, Sealed};

/// What to do with something that an integration may lack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Take it away.
    Remove,
    /// Put this in its place.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether it leaves everything as it is.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The same change with another kind of value.
    ///
    /// # Errors
    /// What `convert` says.
    pub fn try_map<U, E>(self, convert: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Remove => Patch::Remove,
            Self::Set(value) => Patch::Set(convert(value)?),
        })
    }

    fn apply(self, place: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Remove => *place = None,
            Self::Set(value) => *place = Some(value),
        }
    }
}

/// A partial change of an integration: what is `None` or [`Patch::Keep`] stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntegrationEdit {
    /// A new name.
    pub name: Option<IntegrationName>,
    /// What programs know it by from now on.
    pub identifier: Option<Identifier>,
    /// The environment that it lives in from now on, and all that belongs to it.
    pub environment: Option<EnvironmentId>,
    /// A new kind.
    pub kind: Option<IntegrationKind>,
    /// A new status.
    pub status: Option<Status>,
    /// Whom it is for from now on.
    pub visibility: Option<Visibility>,
    /// The agent that it is linked to.
    pub agent: Patch<AgentId>,
    /// What it is configured with, in the place of all that it was.
    pub configuration: Option<Configuration>,
    /// A new manifest: where it is, and what was read there.
    pub manifest: Option<Manifest>,
    /// Its secrets, already sealed.
    pub credentials: Patch<Sealed>,
    /// What an exchange gave, in the place of what an earlier one did.
    pub grant: Option<Grant>,
    /// What its provider says of the connection now.
    pub facts: Option<Map<String, Value>>,
    /// When it is the one to use from now on.
    pub conditions: Option<Conditions>,
}

impl IntegrationEdit {
    pub(super) fn apply(self, parts: &mut IntegrationParts) {
        if let Some(name) = self.name {
            parts.name = name;
        }
        if let Some(identifier) = self.identifier {
            parts.identifier = Some(identifier);
        }
        if let Some(environment) = self.environment {
            parts.environment_id = environment;
        }
        if let Some(kind) = self.kind {
            parts.kind = kind;
        }
        if let Some(status) = self.status {
            parts.status = status;
        }
        if let Some(visibility) = self.visibility {
            parts.visibility = visibility;
        }
        self.agent.apply(&mut parts.agent);
        if let Some(configuration) = self.configuration {
            parts.configuration = configuration;
        }
        if let Some(manifest) = self.manifest {
            parts.manifest = Some(manifest);
        }
        self.credentials.apply(&mut parts.credentials);
        if let Some(grant) = self.grant {
            parts.grant = Some(grant);
        }
        if let Some(facts) = self.facts {
            parts.facts = facts;
        }
        if let Some(conditions) = self.conditions {
            parts.conditions = conditions;
        }
    }
}
