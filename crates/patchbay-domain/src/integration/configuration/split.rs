//! Telling the secrets of an object from all else.

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::is_secret_name;

/// A member's name as a part of a dotted path.
pub(super) fn escaped(name: &str) -> String {
    name.replace('\\', r"\\").replace('.', r"\.")
}

/// The name of the member that a dotted path begins with.
pub(super) fn member_of(path: &str) -> String {
    let mut name = String::new();
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            '.' => break,
            _ => name.push(c),
        }
    }
    name
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
    fn the_member_of_a_path_is_what_stands_before_its_first_dot() {
        assert_eq!(member_of("token"), "token");
        assert_eq!(member_of("tls.options.key"), "tls");
        assert_eq!(member_of(".key"), "");
        assert_eq!(member_of(""), "");
    }

    #[test]
    fn the_member_of_a_path_is_named_as_it_was_sent_whatever_its_name_holds() {
        for name in ["a.b", r"a\", r"a\.b", r"\\.", "ä.ö", "."] {
            assert_eq!(member_of(&escaped(name)), name);
            assert_eq!(member_of(&format!("{}.{}", escaped(name), escaped("x.y"))), name);
        }
    }
}
