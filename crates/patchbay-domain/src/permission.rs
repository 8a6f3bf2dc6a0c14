//! What a key may do.

use std::fmt;
use std::str::FromStr;

/// A text that names no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown permission: {0}")]
pub struct UnknownPermission(pub String);

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One thing that a key may do, named `resource:action`. Write never implies read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $($(#[$doc])* $name,)+
        }

        impl Permission {
            /// Every permission, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its name, as stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

permissions! {
    /// See integrations.
    IntegrationsRead = "integrations:read",
    /// Create, change and delete integrations.
    IntegrationsWrite = "integrations:write",
    /// See settings and channel configurations.
    SettingsRead = "settings:read",
    /// Change settings and channel configurations.
    SettingsWrite = "settings:write",
    /// Exchange OAuth codes.
    OauthExchange = "oauth:exchange",
    /// See secrets unmasked.
    CredentialsReveal = "credentials:reveal",
    /// See contacts.
    ContactsRead = "contacts:read",
    /// Create, change and delete contacts.
    ContactsWrite = "contacts:write",
    /// See deals.
    DealsRead = "deals:read",
    /// Create, change and delete deals.
    DealsWrite = "deals:write",
    /// See agents.
    AgentsRead = "agents:read",
    /// Create, change and delete agents.
    AgentsWrite = "agents:write",
    /// See webhook subscriptions.
    WebhooksRead = "webhooks:read",
    /// Create, change and delete webhook subscriptions.
    WebhooksWrite = "webhooks:write",
    /// Create and revoke keys.
    KeysWrite = "keys:write",
    /// Read the audit log.
    AuditRead = "audit:read",
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        let known = Self::ALL.iter().find(|permission| permission.as_str() == text);
        known.copied().ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// Every permission there is.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the set holds `permission`.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What the set holds, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | 1 << permission as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_read_as_it_is_written() {
        for permission in Permission::ALL {
            assert_eq!(permission.to_string().parse(), Ok(*permission));
        }
        assert_eq!(
            "integrations:all".parse::<Permission>(),
            Err(UnknownPermission("integrations:all".to_owned()))
        );
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let set: Permissions = [Permission::AuditRead, Permission::IntegrationsWrite].into_iter().collect();
        assert!(set.contains(Permission::AuditRead) && !set.contains(Permission::IntegrationsRead));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Permission::IntegrationsWrite, Permission::AuditRead]);
        assert_eq!(Permissions::all().iter().count(), Permission::ALL.len());
        assert!(Permissions::default().is_empty());
    }
}
