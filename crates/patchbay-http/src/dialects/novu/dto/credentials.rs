//! The `credentials` of an integration: one object on Novu, kept as a configuration and secrets.

use patchbay_application::{Fault, FaultReason, JsonType, Location, Shown};
use patchbay_domain::{
    CredentialName, FieldKind, Integration, InvalidConfiguration, InvalidText, Mask, Provider, ProviderId,
    SentConfiguration, ToldSecrecy, Wrong,
};
use serde_json::{Map, Value};

use super::members::{Place, known};
use crate::kernel::shown_texts;

/// The member of a body that all this is in.
const CREDENTIALS: &str = "credentials";

/// What credentials are sent for.
#[derive(Clone, Copy)]
pub enum Destination<'a> {
    /// A provider of the catalogue.
    Catalogued(&'a Provider),
    /// One of which nothing is known.
    Uncatalogued,
}

/// What becomes of a member that was sent.
struct Meant<'a> {
    /// What it is kept under.
    key: &'a str,
    /// What it is to be; of what nobody knows all that is no text is left out.
    takes: Option<FieldKind>,
    /// How secret it is, where that is not the provider's to say.
    told: Option<ToldSecrecy>,
}

impl<'a> Meant<'a> {
    /// By the member `name`; `None` where it is not kept.
    fn by(name: &'a str, to: Destination<'a>) -> Option<Self> {
        match to {
            Destination::Catalogued(provider) => Some(Self::at(Place::named(provider, name)?)),
            Destination::Uncatalogued => Some(Self::unasked(name)),
        }
    }

    fn at(place: Place<'a>) -> Self {
        let told = match place {
            Place::Field(_) => None,
            Place::Beside(known) => Some(known.secrecy()),
        };
        Self { key: place.key(), takes: Some(place.takes()), told }
    }

    /// Where nothing is known of the provider any text may be a secret.
    fn unasked(name: &'a str) -> Self {
        match known(name) {
            Some(known) if known.kind != FieldKind::Text => Self::at(Place::Beside(known)),
            known => Self { key: name, takes: known.map(|known| known.kind), told: Some(ToldSecrecy::Whole) },
        }
    }
}

