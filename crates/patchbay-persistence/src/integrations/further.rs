//! What a list is narrowed to beside environment and origin.

use patchbay_domain::{AgentId, IntegrationFilter, IntegrationKind, ProviderId, Status, Visibility};

/// The values that columns are to have; `None` where any will do.
#[derive(Default)]
pub(super) struct Further {
    pub(super) status: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) visibility: Option<String>,
    pub(super) agent: Option<String>,
}

impl Further {
    /// What `filter` narrows to; `None` when that is nothing of this.
    pub(super) fn of(filter: &IntegrationFilter) -> Option<Self> {
        let own = |text: &str| text.to_owned();
        let further = Self {
            status: filter.status.map(Status::as_str).map(own),
            kind: filter.kind.as_ref().map(IntegrationKind::as_str).map(own),
            provider: filter.provider.as_ref().map(ProviderId::as_str).map(own),
            visibility: filter.visibility.map(Visibility::as_str).map(own),
            agent: filter.agent.as_ref().map(AgentId::as_str).map(own),
        };
        let Self { status, kind, provider, visibility, agent } = &further;
        let is_any = [status, kind, provider, visibility, agent].into_iter().all(Option::is_none);
        (!is_any).then_some(further)
    }
}
