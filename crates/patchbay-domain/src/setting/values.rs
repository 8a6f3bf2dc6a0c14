//! The small values of a setting.

use secrecy::{ExposeSecret, SecretString};

use crate::InvalidText;
use crate::text::text_value;

text_value!(
    /// What a setting is called: 1 to 255 characters, trimmed.
    SettingLabel,
    trimmed,
    1..=255
);

impl SettingLabel {
    /// Whether a value under this label is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        is_secret_name(self.as_str())
    }
}

text_value!(
    /// The plain value of a setting: up to 8192 characters, kept as they came; may be empty.
    SettingText,
    verbatim,
    0..=8192
);

impl SettingText {
    /// The text that was sent as a value, once its label says that it is no secret.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn take(sent: &SecretString) -> Result<Self, InvalidText> {
        Self::parse(sent.expose_secret())
    }
}

text_value!(
    /// Names a chat channel, as the chat platform does: 1 to 255 characters, kept as they
    /// came.
    ChannelId,
    verbatim,
    1..=255
);

/// What a name contains when what it names is a secret; compared in lower case, without
/// hyphens, underscores and white space.
const SECRET_WORDS: [&str; 11] = [
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "privatekey",
    "signingkey",
    "accesskey",
    "credential",
    "authorization",
    "cookie",
];

/// Whether something of this name is a secret. One rule for every API and at any depth.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let counts = |c: &char| *c != '-' && *c != '_' && !c.is_whitespace();
    let plain: String = name.chars().filter(counts).flat_map(char::to_lowercase).collect();
    SECRET_WORDS.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_names() {
        for name in [
            "token",
            "Access Token",
            "API-Key",
            "api_key",
            "x api key id",
            "Client Secret",
            "passwd",
            "PASSWORD1",
            "private\tkey",
            "authorization",
            "Set-Cookie",
            "my_credentials",
            "signing key",
            "access-key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["colour", "key", "api", "auth", "pass", "interval", "t o k", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
