//! `metrics.*`: who may read the counts.

use secrecy::SecretString;
use serde_json::Value;

use super::parse::text;
use super::reader::{Reader, Refusal};

/// `metrics.*`: who may read the counts.
#[derive(Debug, Default)]
pub struct MetricsSettings {
    /// What `/metrics` wants as bearer; without one it answers everybody.
    pub token: Option<SecretString>,
}

impl MetricsSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self { token: reader.optional("metrics.token", token) }
    }
}

/// A token that a header can carry.
fn token(value: &Value) -> Result<SecretString, Refusal> {
    let token = text(value)?;
    if token.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(SecretString::from(token))
    } else {
        Err("must be visible ASCII characters without blanks".to_owned())
    }
}
