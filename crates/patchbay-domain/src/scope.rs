//! What a repository call may see.

use crate::{EnvironmentId, OrganisationId};

/// The organisation, and perhaps the one environment of it, that a repository call may
/// see and change. What lies outside answers as if it did not exist.
///
/// It comes from the caller, never from a path or a body: the use-case layer makes a
/// scope only while it makes a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    organisation: OrganisationId,
    environment: Option<EnvironmentId>,
}

impl Scope {
    /// All environments of one organisation, or just `environment`.
    #[must_use]
    pub const fn new(organisation: OrganisationId, environment: Option<EnvironmentId>) -> Self {
        Self { organisation, environment }
    }

    /// The organisation it is confined to.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The environment it is confined to; `None` sees all of the organisation's.
    #[must_use]
    pub const fn environment(&self) -> Option<EnvironmentId> {
        self.environment
    }

    /// Whether something in that place is inside the scope.
    #[must_use]
    pub fn sees(&self, organisation: OrganisationId, environment: EnvironmentId) -> bool {
        self.organisation == organisation && self.environment.is_none_or(|own| own == environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_scope_sees_its_organisation_and_only_its_environment() {
        let [ours, theirs] = [1, 2].map(|n| OrganisationId::from_uuid(Uuid::from_u128(n)));
        let [live, test] = [3, 4].map(|n| EnvironmentId::from_uuid(Uuid::from_u128(n)));

        let whole = Scope::new(ours, None);
        assert!(whole.sees(ours, live) && whole.sees(ours, test) && !whole.sees(theirs, live));

        let bound = Scope::new(ours, Some(live));
        assert!(bound.sees(ours, live) && !bound.sees(ours, test) && !bound.sees(theirs, live));
    }
}
