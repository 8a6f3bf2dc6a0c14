//! Label/value pairs of an integration, as a whole or for one chat channel.

mod channel_config;
mod repository;
mod values;

use chrono::{DateTime, Utc};

pub use channel_config::ChannelConfig;
pub use repository::{ChannelConfigRepository, SettingRepository};
#[cfg(feature = "testing")]
pub use repository::{MockChannelConfigRepository, MockSettingRepository};
pub use values::{ChannelId, SettingLabel, SettingText, is_secret_name};

use crate::{EnvironmentId, IntegrationId, OrganisationId, Sealed, SecretPlace, SettingId, Version};

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// Text that everyone who reads settings may see.
    Plain(SettingText),
    /// A secret, sealed under [`SealedField::SettingValue`](crate::SealedField).
    Secret(Sealed),
}

/// The parts of a [`Setting`], for the store that reads and writes them.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingParts {
    /// Identifies it.
    pub id: SettingId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// The environment that its integration lives in.
    pub environment_id: EnvironmentId,
    /// The integration that it belongs to.
    pub integration_id: IntegrationId,
    /// The one chat channel that it is for; `None` is for the integration as a whole.
    pub channel: Option<ChannelId>,
    /// What it is called: no two of one integration, or of one channel of it, share a label.
    pub label: SettingLabel,
    /// What it is set to.
    pub value: SettingValue,
    /// Counts its changes.
    pub version: Version,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// One label/value pair of an integration; never a member of its configuration.
///
/// An entity of its own: it changes without its integration. Its verbs return its next
/// version and leave this one as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting(SettingParts);

impl Setting {
    /// A new setting at its first version.
    #[must_use]
    pub fn create(parts: SettingParts) -> Self {
        Self(SettingParts { version: Version::FIRST, updated_at: parts.created_at, ..parts })
    }

    /// Puts a stored setting together again.
    #[must_use]
    pub const fn from_parts(parts: SettingParts) -> Self {
        Self(parts)
    }

    /// Its parts, to read.
    #[must_use]
    pub const fn parts(&self) -> &SettingParts {
        &self.0
    }

    /// Identifies it.
    #[must_use]
    pub const fn id(&self) -> SettingId {
        self.0.id
    }

    /// What it is called.
    #[must_use]
    pub const fn label(&self) -> &SettingLabel {
        &self.0.label
    }

    /// What it is set to.
    #[must_use]
    pub const fn value(&self) -> &SettingValue {
        &self.0.value
    }

    /// Where its value belongs when it is sealed.
    #[must_use]
    pub const fn place(&self) -> SecretPlace {
        SecretPlace::setting(self.0.organisation_id, self.0.id)
    }

    /// The next version with this label and value; `None` when both are so already.
    #[must_use]
    pub fn changed(&self, label: SettingLabel, value: SettingValue, now: DateTime<Utc>) -> Option<Self> {
        let next = SettingParts { label, value, ..self.0.clone() };
        (next != self.0).then(|| Self(SettingParts { version: next.version.next(), updated_at: now, ..next }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn setting(value: &str) -> Setting {
        let id = Uuid::from_u128(1);
        let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        Setting::create(SettingParts {
            id: SettingId::from_uuid(id),
            organisation_id: OrganisationId::from_uuid(id),
            environment_id: EnvironmentId::from_uuid(id),
            integration_id: IntegrationId::from_uuid(id),
            channel: None,
            label: SettingLabel::parse("colour").unwrap(),
            value: SettingValue::Plain(SettingText::parse(value).unwrap()),
            version: Version::FIRST,
            created_at: now,
            updated_at: now,
        })
    }

    #[test]
    fn a_change_makes_the_next_version_and_keeps_the_rest() {
        let before = setting("red");
        let later = before.parts().created_at + TimeDelta::seconds(1);
        let blue = SettingValue::Plain(SettingText::parse("blue").unwrap());
        let after = before.changed(before.label().clone(), blue.clone(), later).unwrap();
        assert_eq!((after.value(), after.parts().version.number()), (&blue, 2));
        assert_eq!((after.id(), after.parts().updated_at), (before.id(), later));
        assert_eq!(after.changed(before.label().clone(), blue, later), None);
    }
}
