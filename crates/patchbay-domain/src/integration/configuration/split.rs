//! Telling the secrets of an object from all else.

use std::mem;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{CredentialName, InvalidText, is_secret_name};

/// A member's name as a part of a dotted path.
pub(super) fn escaped(name: &str) -> String {
    name.replace('\\', r"\\").replace('.', r"\.")
}

impl CredentialName {
    /// The name of a secret that is a member of a configuration as a whole.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn of_member(member: &str) -> Result<Self, InvalidText> {
        Self::parse(&escaped(member))
    }

    /// The member of the configuration that it is of, then what it stands in there, its own name
    /// last.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let (mut steps, mut step) = (Vec::new(), String::new());
        let mut chars = self.as_str().chars();
        while let Some(c) = chars.next() {
            match c {
                '.' => steps.push(mem::take(&mut step)),
                '\\' => step.extend(chars.next()),
                _ => step.push(c),
            }
        }
        steps.push(step);
        steps
    }
}

/// Whether a dotted path is `above`, or leads through it.
pub(super) fn is_at_or_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What of a value is secret.
#[derive(Clone, Copy)]
pub(super) enum Secrecy<'p> {
    /// All of it.
    Whole,
    /// Of an object these members, and those that are named like secrets.
    Members(&'p [String]),
}

/// What of the value at `path` may be shown; `None` when all of it is one secret. The secrets
/// go to `secrets`, each with its path. A secret that is no text is kept as its JSON.
pub(super) fn split(
    path: &str,
    value: Value,
    secrecy: Secrecy<'_>,
    secrets: &mut Vec<(String, SecretString)>,
) -> Option<Value> {
    match (value, secrecy) {
        (Value::Null, Secrecy::Whole) => None,
        (Value::String(text), Secrecy::Whole) => {
            secrets.push((path.to_owned(), text.into()));
            None
        }
        (value, Secrecy::Whole) => {
            secrets.push((path.to_owned(), value.to_string().into()));
            None
        }
        (Value::Object(members), Secrecy::Members(named)) => {
            Some(Value::Object(split_object(path, members, named, secrets)))
        }
        (Value::Array(items), Secrecy::Members(_)) => {
            let split_item =
                |(place, item)| split(&format!("{path}.{place}"), item, Secrecy::Members(&[]), secrets);
            Some(Value::Array(items.into_iter().enumerate().filter_map(split_item).collect()))
        }
        (plain, Secrecy::Members(_)) => Some(plain),
    }
}

fn split_object(
    path: &str,
    members: Map<String, Value>,
    named: &[String],
    secrets: &mut Vec<(String, SecretString)>,
) -> Map<String, Value> {
    let split_member = |(name, value): (String, Value)| {
        let below = format!("{path}.{}", escaped(&name));
        let is_secret = named.contains(&name) || is_secret_name(&name);
        let secrecy = if is_secret { Secrecy::Whole } else { Secrecy::Members(&[]) };
        let shown = split(&below, value, secrecy, secrets)?;
        Some((name, shown))
    };
    members.into_iter().filter_map(split_member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_where_it_was_sent_whatever_the_names_there_hold() {
        for name in ["a.b", r"a\", r"a\.b", r"\\.", "ä.ö", "."] {
            assert_eq!(CredentialName::of_member(name).unwrap().steps(), [name]);
            let below = CredentialName::parse(&format!("{}.{}", escaped(name), escaped("x.y")));
            assert_eq!(below.unwrap().steps(), [name, "x.y"]);
        }
    }
}
