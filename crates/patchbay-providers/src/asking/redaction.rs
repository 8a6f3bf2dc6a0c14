//! What may be shown of what a provider says.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use patchbay_domain::Verification;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

/// What stands in the place of a secret.
const REDACTED: &str = "***";

/// Takes secrets out of texts, in whatever way they are written there.
pub(crate) struct Redaction(Vec<Zeroizing<String>>);

impl Redaction {
    /// Of these secrets, and of each text in those that are JSON.
    pub(crate) fn of<'s>(secrets: impl Iterator<Item = &'s SecretString>) -> Self {
        let mut redaction = Self(Vec::new());
        for secret in secrets {
            redaction.add(secret);
        }
        redaction
    }

    /// Takes out one more.
    pub(crate) fn add(&mut self, secret: &SecretString) {
        let text = secret.expose_secret();
        self.add_spellings(text);
        if let Ok(document @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
            self.add_texts_of(&document);
        }
        self.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
        self.0.dedup();
    }

    fn add_texts_of(&mut self, document: &Value) {
        match document {
            Value::String(text) => self.add_spellings(text),
            Value::Array(items) => items.iter().for_each(|item| self.add_texts_of(item)),
            Value::Object(members) => members.values().for_each(|member| self.add_texts_of(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add_spellings(&mut self, text: &str) {
        let form_encoded = Zeroizing::new(byte_serialize(text.as_bytes()).collect::<String>());
        let spellings = [
            Zeroizing::new(text.to_owned()),
            Zeroizing::new(text.trim().to_owned()),
            // The same characters are left as they are, apart from these.
            Zeroizing::new(form_encoded.replace('+', "%20").replace('*', "%2A").replace("%7E", "~")),
            form_encoded,
            Zeroizing::new(BASE64_STANDARD.encode(text)),
            Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(text)),
            Zeroizing::new(BASE64_URL_SAFE.encode(text)),
            Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(text)),
            Zeroizing::new(in_json(text)),
        ];
        let plain =
            spellings.into_iter().map(|form| Zeroizing::new(without_controls(&form).to_ascii_lowercase()));
        self.0.extend(plain.filter(|form| !form.is_empty()));
    }

    /// Whether a text has one of the secrets in it that is too long to be there by chance.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let text = Zeroizing::new(without_controls(text).to_ascii_lowercase());
        self.0.iter().any(|form| *form == text || (form.len() >= 8 && text.contains(form.as_str())))
    }

    /// A text as it may be shown: without secrets and control characters, and not too long.
    /// `None` when nothing of it may be.
    pub(crate) fn cleaned(&self, text: &str) -> Option<String> {
        // Control characters first: without them a secret may come together.
        let text = Zeroizing::new(without_controls(text));
        // Case does not tell a secret from another; lengths stay the same.
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        let mut clean = String::new();
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            if let Some(form) = self.0.iter().find(|form| lower[at..].starts_with(form.as_str())) {
                clean.push_str(REDACTED);
                at += form.len();
            } else {
                clean.push(next);
                at += next.len_utf8();
            }
        }
        let shown: String = clean.trim().chars().take(Verification::MAX_DETAIL).collect();
        let lower = Zeroizing::new(shown.to_ascii_lowercase());
        // What was put in the place of a secret may itself look like one.
        let is_clean = !self.0.iter().any(|form| lower.contains(form.as_str()));
        (is_clean && !shown.is_empty()).then_some(shown)
    }
}

/// A text as it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = Zeroizing::new(Value::from(text).to_string());
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
