//! What every request is made of that asks a provider about a connection or for it.
//!
//! [`known`] gathers the values that templates name, [`request`] makes a request of an entry's
//! templates and [`sign`] puts the credential into it. [`answer`] holds what was answered against
//! what the entry says of answers, [`facts`] takes out of it what is kept, [`wait`] how long to
//! leave the provider alone. [`redaction`] takes secrets out of what may be shown.

pub(crate) mod answer;
pub(crate) mod facts;
pub(crate) mod known;
pub(crate) mod redaction;
pub(crate) mod request;
pub(crate) mod sign;
pub(crate) mod wait;

use std::time::Duration;

use patchbay_catalogue::RenderError;
use serde_json::Value;

/// The most that one request may take, whatever else the policy allows.
pub(crate) const WITHIN: Duration = Duration::from_secs(10);
/// The most bytes of an answer.
pub(crate) const MAX_BYTES: usize = 64 << 10;

/// Why a request cannot be made. Names values and never shows them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unaskable {
    /// This has no value.
    Missing(String),
    /// This has one that cannot stand where it would.
    Misplaced {
        /// What it is called.
        name: String,
        /// What is wrong with it, in words.
        why: String,
    },
    /// Something cannot stand where it would; in words.
    Unfit(String),
}

impl From<RenderError> for Unaskable {
    fn from(error: RenderError) -> Self {
        let why = error.to_string();
        match error {
            RenderError::Missing(name) => Self::Missing(name),
            RenderError::ControlCharacter(name) | RenderError::Host(name) | RenderError::Path(name) => {
                Self::Misplaced { name, why }
            }
            RenderError::Url => Self::Unfit(why),
        }
    }
}

/// A value as text, if it is a simple one and not empty.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.is_empty()).then(|| text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Object(_) | Value::Array(_) => None,
    }
}
