//! A configuration as a client sent it, secrets and all.

use std::fmt;

use serde_json::{Map, Value};

use super::destination;
use super::split::escaped;
use super::{Configuration, InvalidConfiguration, Wrong};
use crate::{FieldKind, FieldSource, Mask, Provider};

/// Headers that say something of the connection, not of the request (RFC 9110 §7.6.1), or
/// where it goes. Compared in lower case.
const HEADERS_OF_CONNECTION: [&str; 11] = [
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A configuration as a client sent it: what is secret of it has not been taken out, so it
/// shows nothing of itself.
#[derive(Clone, Default)]
pub struct SentConfiguration {
    pub(super) members: Map<String, Value>,
    pub(super) told: Vec<(String, ToldSecrecy)>,
    pub(super) mask: Option<Mask>,
    pub(super) called: Vec<(String, String)>,
}

/// What the API through which a member came tells of it, where its provider does not know the
/// member: then its name counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldSecrecy {
    /// All of it is secret.
    Whole,
    /// Of an object these members are, and those that are named like secrets; else nothing.
    Members(Vec<String>),
}

impl SentConfiguration {
    /// Takes what was sent.
    ///
    /// # Errors
    /// When it is too large, too deep, or has a character that no store keeps alike.
    pub fn new(members: Map<String, Value>) -> Result<Self, InvalidConfiguration> {
        if size(&members) > Configuration::MAX_BYTES {
            return Err(Wrong::TooLarge.as_a_whole());
        }
        for (member, value) in &members {
            let wrong = if member.contains('\0') { Some(Wrong::Nul) } else { wrong_with(value, 2) };
            if let Some(wrong) = wrong {
                return Err(wrong.at(&escaped(member).replace('\0', "\u{fffd}")));
            }
        }
        Ok(Self { members, ..Self::default() })
    }

    /// The same, with what the API through which it came tells of members by their names.
    #[must_use]
    pub fn telling(self, told: Vec<(String, ToldSecrecy)>) -> Self {
        Self { told, ..self }
    }

    /// The same, with what the API through which it came calls members, by the names that they are
    /// kept under: what is wrong with one is said of the name that its sender knows.
    #[must_use]
    pub fn called(self, called: Vec<(String, String)>) -> Self {
        Self { called, ..self }
    }

    /// The same, through an API that shows secrets so: what looks like one that is there leaves it
    /// as it is.
    #[must_use]
    pub fn masked_as(self, mask: Mask) -> Self {
        Self { mask: Some(mask), ..self }
    }

    /// The members that an integration of `provider` may be given. What only the provider
    /// itself can say is left out.
    ///
    /// # Errors
    /// When the provider says that a member is to be something else, and when one is where
    /// nothing may be sent to.
    pub(super) fn accepted_by(
        mut members: Map<String, Value>,
        provider: &Provider,
    ) -> Result<Map<String, Value>, InvalidConfiguration> {
        members.retain(|member, _| {
            let field = provider.fields.iter().find(|field| field.key == *member);
            field.is_none_or(|field| field.source == FieldSource::User)
        });
        for field in &provider.fields {
            let Some(value) = members.get(&field.key).filter(|value| !value.is_null()) else { continue };
            if !field.kind.takes(value) {
                return Err(Wrong::Type(field.kind).at(&escaped(&field.key)));
            }
            if field.kind == FieldKind::Map {
                refuse_headers_of_connection(&field.key, value)?;
            }
        }
        destination::refuse_user_info(&members, provider)?;
        Ok(members)
    }
}

impl fmt::Debug for SentConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SentConfiguration([REDACTED])")
    }
}

fn refuse_headers_of_connection(key: &str, value: &Value) -> Result<(), InvalidConfiguration> {
    let names = value.as_object().into_iter().flat_map(Map::keys);
    let is_one = |name: &&String| HEADERS_OF_CONNECTION.contains(&name.trim().to_lowercase().as_str());
    match names.into_iter().find(is_one) {
        Some(name) => Err(Wrong::Header.at(&format!("{}.{}", escaped(key), escaped(name)))),
        None => Ok(()),
    }
}

/// What is wrong with a value that stands at `level`.
fn wrong_with(value: &Value, level: usize) -> Option<Wrong> {
    let is_nested = value.is_object() || value.is_array();
    if is_nested && level > Configuration::MAX_DEPTH {
        return Some(Wrong::TooDeep);
    }
    match value {
        Value::String(text) => text.contains('\0').then_some(Wrong::Nul),
        Value::Array(items) => items.iter().find_map(|item| wrong_with(item, level + 1)),
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            if name.contains('\0') { Some(Wrong::Nul) } else { wrong_with(value, level + 1) }
        }),
        _ => None,
    }
}

/// How many bytes the members have as compact JSON.
pub(super) fn size(members: &Map<String, Value>) -> usize {
    let mut counted = Counted(0);
    // Writing JSON values into a counter cannot fail.
    let _ = serde_json::to_writer(&mut counted, members);
    counted.0
}

/// Counts what is written.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
