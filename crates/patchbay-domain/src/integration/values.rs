//! The small values of an integration.

use std::fmt;

use crate::InvalidText;
use crate::event::codes;
use crate::text::{bounded, text_value};

text_value!(
    /// What an organisation calls an integration: 1 to 255 characters, trimmed.
    IntegrationName,
    trimmed,
    1..=255
);

text_value!(
    /// What its owner says an integration is for: free text of up to 64 characters, kept
    /// as it came; may be empty.
    IntegrationKind,
    verbatim,
    0..=64
);

impl IntegrationKind {
    /// Nothing was said of it.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }
}

text_value!(
    /// The agent that an integration is linked to: what another system calls it, 1 to 255
    /// characters, kept as they came. Nothing is known of it here.
    AgentId,
    verbatim,
    1..=255
);

codes! {
    /// Whom an integration is for, within its organisation. Beyond that nobody sees it.
    Visibility {
        /// The agent that it is linked to, or its owner.
        Private = "private",
        /// Every agent.
        Public = "public",
    }
}

/// Names a provider: the id of a catalogue entry, lower-case letters, digits and `_`, 1 to
/// 64 of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderId(String);

impl ProviderId {
    /// The most characters it may have.
    pub const MAX_CHARS: usize = 64;

    /// The provider of every app that is known by its manifest alone.
    #[must_use]
    pub fn json_manifest() -> Self {
        Self("json_manifest".to_owned())
    }

    /// Every provider that the catalogue does not know; an integration says itself which it is.
    #[must_use]
    pub fn uncatalogued() -> Self {
        Self("uncatalogued".to_owned())
    }

    /// Slack.
    #[must_use]
    pub fn slack() -> Self {
        Self("slack".to_owned())
    }

    /// Reads a provider id.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        bounded(raw, 1, Self::MAX_CHARS)?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !raw.chars().all(plain) {
            return Err(InvalidText::Character { allowed: "lower-case letters, digits and _" });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

codes! {
    /// How an integration came to be.
    Origin {
        /// An organisation added it.
        Plain = "plain",
        /// An organisation added it by its manifest alone.
        Custom = "custom",
        /// The installation offers it to every organisation.
        System = "system",
    }
}

codes! {
    /// Whether an integration is in use.
    Status {
        /// It is.
        Active = "active",
        /// Its owner switched it off; it keeps everything.
        Paused = "paused",
    }
}

impl Status {
    /// The status that a plain on/off switch means.
    #[must_use]
    pub const fn of_switch(on: bool) -> Self {
        if on { Self::Active } else { Self::Paused }
    }
}

/// Counts the changes of an entity, from 1. A write replaces exactly the version before
/// its own, so no change is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(i32);

impl Version {
    /// The version of a new entity.
    pub const FIRST: Self = Self(1);

    /// A stored version; `None` when there is no such one.
    #[must_use]
    pub const fn from_number(number: i32) -> Option<Self> {
        if number >= 1 { Some(Self(number)) } else { None }
    }

    /// The version as a number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The version that follows.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_id_is_a_plain_lower_case_word() {
        assert_eq!(ProviderId::parse("twilio_sms").unwrap().as_str(), "twilio_sms");
        for wrong in ["Slack", "a-b", "", "a b", "é"] {
            assert!(ProviderId::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_is_read_as_it_is_written() {
        for origin in Origin::ALL {
            assert_eq!(Origin::from_code(origin.as_str()), Some(*origin));
        }
        assert_eq!(Status::from_code("gone"), None);
    }
}
