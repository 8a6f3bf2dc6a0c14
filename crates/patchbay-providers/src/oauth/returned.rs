//! What a person comes back with (RFC 6749 §4.1.2).

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use patchbay_catalogue::{CallbackCheck, CallbackCheckKind};
use patchbay_domain::ExchangeError;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::dealing::Dealing;
use super::granted::MAX_TEXT;
use crate::asking::Unaskable;
use crate::asking::answer::is_same;

/// The most characters of a provider's word that are repeated.
const MAX_WORD: usize = 64;

/// The parameters that came back, none of them twice.
type Parameters<'p> = BTreeMap<&'p str, &'p str>;

/// The code among them.
pub(super) fn code(
    dealing: &Dealing<'_>,
    parameters: &[(String, String)],
) -> Result<SecretString, ExchangeError> {
    dealing.application()?;
    let given: Parameters<'_> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if given.len() < parameters.len() {
        return Err(ExchangeError::Forged);
    }
    if let Some(word) = given.get("error") {
        return Err(ExchangeError::Refused { reason: reason(word) });
    }
    if let Some(check) = &dealing.exchange.callback_check {
        prove(dealing, check, &given)?;
    }
    for (parameter, key) in &dealing.exchange.callback_same {
        compare(dealing, key, given.get(parameter.as_str()).copied())?;
    }
    let code = given.get("code").filter(|code| !code.is_empty() && code.len() <= MAX_TEXT);
    code.map(|code| SecretString::from(*code)).ok_or(ExchangeError::Forged)
}

/// Why nothing was allowed: the provider's word, as far as it is one.
fn reason(word: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    let word: String = word.chars().filter(plain).take(MAX_WORD).collect();
    match word.as_str() {
        // RFC 6749 §4.1.2.1: the one that is the person's own.
        "access_denied" => ExchangeError::REFUSED_BY_PERSON.to_owned(),
        "" => "refused".to_owned(),
        _ => word,
    }
}

/// Sees that one parameter proves all others.
fn prove(dealing: &Dealing<'_>, check: &CallbackCheck, given: &Parameters<'_>) -> Result<(), ExchangeError> {
    let secret = check.secret.render_parameter(&dealing.known).map_err(Unaskable::from)?;
    let proof = given.get(check.param.as_str()).and_then(|proof| hex::decode(proof).ok());
    let proof = proof.ok_or(ExchangeError::Forged)?;
    let CallbackCheckKind::HmacSha256HexQuery = check.kind;
    let others = given.iter().filter(|(name, _)| **name != check.param);
    let signed: Vec<_> = others.map(|(name, value)| pair(name, value)).collect();
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let mac = mac.map_err(|_| ExchangeError::Forged)?.chain_update(signed.join("&"));
    // In constant time.
    mac.verify_slice(&proof).map_err(|_| ExchangeError::Forged)
}

/// A parameter as Shopify signs it: what would be taken for the joints is encoded, nothing else.
fn pair(name: &str, value: &str) -> String {
    let encoded = |text: &str| text.replace('%', "%25").replace('&', "%26");
    format!("{}={}", encoded(name).replace('=', "%3D"), encoded(value))
}

/// Sees that a parameter is what the connection has.
fn compare(dealing: &Dealing<'_>, key: &str, given: Option<&str>) -> Result<(), ExchangeError> {
    let value = dealing.known.field(key);
    let value = value.ok_or_else(|| ExchangeError::Incomplete { what: key.to_owned() })?;
    let field = dealing.entry.field(key);
    let is_it = |given: &str| field.is_some_and(|field| is_same(field.kind, given, value));
    if given.is_some_and(is_it) { Ok(()) } else { Err(ExchangeError::Forged) }
}