/// What was sent, by the names under which it is kept. Members that are not known are left out,
/// and so are those that are `null`.
///
/// # Errors
/// Everything that is wrong with it, as `credentials.MEMBER` in the client's names.
pub fn sent(members: Map<String, Value>, to: Destination<'_>) -> Result<SentConfiguration, Vec<Fault>> {
    let (mut kept, mut told, mut faults) = (Map::new(), Vec::new(), Vec::new());
    let mut names = Vec::new();
    for (name, value) in members {
        let Some(Meant { key, takes, told: secrecy }) = Meant::by(&name, to) else { continue };
        match read(takes, value).and_then(|value| nameable(&name, value)) {
            Ok(None) => continue,
            Ok(Some(value)) => drop(kept.insert(key.to_owned(), value)),
            Err(reason) => faults.push(fault(&[CREDENTIALS, &name].join("."), reason)),
        }
        told.extend(secrecy.map(|secrecy| (key.to_owned(), secrecy)));
        names.push((key.to_owned(), name));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    match SentConfiguration::new(kept) {
        Ok(sent) => Ok(sent.telling(told).called(names).masked_as(Mask::Stars)),
        Err(why) => Err(vec![unfit(&why, &names)]),
    }
}

/// A value of the type that is to be sent; `None` when it says nothing.
fn read(takes: Option<FieldKind>, value: Value) -> Result<Option<Value>, FaultReason> {
    let Some(kind) = takes else { return Ok(Some(value).filter(Value::is_string)) };
    if value.is_null() {
        return Ok(None);
    }
    match kind {
        FieldKind::Bool => truth(&value).map(|truth| Some(truth.into())).ok_or(JsonType::Boolean),
        FieldKind::Int => whole_number(value),
        FieldKind::Map | FieldKind::Json => of_kind(kind, value, JsonType::Object),
        FieldKind::List => of_kind(kind, value, JsonType::Array),
        FieldKind::Text
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Host
        | FieldKind::Path
        | FieldKind::Enum => return text(value),
    }
    .map_err(|expected| FaultReason::WrongType { expected })
}

fn of_kind(kind: FieldKind, value: Value, expected: JsonType) -> Result<Option<Value>, JsonType> {
    if kind.takes(&value) { Ok(Some(value)) } else { Err(expected) }
}

fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// Clients have no other type for a number than text, so an empty one is none.
fn whole_number(value: Value) -> Result<Option<Value>, JsonType> {
    let Value::String(text) = value else { return of_kind(FieldKind::Int, value, JsonType::WholeNumber) };
    if text.is_empty() {
        return Ok(None);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse::<u64>().ok().filter(|_| is_plain);
    number.map(|number| Some(number.into())).ok_or(JsonType::WholeNumber)
}

fn text(value: Value) -> Result<Option<Value>, FaultReason> {
    match value {
        Value::String(text) if text.contains('\0') => Err(FaultReason::Text(InvalidText::Nul)),
        Value::String(_) => Ok(Some(value)),
        Value::Number(number) => Ok(Some(number.to_string().into())),
        _ => Err(FaultReason::WrongType { expected: JsonType::String }),
    }
}

/// The value, unless nothing can be kept under `name`. Of U+0000 in it is told for all at once.
fn nameable(name: &str, value: Option<Value>) -> Result<Option<Value>, FaultReason> {
    match CredentialName::of_member(name) {
        Err(why) if why != InvalidText::Nul && value.is_some() => {
            Err(FaultReason::Configuration(Wrong::SecretName(why)))
        }
        _ => Ok(value),
    }
}

/// What is wrong with all of it together, with the client's name of the member that it is in.
fn unfit(InvalidConfiguration { at, wrong }: &InvalidConfiguration, names: &[(String, String)]) -> Fault {
    let reason = FaultReason::Configuration(*wrong);
    let Some(at) = at else { return fault(CREDENTIALS, reason) };
    let below = |key: &str| at.strip_prefix(key).filter(|rest| rest.is_empty() || rest.starts_with('.'));
    let called = names.iter().find_map(|(key, name)| Some([name.as_str(), below(key)?].concat()));
    fault(&[CREDENTIALS, called.as_deref().unwrap_or(at)].join("."), reason)
}

fn fault(path: &str, reason: FaultReason) -> Fault {
    Fault::of_field(Location::Body, path, reason)
}

/// Whether Novu shows the member that is kept under `key`. What it does not show, a client that
/// sends all it knows does not mean to take away.
pub fn shows(provider: &Provider, key: &str) -> bool {
    provider.id == ProviderId::uncatalogued() || Place::kept_as(provider, key).is_some()
}

/// The `credentials` of an answer: what Novu knows, secrets as `secrets` shows them, and of a
/// provider that the catalogue does not know all that there is.
///
/// Nothing in it has another type than clients read: a port is text, and what is kept of a known
/// member and cannot be put in its type is left out.
pub fn shown(integration: &Integration, secrets: &Shown, provider: &Provider) -> Map<String, Value> {
    let plain = integration.parts().configuration.members();
    let secrets: Vec<_> = shown_texts(secrets).into_iter().map(|(name, text)| (name.steps(), text)).collect();
    let mut shown = Map::new();
    for place in Place::all(provider) {
        let value = value_of(place.key(), Some(place.shows()), plain, &secrets);
        shown.extend(value.map(|value| (place.name().to_owned(), value)));
    }
    if integration.parts().uncatalogued.is_some() {
        let of_secrets = secrets.iter().filter_map(|(steps, _)| steps.first());
        for key in plain.keys().chain(of_secrets).filter(|key| known(key).is_none()) {
            let value = value_of(key, None, plain, &secrets);
            shown.extend(value.map(|value| (key.clone(), value)));
        }
    }
    shown
}

/// What is shown of all that is kept under `key`; `kind` is what it has to be.
fn value_of(
    key: &str,
    kind: Option<FieldKind>,
    plain: &Map<String, Value>,
    secrets: &[(Vec<String>, &str)],
) -> Option<Value> {
    let mut value = plain.get(key).and_then(|value| as_kind(kind, value));
    let may_hold = matches!(kind, None | Some(FieldKind::Map | FieldKind::Json | FieldKind::List));
    for (steps, text) in secrets {
        match steps.split_first() {
            Some((member, [])) if member == key => value = as_kind(kind, &Value::from(*text)).or(value),
            Some((member, below)) if member == key && may_hold => {
                put(value.get_or_insert_with(|| Map::new().into()), below, text);
            }
            _ => {}
        }
    }
    value
}

/// A value in the type that is shown; `None` when it cannot be.
fn as_kind(kind: Option<FieldKind>, value: &Value) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null) => None,
        (None, _) => Some(value.clone()),
        (Some(FieldKind::Bool), _) => truth(value).map(Value::Bool),
        (Some(FieldKind::Map | FieldKind::Json), _) => value.is_object().then(|| value.clone()),
        (Some(FieldKind::List), _) => value.is_array().then(|| value.clone()),
        (_, Value::String(text)) => Some(text.as_str().into()),
        (_, Value::Number(_) | Value::Bool(_)) => Some(value.to_string().into()),
        (_, Value::Array(_) | Value::Object(_)) => None,
    }
}

/// Puts a secret back where it was taken from.
fn put(value: &mut Value, steps: &[String], text: &str) {
    let Some((step, below)) = steps.split_first() else {
        *value = text.into();
        return;
    };
    match value {
        Value::Array(items) => {
            let item = step.parse::<usize>().ok().and_then(|place| items.get_mut(place));
            if let Some(item) = item {
                put(item, below, text);
            }
        }
        Value::Object(members) => {
            let member = members.entry(step.as_str()).or_insert_with(|| Map::new().into());
            put(member, below, text);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
