//! Which hosts a configuration sends its secrets to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::split::escaped;
use super::{Configuration, InvalidConfiguration, Wrong};
use crate::{CredentialName, Credentials, FieldKind, Provider, ProviderField};

/// How names of members end that say where requests go; compared in lower case, letters and
/// digits alone. They count where the provider does not know the member.
const ENDINGS: [&str; 6] = ["url", "uri", "host", "hostname", "endpoint", "domain"];

/// Stops secrets from going to another host than they were given for.
///
/// # Errors
/// Names the member that now leads elsewhere.
pub(super) fn require_same(
    before: &Configuration,
    after: &Configuration,
    provider: &Provider,
) -> Result<(), InvalidConfiguration> {
    let known = destinations(before.members(), provider);
    let is_known = |path: &String, text: &str| known.get(path).is_some_and(|old| target(old) == target(text));
    match destinations(after.members(), provider).into_iter().find(|(path, text)| !is_known(path, text)) {
        Some((path, _)) => Err(Wrong::Elsewhere.at(&path)),
        None => Ok(()),
    }
}

/// The same for what decides the host and is itself a secret.
///
/// # Errors
/// Names the member that now leads elsewhere.
pub(super) fn require_same_secret(
    before: &Credentials,
    after: &Credentials,
    provider: &Provider,
) -> Result<(), InvalidConfiguration> {
    let leads_elsewhere =
        |name: &&CredentialName| decides(name, provider) && !after.is_alike(before, name, target);
    match after.iter().map(|(name, _)| name).find(leads_elsewhere) {
        Some(name) => Err(Wrong::Elsewhere.at(name.as_str())),
        None => Ok(()),
    }
}

/// Whether a secret decides which host requests go to: as its field says, or else by the names of
/// what it is and stands in.
fn decides(name: &CredentialName, provider: &Provider) -> bool {
    let steps = name.steps();
    let Some((member, below)) = steps.split_first() else { return false };
    let field = provider.fields.iter().find(|field| field.key == *member);
    let is_free = |field: &ProviderField| {
        matches!(field.kind, FieldKind::Url | FieldKind::Host) && field.confined_to.is_none()
    };
    field.map_or_else(|| names_a_host(member), is_free) || below.iter().any(|step| names_a_host(step))
}

/// Stops names and passwords in URLs, which would be secrets in plain sight.
///
/// # Errors
/// Names the member.
pub(super) fn refuse_user_info(
    members: &Map<String, Value>,
    provider: &Provider,
) -> Result<(), InvalidConfiguration> {
    let has_user = |text: &str| authority(text).is_some_and(|(_, authority)| authority.contains('@'));
    match destinations(members, provider).into_iter().find(|(_, text)| has_user(text)) {
        Some((path, _)) => Err(Wrong::UserInfo.at(&path)),
        None => Ok(()),
    }
}

/// The texts that decide where requests go, by their paths.
fn destinations<'a>(members: &'a Map<String, Value>, provider: &Provider) -> BTreeMap<String, &'a str> {
    let mut found = BTreeMap::new();
    for (member, value) in members {
        let field = provider.fields.iter().find(|field| field.key == *member);
        let decides = field.map_or_else(|| names_a_host(member), |field| field.leads_anywhere(value));
        collect(escaped(member), value, decides, &mut found);
    }
    found
}

fn collect<'a>(path: String, value: &'a Value, decides: bool, found: &mut BTreeMap<String, &'a str>) {
    match value {
        Value::String(text) if decides => drop(found.insert(path, text)),
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                collect(format!("{path}.{place}"), item, decides, found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                collect(format!("{path}.{}", escaped(name)), value, decides || names_a_host(name), found);
            }
        }
        _ => {}
    }
}

fn names_a_host(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// What two texts share that lead to the same scheme, host and port. A text that is no plain
/// http(s) URL leads only where its equal does.
fn target(text: &str) -> String {
    let Some((scheme, authority)) = authority(text) else { return text.to_lowercase() };
    let authority = authority.to_lowercase();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    if !authority.chars().all(is_plain) {
        return text.to_owned();
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(&authority))
}

/// The scheme and the authority of an http(s) URL (RFC 3986 §3.2), as far as they are written
/// plainly: a backslash is a slash to many readers, so it ends the authority too.
fn authority(text: &str) -> Option<(&'static str, &str)> {
    let text = text.trim();
    let after = |scheme: &str| {
        let start = text.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &text[scheme.len()..])
    };
    let (scheme, rest) =
        after("https://").map(|rest| ("https", rest)).or_else(|| Some(("http", after("http://")?)))?;
    Some((scheme, rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()))
}
