//! Typed identifiers: an id of one entity is not an id of another.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not a UUID in its hyphenated form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct InvalidId;

/// Parses the hyphenated form of RFC 9562 §4, any version, either case.
///
/// The other spellings that the `uuid` crate knows (braces, `urn:`, no hyphens) are
/// refused: one entity has one address.
fn parse(text: &str) -> Result<Uuid, InvalidId> {
    const HYPHENATED: usize = 36;
    if text.len() != HYPHENATED {
        return Err(InvalidId);
    }
    Uuid::try_parse(text).map_err(|_| InvalidId)
}

macro_rules! entity_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Made as UUIDv7, so ids sort by creation; read in any version. Shown
        /// hyphenated and in lower case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID as this kind of id.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

entity_id!(
    /// Identifies an [`Organisation`](crate::Organisation).
    OrganisationId
);
entity_id!(
    /// Identifies an [`Environment`](crate::Environment).
    EnvironmentId
);
entity_id!(
    /// Identifies an [`Integration`](crate::Integration).
    IntegrationId
);
entity_id!(
    /// Identifies an [`ApiKey`](crate::ApiKey); not the key itself, and no secret.
    ApiKeyId
);
entity_id!(
    /// Identifies a [`Setting`](crate::Setting).
    SettingId
);
entity_id!(
    /// Identifies a [`Receipt`](crate::Receipt). Made as UUIDv5 of the request itself.
    ReceiptId
);
entity_id!(
    /// Identifies an [`Authorization`](crate::Authorization).
    AuthorizationId
);
entity_id!(
    /// Identifies an [`Event`](crate::Event).
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_either_case_and_shown_in_lower_case() {
        let id: IntegrationId = "0192202E-B6F3-7D23-8025-3F60675CC031".parse().unwrap();
        assert_eq!(id.to_string(), "0192202e-b6f3-7d23-8025-3f60675cc031");
    }

    #[test]
    fn other_spellings_of_a_uuid_are_not_ids() {
        for text in [
            "",
            "not-a-uuid",
            "0192202eb6f37d2380253f60675cc031",
            "{0192202e-b6f3-7d23-8025-3f60675cc031}",
            "urn:uuid:0192202e-b6f3-7d23-8025-3f60675cc031",
            "0192202e-b6f3-7d23-8025-3f60675cc03g",
        ] {
            assert_eq!(text.parse::<IntegrationId>(), Err(InvalidId), "{text}");
        }
    }
}
