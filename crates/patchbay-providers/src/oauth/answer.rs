//! Reading what a provider answers. It may lie: every text is bounded before it is kept, and
//! none is repeated in an error but the words that are known.

use std::time::Duration;

use patchbay_domain::{AccountId, CredentialName, Credentials, ExchangeError, Granted};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::provider::OAuthProvider;
use crate::OutboundResponse;

/// The longest text that is kept, in bytes.
const MAX_TEXT: usize = 8192;
/// How many scopes are kept.
const MAX_SCOPES: usize = 256;
/// No token lives longer; a provider that says so means something else.
const MAX_LIFETIME_S: u64 = 100 * 366 * 24 * 3600;

/// What was granted.
pub(super) fn granted(
    provider: &OAuthProvider,
    response: &OutboundResponse,
) -> Result<Granted, ExchangeError> {
    let answer = judged(provider, response)?;
    let mut tokens = Credentials::default();
    for (name, at) in provider.tokens {
        let name = CredentialName::parse(name).map_err(|_| unexpected("a token without a name"))?;
        tokens.set(name, SecretString::from(text(&answer, at)?.unwrap_or_default()));
    }
    if tokens.get(&CredentialName::access_token()).is_none() {
        return Err(unexpected("no access token"));
    }
    let mut facts = Map::new();
    for (name, at) in provider.facts {
        if let Some(fact) = text(&answer, at)? {
            facts.insert((*name).to_owned(), fact.into());
        }
    }
    let account = text(&answer, provider.account)?.filter(|account| !account.is_empty());
    let account = account.map(|account| AccountId::parse(&account)).transpose();
    let (at, separator) = provider.scopes;
    let scopes = text(&answer, at)?.unwrap_or_default();
    let scopes = scopes.split(separator).map(str::trim).filter(|scope| !scope.is_empty());
    let lifetime = answer.pointer(provider.lifetime).and_then(Value::as_u64);
    Ok(Granted {
        tokens,
        account: account.map_err(|_| unexpected("an account that is no name"))?,
        scopes: scopes.take(MAX_SCOPES).map(str::to_owned).collect(),
        lifetime: lifetime.filter(|seconds| *seconds <= MAX_LIFETIME_S).map(Duration::from_secs),
        facts,
    })
}

/// Whether the token has ended, now or before.
pub(super) fn revoked(provider: &OAuthProvider, response: &OutboundResponse) -> Result<(), ExchangeError> {
    let has_ended = || {
        let answer: Value = serde_json::from_slice(response.body()).ok()?;
        let word = answer.pointer(provider.error)?.as_str()?;
        provider.ended.contains(&word).then_some(())
    };
    if has_ended().is_some() { Ok(()) } else { judged(provider, response).map(drop) }
}

/// The answer, if it says that all went well.
fn judged(provider: &OAuthProvider, response: &OutboundResponse) -> Result<Value, ExchangeError> {
    const TOO_MANY_REQUESTS: u16 = 429;
    match response.status() {
        TOO_MANY_REQUESTS => return Err(ExchangeError::Throttled),
        status @ 500.. => return Err(ExchangeError::Unreachable(format!("status {status}").into())),
        _ => {}
    }
    let answer: Value = serde_json::from_slice(response.body()).map_err(|_| unexpected("no JSON"))?;
    let is_ok = provider.ok.is_none_or(|at| answer.pointer(at) == Some(&Value::Bool(true)));
    if response.is_success() && is_ok {
        return Ok(answer);
    }
    let word = answer.pointer(provider.error).and_then(Value::as_str).unwrap_or_default();
    let known = |words: &[&'static str]| words.iter().copied().find(|known| *known == word);
    Err(if let Some(reason) = known(provider.code_refused) {
        ExchangeError::CodeRefused { reason: reason.to_owned() }
    } else if let Some(reason) = known(provider.client_refused) {
        ExchangeError::ClientRefused(reason.into())
    } else if known(provider.throttled).is_some() {
        ExchangeError::Throttled
    } else if let Some(reason) = known(provider.out_of_order) {
        ExchangeError::Unreachable(reason.into())
    } else {
        unexpected("an error that its documentation does not know")
    })
}

/// The text at a place; `None` when there is nothing.
fn text(answer: &Value, at: &str) -> Result<Option<String>, ExchangeError> {
    match answer.pointer(at) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_TEXT && !text.contains('\0') => Ok(Some(text.clone())),
        Some(_) => Err(unexpected("something that is no text, or no such text, where text belongs")),
    }
}

fn unexpected(what: &'static str) -> ExchangeError {
    ExchangeError::Unexpected(what.into())
}
