//! What no two live integrations of an organisation may share.

use std::fmt;

use super::{Identifier, Integration, IntegrationParts, Origin, ProviderId};
use crate::EnvironmentId;
use crate::event::codes;

codes! {
    /// A rule of uniqueness. An integration keeps the rules that it was made under: a
    /// change through another API never breaks them.
    UniqueRule {
        /// Name (case folded) together with manifest address (canonical).
        NameAndManifest = "name_and_manifest",
        /// Manifest address (canonical), among custom integrations.
        CustomManifest = "custom_manifest",
        /// Provider, within one environment: the one connection that an exchange made.
        Connection = "connection",
        /// Account at the provider.
        Account = "account",
        /// What programs know it by, byte by byte. Whatever has one holds it, under no other rule.
        Identifier = "identifier",
        /// The one that shows messages inside the owner's own product, within one environment.
        InApp = "in_app",
    }
}

impl UniqueRule {
    /// The key that `integration` holds under this rule; `None` where the rule has nothing
    /// to hold on to.
    #[must_use]
    pub fn key_of(self, integration: &Integration) -> Option<UniqueKey> {
        let IntegrationParts { name, manifest, origin, environment_id, provider, grant, .. } =
            integration.parts();
        let identifier = &integration.parts().identifier;
        let value = match self {
            // A name has no line break at its ends, but may have one inside: its length
            // keeps two different pairs from reading the same.
            Self::NameAndManifest => {
                let name = name.as_str().to_lowercase();
                format!("{}\n{name}\n{}", name.len(), manifest.as_ref()?.url.canonical())
            }
            Self::CustomManifest if *origin == Origin::Custom => manifest.as_ref()?.url.canonical(),
            Self::CustomManifest => return None,
            Self::Connection => return Some(UniqueKey::connection(*environment_id, provider)),
            Self::Identifier => return identifier.as_ref().map(UniqueKey::identifier),
            Self::InApp => environment_id.to_string(),
            Self::Account => format!("{provider}\n{}", grant.as_ref()?.account.as_ref()?),
        };
        Some(UniqueKey { rule: self, value })
    }
}

/// What one integration holds under one rule; no other live integration of its
/// organisation may hold the same.
///
/// Shown as its rule alone: the value is the caller's own text and may be long.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UniqueKey {
    /// The rule that gives it.
    pub rule: UniqueRule,
    /// What is held, of any length.
    pub value: String,
}

impl UniqueKey {
    /// What the connection of `provider` in `environment` holds under
    /// [`UniqueRule::Connection`].
    #[must_use]
    pub fn connection(environment: EnvironmentId, provider: &ProviderId) -> Self {
        Self { rule: UniqueRule::Connection, value: format!("{environment}\n{provider}") }
    }

    /// What whatever programs know by `identifier` holds under [`UniqueRule::Identifier`].
    #[must_use]
    pub fn identifier(identifier: &Identifier) -> Self {
        Self { rule: UniqueRule::Identifier, value: identifier.as_str().to_owned() }
    }
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rule.as_str())
    }
}

/// The rules that an integration was made under, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UniqueRules(Vec<UniqueRule>);

impl UniqueRules {
    /// The rules.
    pub fn iter(&self) -> impl Iterator<Item = UniqueRule> {
        self.0.iter().copied()
    }
}

impl FromIterator<UniqueRule> for UniqueRules {
    fn from_iter<I: IntoIterator<Item = UniqueRule>>(rules: I) -> Self {
        let given: Vec<_> = rules.into_iter().collect();
        Self(UniqueRule::ALL.iter().copied().filter(|rule| given.contains(rule)).collect())
    }
}
