//! The one place where a secret becomes text on the wire.

use patchbay_application::Shown;
use patchbay_application::settings::ShownValue;
use patchbay_domain::CredentialName;
use secrecy::ExposeSecret;

/// The secret of that name as the answer shows it: in full or as its mask; empty when
/// there is none.
pub fn shown_text(shown: &Shown, name: &CredentialName) -> String {
    match shown {
        Shown::Full(credentials) => {
            credentials.get(name).map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
        }
        Shown::Masked(masks) => {
            masks.iter().find(|(own, _)| own == name).map(|(_, mask)| mask.clone()).unwrap_or_default()
        }
    }
}

/// The value of a setting as the answer shows it: a secret in full or as its mask.
pub fn setting_text(shown: &ShownValue) -> &str {
    match shown {
        ShownValue::Plain(text) => text.as_str(),
        ShownValue::Full(secret) => secret.expose_secret(),
        ShownValue::Masked(mask) => mask,
    }
}
