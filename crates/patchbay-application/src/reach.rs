//! Which integrations an API speaks of.

use patchbay_domain::{Integration, Origin, ProviderDirectory};

/// Which integrations an API speaks of: any other is as if it did not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// All of them.
    #[default]
    All,
    /// Those of one origin.
    Origin(Origin),
    /// Those whose provider has a name on this dialect.
    NamedOn(&'static str),
}

impl Reach {
    /// Whether it speaks of `integration`.
    pub(crate) fn takes(self, integration: &Integration, providers: &dyn ProviderDirectory) -> bool {
        let parts = integration.parts();
        match self {
            Self::All => true,
            Self::Origin(origin) => parts.origin == origin,
            Self::NamedOn(dialect) => {
                integration.provider_on(dialect, &providers.described(&parts.provider)).is_some()
            }
        }
    }
}
