//! Takes settings out of the merged tree, one known key after the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use super::fault::{Fault, SettingsError};

/// What a parser says of a value that it refuses; goes on where the key's name ends. Never
/// contains the value.
pub type Refusal = String;

/// A value and the layer it comes from; `None` is the defaults.
struct Leaf {
    value: Value,
    origin: Option<String>,
}

/// Hands out the values of known keys to their parsers, gathers what is wrong with them,
/// and reports in the end what nobody asked for.
pub struct Reader {
    leaves: BTreeMap<String, Leaf>,
    known: BTreeSet<String>,
    faults: Vec<Fault>,
}

impl Reader {
    /// Over a merged tree, with what is known to be wrong already.
    pub fn over(tree: config::Value, faults: Vec<Fault>) -> Self {
        let mut reader = Self { leaves: BTreeMap::new(), known: BTreeSet::new(), faults };
        let origin = tree.origin().map(str::to_owned);
        reader.spread("", origin, tree.kind);
        reader
    }

    /// Walks down to what has no members.
    fn spread(&mut self, key: &str, origin: Option<String>, kind: config::ValueKind) {
        match kind {
            config::ValueKind::Table(members) if !members.is_empty() => {
                for (name, member) in members {
                    let origin = member.origin().map(str::to_owned);
                    self.spread(&below(key, &name), origin, member.kind);
                }
            }
            // Without a single member, not even defaults: the whole tree.
            _ if key.is_empty() => {}
            kind => {
                self.leaves.insert(key.to_owned(), Leaf { value: plain(kind), origin });
            }
        }
    }

    /// Whether neither the file nor the environment sets this.
    pub fn is_default(&self, key: &str) -> bool {
        self.leaves.get(key).is_some_and(|leaf| leaf.origin.is_none())
    }

    /// Whether any layer sets this, be it to something of no use.
    pub fn is_given(&self, key: &str) -> bool {
        self.leaves.contains_key(key)
    }

    /// Takes a setting that may be absent.
    pub fn optional<T>(&mut self, key: &str, parse: impl FnOnce(&Value) -> Result<T, Refusal>) -> Option<T> {
        self.known.insert(key.to_owned());
        let leaf = self.leaves.remove(key)?;
        match parse(&leaf.value) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.faults.push(Fault::new(key, reason, leaf.origin.as_deref()));
                None
            }
        }
    }

    /// Takes a setting that must be there; `None` is a fault that was noted.
    pub fn required<T>(&mut self, key: &str, parse: impl FnOnce(&Value) -> Result<T, Refusal>) -> Option<T> {
        let faulty = self.faults.len();
        let value = self.optional(key, parse);
        if value.is_none() && self.faults.len() == faulty && !self.lies_below_a_value(key) {
            self.fault(key, "is missing");
        }
        value
    }

    /// Takes a list of tables and makes their members settings of their own, named like
    /// `key[0].member`. Answers the names of the tables: `key[0]`, `key[1]` …
    pub fn tables(
        &mut self,
        key: &str,
        parse: impl FnOnce(&Value) -> Result<Vec<Value>, Refusal>,
    ) -> Vec<String> {
        let origin = self.leaves.get(key).and_then(|leaf| leaf.origin.clone());
        let list = self.optional(key, parse).unwrap_or_default();
        let mut tables = Vec::new();
        for (position, table) in list.into_iter().enumerate() {
            let name = format!("{key}[{position}]");
            let Value::Object(members) = table else {
                self.faults.push(Fault::new(name, "must be a table", origin.as_deref()));
                continue;
            };
            for (member, value) in members {
                self.leaves.insert(below(&name, &member), Leaf { value, origin: origin.clone() });
            }
            tables.push(name);
        }
        tables
    }

    /// Takes every setting below `section`, whatever it is called: by what follows the
    /// section's name.
    pub fn all_below<T>(
        &mut self,
        section: &str,
        parse: impl Fn(&Value) -> Result<T, Refusal>,
    ) -> Vec<(String, T)> {
        let start = below(section, "");
        // So that an empty section is known as one.
        self.known.insert(start.clone());
        let keys: Vec<_> = self.leaves.keys().filter(|key| key.starts_with(&start)).cloned().collect();
        let taken = keys.into_iter().filter_map(|key| {
            let value = self.optional(&key, &parse)?;
            Some((key.strip_prefix(&start)?.to_owned(), value))
        });
        taken.collect()
    }

    /// The names of what is given right below `section`, each once.
    pub fn names_below(&self, section: &str) -> Vec<String> {
        let start = below(section, "");
        let first = |key: &String| Some(key.strip_prefix(&start)?.split('.').next()?.to_owned());
        self.leaves.keys().filter_map(first).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Notes something that is wrong with a setting.
    pub fn fault(&mut self, key: &str, reason: &str) {
        self.faults.push(Fault::new(key, reason, None));
    }

    /// The settings, if all is well with them.
    ///
    /// # Errors
    /// Every fault, those of unknown keys last.
    pub fn finish<T>(mut self, settings: Option<T>) -> Result<T, SettingsError> {
        for (key, leaf) in std::mem::take(&mut self.leaves) {
            let is_section = self.known.iter().any(|known| lies_below(known, &key));
            let reason = match &leaf.value {
                Value::Object(members) if is_section && members.is_empty() => continue,
                _ if is_section => "must be a table",
                _ => "is not a setting that this version knows",
            };
            self.faults.push(Fault::new(key, reason, leaf.origin.as_deref()));
        }
        match settings {
            Some(settings) if self.faults.is_empty() => Ok(settings),
            _ => Err(SettingsError::Faults(self.faults)),
        }
    }

    fn lies_below_a_value(&self, key: &str) -> bool {
        self.leaves.keys().any(|leaf| lies_below(key, leaf))
    }
}

fn below(key: &str, member: &str) -> String {
    if key.is_empty() { member.to_owned() } else { format!("{key}.{member}") }
}

fn lies_below(key: &str, section: &str) -> bool {
    key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// The same value without what it remembers of its layer.
fn plain(kind: config::ValueKind) -> Value {
    use config::ValueKind;
    match kind {
        ValueKind::Nil => Value::Null,
        ValueKind::Boolean(switch) => Value::Bool(switch),
        ValueKind::I64(number) => number.into(),
        ValueKind::U64(number) => number.into(),
        ValueKind::I128(number) => number.to_string().into(),
        ValueKind::U128(number) => number.to_string().into(),
        ValueKind::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        ValueKind::String(text) => Value::String(text),
        ValueKind::Array(list) => list.into_iter().map(|member| plain(member.kind)).collect(),
        ValueKind::Table(members) => {
            let members: BTreeMap<_, _> = members.into_iter().collect();
            let members = members.into_iter().map(|(name, member)| (name, plain(member.kind)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}
