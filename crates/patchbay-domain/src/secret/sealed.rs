//! A secret as it is stored.

use std::fmt;

use uuid::Uuid;

use crate::event::codes;
use crate::{IntegrationId, InvalidText, OrganisationId, ReceiptId, SettingId};

/// Names a master key: 1 to 32 letters, digits, `-` and `_`. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// The most characters it may have.
    pub const MAX_CHARS: usize = 32;

    /// Reads a key id.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        crate::text::bounded(raw, 1, Self::MAX_CHARS)?;
        if !raw.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') {
            return Err(InvalidText::Character { allowed: "letters, digits, - and _" });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

codes! {
    /// Where, among the columns of the store, a sealed value belongs.
    SealedField {
        /// The credentials of an integration.
        Credentials = "integrations.credentials",
        /// The tokens of an integration's grant.
        Grant = "integrations.grant_tokens",
        /// The refresh token before the present one.
        PreviousRefresh = "token_refreshes.previous",
        /// The value of a setting that is secret.
        SettingValue = "settings.value",
        /// The answer to a request that is to have its effect once.
        Receipt = "receipts.content",
        /// The value that shows at start-up whether the master keys are the right ones.
        Canary = "installation.canary",
    }
}

/// The one place that a sealed value belongs to. A value moved to another organisation,
/// row or field does not open there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretPlace {
    /// Whose row it is.
    pub organisation: OrganisationId,
    /// The row.
    pub row: Uuid,
    /// The column.
    pub field: SealedField,
}

impl SecretPlace {
    /// The place of an integration's credentials.
    #[must_use]
    pub const fn credentials(organisation: OrganisationId, integration: IntegrationId) -> Self {
        Self { organisation, row: integration.as_uuid(), field: SealedField::Credentials }
    }

    /// The place of the tokens of an integration's grant.
    #[must_use]
    pub const fn grant(organisation: OrganisationId, integration: IntegrationId) -> Self {
        Self { organisation, row: integration.as_uuid(), field: SealedField::Grant }
    }

    /// The place of the refresh token that the present one replaced.
    #[must_use]
    pub const fn previous_refresh(organisation: OrganisationId, integration: IntegrationId) -> Self {
        Self { organisation, row: integration.as_uuid(), field: SealedField::PreviousRefresh }
    }

    /// The place of a setting's value.
    #[must_use]
    pub const fn setting(organisation: OrganisationId, setting: SettingId) -> Self {
        Self { organisation, row: setting.as_uuid(), field: SealedField::SettingValue }
    }

    /// The place of a receipt's content.
    #[must_use]
    pub const fn receipt(organisation: OrganisationId, receipt: ReceiptId) -> Self {
        Self { organisation, row: receipt.as_uuid(), field: SealedField::Receipt }
    }

    /// The place of the canary, which belongs to no organisation.
    #[must_use]
    pub const fn canary() -> Self {
        Self {
            organisation: OrganisationId::from_uuid(Uuid::nil()),
            row: Uuid::nil(),
            field: SealedField::Canary,
        }
    }
}

/// A secret as it is stored: opaque bytes that only a [`Vault`](crate::Vault) reads.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    key_id: KeyId,
    envelope: Box<[u8]>,
}

impl Sealed {
    /// An envelope that was sealed under the master key `key_id`.
    #[must_use]
    pub fn new(key_id: KeyId, envelope: impl Into<Box<[u8]>>) -> Self {
        Self { key_id, envelope: envelope.into() }
    }

    /// The master key that it was sealed under.
    #[must_use]
    pub const fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The bytes to store.
    #[must_use]
    pub const fn envelope(&self) -> &[u8] {
        &self.envelope
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.key_id, self.envelope.len())
    }
}
