//! Statements that are signed here (RFC 7523): who asks, for what, until when.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rustls::SignatureScheme;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::Unaskable;

/// How long a statement holds. Nobody uses it but the one request that carries it.
const LIFETIME_S: i64 = 600;

/// What a statement says.
pub(super) struct Claims<'a> {
    /// Who asks.
    pub(super) issuer: &'a str,
    /// Who is asked: the address of the token endpoint.
    pub(super) audience: &'a str,
    /// For what.
    pub(super) scope: &'a str,
    /// The name of the key that signs, where it has one.
    pub(super) key_id: Option<&'a str>,
}

/// The statement as a signed token (RS256), by a private key in PEM.
///
/// # Errors
/// When that is no RSA key that can sign.
pub(super) fn signed(claims: &Claims<'_>, key: &str, now: DateTime<Utc>) -> Result<SecretString, Unaskable> {
    let mut head = json!({"alg": "RS256", "typ": "JWT"});
    if let Some(key_id) = claims.key_id {
        head["kid"] = Value::from(key_id);
    }
    let issued = now.timestamp();
    let mut body = json!({
        "iss": claims.issuer,
        "aud": claims.audience,
        "iat": issued,
        "exp": issued.saturating_add(LIFETIME_S),
    });
    if !claims.scope.is_empty() {
        body["scope"] = Value::from(claims.scope);
    }
    let encoded = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let statement = format!("{}.{}", encoded(&head), encoded(&body));
    let signature = signature(&statement, key).ok_or_else(unfit)?;
    Ok(format!("{statement}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)).into())
}

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
fn signature(statement: &str, key: &str) -> Option<Vec<u8>> {
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).ok()?;
    let signer = any_supported_type(&key).ok()?.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256])?;
    signer.sign(statement.as_bytes()).ok()
}

fn unfit() -> Unaskable {
    Unaskable::Unfit("the private key is no RSA key in PEM".to_owned())
}
