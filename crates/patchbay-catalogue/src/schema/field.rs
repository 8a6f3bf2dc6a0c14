//! `[[fields]]`: what a connection to a provider has.

use std::collections::BTreeMap;

use patchbay_domain::{FieldKind, FieldSource, ProviderField, is_secret_name};
use serde_json::Value;

use super::Pattern;
use super::reader::{FromNode, Reading, choice, one_of, table};
use crate::findings::Rule;
use crate::template::is_name;
use crate::tree::{Node, Path};

/// The dialects that write the names of members in camel case.
const CAMEL_CASE: [&str; 2] = ["hubster", "novu"];

choice! {
    /// What it means that a value does not look like its pattern.
    PatternLevel {
        /// The value is refused.
        Error = "error",
        /// Its owner is told.
        Warn = "warn",
    }
}

choice! {
    /// A check on values that is written once and named by entries.
    NamedCheck {
        /// The name of a known time zone.
        IanaTimezone = "iana_timezone",
    }
}

/// Something that a connection to a provider has.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name inside this service.
    pub key: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it is a secret.
    pub is_secret: bool,
    /// Where its value comes from.
    pub source: FieldSource,
    /// Whether a connection needs it.
    pub is_required: bool,
    /// The dialects on which a connection needs it.
    pub required_on: Vec<String>,
    /// The dialects on which a connection needs it before anything is sent.
    pub send_required_on: Vec<String>,
    /// A connection needs it when one of these fields has one of these values.
    pub required_when: BTreeMap<String, Vec<String>>,
    /// Its value where its owner says none.
    pub default: Option<Value>,
    /// What its values look like.
    pub pattern: Option<Pattern>,
    /// What it means when one does not.
    pub pattern_level: PatternLevel,
    /// What every host that it names ends with.
    pub host_suffix: Option<String>,
    /// The texts that it may be.
    pub values: Vec<String>,
    /// The most characters of its text.
    pub max_len: u64,
    /// The most members of its table or list.
    pub max_items: Option<u64>,
    /// A check beyond its pattern.
    pub check: Option<NamedCheck>,
    /// The members of its object that are kept; all where none are named.
    pub keep: Vec<String>,
    /// The members of its object that are secret, whatever their names say.
    pub secret_members: Vec<String>,
    /// A value as an example.
    pub example: Option<String>,
    /// What dialects call it that do not use its key.
    pub names: BTreeMap<String, String>,
    /// Whether the entry says whether it is a secret.
    pub(crate) says_secret: bool,
}

impl Field {
    /// The most characters of a text whose field says nothing else.
    pub const MAX_LEN: u64 = 4096;

    /// What a dialect calls it.
    #[must_use]
    pub fn name_on(&self, dialect: &str) -> String {
        match self.names.get(dialect) {
            Some(name) => name.clone(),
            None if CAMEL_CASE.contains(&dialect) => camel_case(&self.key),
            None => self.key.clone(),
        }
    }

    /// What the model knows of it, for the dialects that offer its provider.
    pub(crate) fn to_domain<'w>(&self, dialects: impl Iterator<Item = &'w str>) -> ProviderField {
        let names = dialects.map(|dialect| (dialect.to_owned(), self.name_on(dialect)));
        ProviderField {
            key: self.key.clone(),
            kind: self.kind,
            is_secret: self.is_secret,
            secret_members: self.secret_members.clone(),
            source: self.source,
            confined_to: self.host_suffix.clone(),
            is_required: self.is_required,
            required_on: self.required_on.clone(),
            names: names.filter(|(_, name)| *name != self.key).collect(),
        }
    }
}

fn camel_case(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

struct Kind(FieldKind);

impl FromNode for Kind {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let all = FieldKind::ALL.iter().map(|kind| (kind.as_str(), *kind));
        one_of(node, at, reading, all).map(Self)
    }
}

struct Source(FieldSource);

impl FromNode for Source {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let all = FieldSource::ALL.iter().map(|source| (source.as_str(), *source));
        one_of(node, at, reading, all).map(Self)
    }
}

impl FromNode for Field {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let field = table(node, at, reading, |table| {
            let key: Option<String> = table.required("key");
            let kind = table.required("kind").map_or(FieldKind::Text, |Kind(kind)| kind);
            let secret = table.optional("secret");
            let field = Self {
                key: key.unwrap_or_default(),
                kind,
                is_secret: secret.unwrap_or(false),
                source: table.optional("from").map_or(FieldSource::User, |Source(source)| source),
                is_required: table.or_none("required"),
                required_on: table.or_none("required_on"),
                send_required_on: table.or_none("send_required_on"),
                required_when: table.or_none("required_when"),
                default: table.optional("default"),
                pattern: table.optional("pattern"),
                pattern_level: table.optional("pattern_level").unwrap_or(PatternLevel::Error),
                host_suffix: table.optional("host_suffix"),
                values: table.or_none("values"),
                max_len: table.optional("max_len").unwrap_or(Self::MAX_LEN),
                max_items: table.optional("max_items"),
                check: table.optional("check"),
                keep: table.or_none("keep"),
                secret_members: table.or_none("secret_members"),
                example: table.optional("example"),
                names: table.or_none("wire"),
                says_secret: secret.is_some(),
            };
            Some(field)
        })?;
        if field.key.is_empty() {
            return None;
        }
        if !is_name(&field.key) {
            reading.wrong(
                node,
                &at.key("key"),
                "is not in snake case",
                "use lower-case letters, digits and _",
            );
        }
        check_secrecy(&field, node, at, reading);
        Some(field)
    }
}

/// A name that looks secret has to be settled one way or the other.
fn check_secrecy(field: &Field, node: &Node, at: &Path, reading: &mut Reading<'_>) {
    if is_secret_name(&field.key) && !field.says_secret && !reading.is_base {
        reading.findings.error(
            Rule::Secrecy,
            &node.place,
            at,
            "its name looks like that of a secret, and it does not say whether it is one",
            "add `secret = true`, or `secret = false` where it is public",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_camel_case_keeps_its_first_word_small() {
        for (key, expected) in [("page_access_token", "pageAccessToken"), ("echo", "echo"), ("a_2_b", "a2B")]
        {
            assert_eq!(camel_case(key), expected);
        }
    }
}
