//! The keys that callers present.

mod limit;
mod repository;
mod scheme;
mod uses;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};

pub use limit::{InvalidRequestsPerMinute, RequestsPerMinute};
pub use repository::{ApiKeyRepository, KeyLookup, KeyOwner};
#[cfg(feature = "testing")]
pub use repository::{MockApiKeyRepository, MockKeyLookup};
#[cfg(feature = "testing")]
pub use scheme::MockKeyScheme;
pub use scheme::{KeyScheme, MintedKey};
pub use uses::KeyUses;
#[cfg(feature = "testing")]
pub use uses::MockKeyUses;

use crate::event::codes;
use crate::text::text_value;
use crate::{ApiKeyId, EnvironmentId, OrganisationId, Permissions, Scope};

text_value!(
    /// What a key is called: 1 to 255 characters, trimmed. Not unique.
    ApiKeyName,
    trimmed,
    1..=255
);

codes! {
    /// What a key is for; it decides the prefix of its text.
    KeyKind {
        /// Anything.
        Generic = "generic",
        /// Zapier.
        Zapier = "zapier",
        /// Make.
        Make = "make",
        /// A client of the owner's own.
        Custom = "custom",
        /// Webhook senders.
        Webhook = "webhook",
    }
}

impl KeyKind {
    /// What the text of such a key starts with. Never changes: scanners look for it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Generic => "ck_",
            Self::Zapier => "zap_",
            Self::Make => "make_",
            Self::Custom => "cst_",
            Self::Webhook => "whk_",
        }
    }
}

impl FromStr for KeyKind {
    type Err = UnknownKeyKind;

    fn from_str(text: &str) -> Result<Self, UnknownKeyKind> {
        Self::from_code(text).ok_or_else(|| UnknownKeyKind(text.to_owned()))
    }
}

/// A text that names no kind of key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of key: {0}")]
pub struct UnknownKeyKind(pub String);

/// The SHA-256 of a key's text: all that is stored of it.
///
/// A key has 224 random bits, so a fast hash is enough and finding it by hash leaks
/// nothing through timing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Takes a digest as a key's hash.
    #[must_use]
    pub const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(…)")
    }
}

/// A key of an organisation: what it may do, and until when. Its text is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Identifies it.
    pub id: ApiKeyId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The one environment that it is bound to; `None` reaches all of the organisation's.
    pub environment_id: Option<EnvironmentId>,
    /// What it is called.
    pub name: ApiKeyName,
    /// What it is for.
    pub kind: KeyKind,
    /// How its text begins: the kind's prefix and eight hex digits, to tell keys apart.
    pub prefix: String,
    /// The hash of its text.
    pub hash: KeyHash,
    /// What it may do.
    pub permissions: Permissions,
    /// How many requests it may make in a minute; `None` leaves that to the installation.
    pub requests_per_minute: Option<RequestsPerMinute>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to about a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// How far apart the uses are at least that are kept.
    pub const USES_APART: TimeDelta = TimeDelta::minutes(1);

    /// Whether it opens anything at `now`.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }

    /// Whether a use at `now` is news: it is kept to about a minute.
    #[must_use]
    pub fn is_use_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now.signed_duration_since(last) >= Self::USES_APART)
    }

    /// What its holder may see.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope::new(self.organisation_id, self.environment_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_differ_in_prefix_and_are_read_as_they_are_written() {
        for kind in KeyKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            let alike = KeyKind::ALL.iter().filter(|other| other.prefix().starts_with(kind.prefix()));
            assert_eq!(alike.count(), 1, "{kind:?}");
        }
    }

    #[test]
    fn a_hash_shows_nothing_in_debug_output() {
        assert_eq!(format!("{:?}", KeyHash::from_bytes([7; 32])), "KeyHash(…)");
    }
}
