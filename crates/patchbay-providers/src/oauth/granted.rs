//! Reading what a provider grants. It may lie: every text is bounded before it is kept.

use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_catalogue::{Pointer, RefreshMode, Test};
use patchbay_domain::{
    AccountId, AuthorizationCode, CredentialName, Credentials, ExchangeError, FieldSource, Granted,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::dealing::Dealing;
use super::refused::{Asked, by_word, heard, unexpected, unknown};
use crate::OutboundResponse;
use crate::asking::answer::holds;
use crate::asking::redaction::Redaction;
use crate::asking::{facts, text_of};

/// The longest text that is kept, in bytes.
pub(super) const MAX_TEXT: usize = 8192;
/// How many scopes are kept.
const MAX_SCOPES: usize = 256;
/// No token lives longer; a provider that says so means something else.
const MAX_LIFETIME: Duration = Duration::from_secs(100 * 366 * 24 * 3600);

/// What was granted for a code.
pub(super) fn for_code(
    dealing: &Dealing<'_>,
    code: &AuthorizationCode,
    response: &OutboundResponse,
    now: DateTime<Utc>,
) -> Result<Granted, ExchangeError> {
    let answer = good(dealing, Asked::Code, response, now)?;
    let sent: Vec<_> = [&code.code].into_iter().chain(&code.verifier).collect();
    read(dealing, &answer, &sent, false)
}

/// What was granted in the place of the tokens before.
pub(super) fn for_refresh(
    dealing: &Dealing<'_>,
    response: &OutboundResponse,
    now: DateTime<Utc>,
) -> Result<Granted, ExchangeError> {
    let answer = good(dealing, Asked::Refresh, response, now)?;
    read(dealing, &answer, &[], true)
}

/// The answer, if it says that all went well and has a token.
fn good(
    dealing: &Dealing<'_>,
    asked: Asked,
    response: &OutboundResponse,
    now: DateTime<Utc>,
) -> Result<Value, ExchangeError> {
    let answer = heard(dealing, asked, response, now)?;
    let Some(body) = &answer.body else { return Err(unexpected("no JSON")) };
    let exchange = dealing.exchange;
    let failed =
        exchange.ok.iter().find(|test| !test.is_warning && holds(test, body, &dealing.known) == Some(false));
    let has_token = text(body, exchange.read.access_token.as_ref())?.is_some();
    if response.is_success() && failed.is_none() && has_token {
        return Ok(answer.body.unwrap_or_default());
    }
    if let Some(error) = by_word(dealing, asked, &answer) {
        return Err(error);
    }
    Err(match failed.map(|failed| &failed.test) {
        // The person chose another account than the one that was to be connected.
        Some(Test::SameAs(_)) if has_token && response.is_success() && asked == Asked::Code => {
            ExchangeError::CodeRefused { reason: "mismatch".to_owned() }
        }
        None if response.is_success() => unexpected("no access token"),
        _ => unknown(),
    })
}

/// Reads a good answer; `is_renewable` says that there is a refresh token already.
fn read(
    dealing: &Dealing<'_>,
    answer: &Value,
    sent: &[&SecretString],
    is_renewable: bool,
) -> Result<Granted, ExchangeError> {
    let exchange = dealing.exchange;
    if !exchange.put.values().filter_map(|at| at.of(answer)).all(is_bounded) {
        return Err(unexpected("a text that is too long, or not to be kept"));
    }
    let tokens = tokens(dealing, answer)?;
    let application = dealing.application()?;
    let secrets = dealing.known.secrets().chain([&application.secret]);
    let redaction =
        Redaction::of(secrets.chain(tokens.iter().map(|(_, token)| token)).chain(sent.iter().copied()));
    let mut facts = Map::new();
    facts::take(&exchange.put, answer, dealing.entry, &dealing.known, Some(&redaction), &mut facts);
    let scopes = scopes(answer, exchange.read.scope.as_ref(), &exchange.scope_separator)?;

    let came = tokens.get(&CredentialName::refresh_token()).is_some();
    let refresh = exchange.refresh.as_ref().filter(|refresh| refresh.mode != RefreshMode::None);
    let usual = |is_due: bool, of_entry: Option<u64>| of_entry.filter(|_| is_due).map(Duration::from_secs);
    // What cannot be renewed is not said to end unless the provider says so.
    let lifetime = || usual(came || is_renewable, refresh?.access_ttl_s);
    let refresh_lifetime = || usual(came, refresh?.refresh_ttl_s);
    Ok(Granted {
        account: account(dealing, &facts)?,
        lifetime: seconds(answer, exchange.read.expires_in.as_ref()).or_else(lifetime),
        refresh_lifetime: seconds(answer, exchange.read.refresh_expires_in.as_ref())
            .or_else(refresh_lifetime),
        tokens,
        scopes,
        facts,
    })
}

/// The tokens, and whatever else is secret. What its owner says is left to its owner.
fn tokens(dealing: &Dealing<'_>, answer: &Value) -> Result<Credentials, ExchangeError> {
    let exchange = dealing.exchange;
    let mut tokens = Credentials::default();
    for (name, at) in [
        (CredentialName::access_token(), &exchange.read.access_token),
        (CredentialName::refresh_token(), &exchange.read.refresh_token),
    ] {
        tokens.set(name, text(answer, at.as_ref())?.unwrap_or_default().into());
    }
    for (key, at) in &exchange.put {
        let Some(field) = dealing.entry.field(key).filter(|field| field.is_secret) else { continue };
        let found = text(answer, Some(at))?.unwrap_or_default();
        let name = CredentialName::parse(key).map_err(|_| unexpected("a secret without a name"))?;
        let of_owner = dealing.connection.credentials.get(&name);
        let is_said = field.source == FieldSource::User
            && of_owner.is_some_and(|said| said.expose_secret() != found.as_str());
        if !is_said && tokens.get(&name).is_none() {
            tokens.set(name, found.into());
        }
    }
    Ok(tokens)
}

/// What names the account: what the provider said now, or what its owner did.
fn account(dealing: &Dealing<'_>, facts: &Map<String, Value>) -> Result<Option<AccountId>, ExchangeError> {
    let configured = dealing.connection.configuration.members();
    let part = |key: &String| text_of(facts.get(key).or_else(|| configured.get(key))?);
    let parts: Option<Vec<_>> = dealing.entry.identity.account.iter().map(part).collect();
    let Some(parts) = parts.filter(|parts| !parts.is_empty()) else { return Ok(None) };
    let account = AccountId::parse(&parts.join(" "));
    account.map(Some).map_err(|_| unexpected("an account that is no name"))
}

/// The scopes, as a text or as a list of texts.
fn scopes(answer: &Value, at: Option<&Pointer>, separator: &str) -> Result<Vec<String>, ExchangeError> {
    let list = at.and_then(|at| at.of(answer)?.as_array());
    let scopes = match list {
        Some(list) => {
            let texts: Option<Vec<_>> = list.iter().map(|scope| scope.as_str().map(str::to_owned)).collect();
            texts
                .filter(|_| list.iter().all(is_bounded))
                .ok_or_else(|| unexpected("scopes that are no texts"))?
        }
        None => text(answer, at)?.unwrap_or_default().split(separator).map(str::to_owned).collect(),
    };
    let scopes = scopes.iter().map(|scope| scope.trim()).filter(|scope| !scope.is_empty());
    Ok(scopes.take(MAX_SCOPES).map(str::to_owned).collect())
}

/// How long something lives, in seconds as a number or as a text of one. Nothing is said by what
/// no token does: living no time at all, or for a century.
fn seconds(answer: &Value, at: Option<&Pointer>) -> Option<Duration> {
    let value = at?.of(answer)?;
    let seconds = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    let lifetime = Duration::try_from_secs_f64(seconds.trunc()).ok()?;
    (!lifetime.is_zero() && lifetime <= MAX_LIFETIME).then_some(lifetime)
}

/// The text at a place; `None` when there is nothing.
fn text(answer: &Value, at: Option<&Pointer>) -> Result<Option<String>, ExchangeError> {
    match at.and_then(|at| at.of(answer)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if is_plain(text) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(unexpected("something that is no text, or no such text, where text belongs")),
    }
}

/// Whether a value may be kept, as far as it is a text.
fn is_bounded(value: &Value) -> bool {
    value.as_str().is_none_or(is_plain)
}

fn is_plain(text: &str) -> bool {
    text.len() <= MAX_TEXT && !text.contains('\0')
}
