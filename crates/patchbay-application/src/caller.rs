//! Who asks.

use chrono::{DateTime, Utc};
use patchbay_domain::{
    Actor, ApiKey, EnvironmentId, KeyOwner, Organisation, OrganisationId, Permission, Permissions,
    RequestsPerMinute, Scope,
};

use crate::AppError;

/// Who asks, for whom, and what they may do: the one value that every use case takes.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    actor: Actor,
    permissions: Permissions,
    requests_per_minute: Option<RequestsPerMinute>,
    scope: Scope,
    home: EnvironmentId,
    organisation_created_at: DateTime<Utc>,
}

impl Caller {
    /// The holder of a key.
    pub(crate) fn holder(owner: &KeyOwner) -> Self {
        let KeyOwner { key, organisation } = owner;
        let ApiKey { id, permissions, requests_per_minute, environment_id, .. } = *key;
        Self {
            actor: Actor::Key(id),
            permissions,
            requests_per_minute,
            scope: Scope::new(organisation.id, environment_id),
            home: environment_id.unwrap_or(organisation.default_environment),
            organisation_created_at: organisation.created_at,
        }
    }

    /// The operator of the installation, acting for one organisation.
    pub(crate) fn operator(organisation: &Organisation) -> Self {
        Self {
            actor: Actor::Operator,
            permissions: Permissions::all(),
            requests_per_minute: None,
            scope: Scope::new(organisation.id, None),
            home: organisation.default_environment,
            organisation_created_at: organisation.created_at,
        }
    }

    /// The service, which does by itself what nobody asked for at the moment.
    pub(crate) fn service(organisation: &Organisation) -> Self {
        Self { actor: Actor::Service, ..Self::operator(organisation) }
    }

    /// The service, which goes on with what `actor` began in an environment.
    pub(crate) fn going_on_for(
        organisation: &Organisation,
        environment: EnvironmentId,
        actor: Actor,
    ) -> Self {
        let scope = Scope::new(organisation.id, Some(environment));
        Self { actor, scope, home: environment, ..Self::operator(organisation) }
    }

    /// Who it is.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// What the caller may see.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whose data the caller works on.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.scope.organisation()
    }

    /// When that organisation was made.
    #[must_use]
    pub const fn organisation_created_at(&self) -> DateTime<Utc> {
        self.organisation_created_at
    }

    /// Where something goes that the caller makes without naming an environment: the one
    /// of the key, or the organisation's default one.
    #[must_use]
    pub const fn home(&self) -> EnvironmentId {
        self.home
    }

    /// The environment that the caller names, or else the one it is at home in.
    ///
    /// # Errors
    /// [`AppError::OtherEnvironment`] when the caller may see another one only.
    pub fn environment(&self, named: Option<EnvironmentId>) -> Result<EnvironmentId, AppError> {
        let environment = named.unwrap_or(self.home);
        if self.scope.sees(self.organisation(), environment) {
            Ok(environment)
        } else {
            Err(AppError::OtherEnvironment)
        }
    }

    /// What the caller may see of the environment it names, or else of the one it is at home in.
    ///
    /// # Errors
    /// Those of [`environment`](Self::environment).
    pub fn scope_within(&self, named: Option<EnvironmentId>) -> Result<Scope, AppError> {
        Ok(Scope::new(self.organisation(), Some(self.environment(named)?)))
    }

    /// Whether the caller may do this.
    #[must_use]
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// What the caller may do.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// How many requests the caller's key may make in a minute, where that was decided for
    /// this one key.
    #[must_use]
    pub const fn requests_per_minute(&self) -> Option<RequestsPerMinute> {
        self.requests_per_minute
    }

    /// Stops a use case that the caller may not run.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] with the permission that is missing.
    pub fn require(&self, permission: Permission) -> Result<(), AppError> {
        if self.may(permission) { Ok(()) } else { Err(AppError::Forbidden(permission)) }
    }
}
