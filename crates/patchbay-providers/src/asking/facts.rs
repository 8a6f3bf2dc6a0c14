//! What a provider says of a connection, as far as it is kept.

use std::collections::BTreeMap;

use patchbay_catalogue::{Entry, Field, PatternLevel, Pointer};
use patchbay_domain::{FieldKind, FieldSource};
use serde_json::{Map, Value};

use super::answer::is_same;
use super::known::Known;
use super::redaction::Redaction;
use super::text_of;

/// The most bytes of what is kept of an object or a list, as JSON.
const MAX_BYTES: usize = 4096;

/// Adds what a document says to what is known. What does not fit its field is left out, and so
/// are secrets, and what would contradict the owner's own word. Without a `redaction` the
/// document is the owner's own, so that none of it was sent to anybody before.
pub(crate) fn take(
    put: &BTreeMap<String, Pointer>,
    body: &Value,
    entry: &Entry,
    known: &Known<'_>,
    redaction: Option<&Redaction>,
    facts: &mut Map<String, Value>,
) {
    for (key, pointer) in put {
        let Some(field) = entry.field(key).filter(|field| !field.is_secret) else { continue };
        let Some(value) = pointer.of(body).and_then(|found| fitting(field, found)) else { continue };
        let is_secret = redaction.is_some_and(|redaction| shows_a_secret(&value, redaction));
        if is_secret || contradicts_its_owner(field, &value, known) {
            continue;
        }
        facts.insert(key.clone(), value);
    }
}

/// A value as its field takes it.
fn fitting(field: &Field, found: &Value) -> Option<Value> {
    match field.kind {
        FieldKind::Text
        | FieldKind::Email
        | FieldKind::Url
        | FieldKind::Host
        | FieldKind::Path
        | FieldKind::Enum => text_of(found).filter(|text| fits(field, text)).map(Value::String),
        FieldKind::Int => integer(found),
        FieldKind::Bool => found.is_boolean().then(|| found.clone()),
        FieldKind::Map | FieldKind::Json | FieldKind::List => {
            let kept = kept(field, found);
            let is_short = kept.to_string().len() <= MAX_BYTES
                && field.max_items.is_none_or(|most| count(&kept) <= most);
            (field.kind.takes(&kept) && is_short && !has_nul(&kept)).then_some(kept)
        }
    }
}

fn fits(field: &Field, text: &str) -> bool {
    let characters = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let is_bound = field.pattern_level == PatternLevel::Error;
    let looks_right = field.pattern.as_ref().is_none_or(|pattern| !is_bound || pattern.holds_for(text));
    let is_allowed = field.values.is_empty() || field.values.iter().any(|value| value == text);
    characters <= field.max_len && looks_right && is_allowed && !text.contains('\0')
}

/// Some providers write whole numbers as text.
fn integer(found: &Value) -> Option<Value> {
    let number = found.as_i64().or_else(|| found.as_str()?.parse().ok());
    number.map(Value::from)
}

/// An object without the members that are not kept.
fn kept(field: &Field, found: &Value) -> Value {
    match found {
        Value::Object(members) if !field.keep.is_empty() => {
            let kept = members.iter().filter(|(name, _)| field.keep.contains(name));
            Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        found => found.clone(),
    }
}

/// How many members it has.
fn count(value: &Value) -> u64 {
    let count = match value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn has_nul(value: &Value) -> bool {
    value.to_string().contains("\\u0000")
}

/// A provider may repeat what it was asked with.
fn shows_a_secret(value: &Value, redaction: &Redaction) -> bool {
    match value {
        Value::String(text) => redaction.is_in(text),
        Value::Array(_) | Value::Object(_) => redaction.is_in(&value.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn contradicts_its_owner(field: &Field, value: &Value, known: &Known<'_>) -> bool {
    let said = if field.source == FieldSource::User { known.said(&field.key) } else { None };
    said.is_some_and(|(_, said)| text_of(value).is_none_or(|text| !is_same(field.kind, &text, &said)))
}
