//! Takes the members of a table out of the tree, one known key after the other.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;

use crate::findings::{Findings, Rule};
use crate::tree::{Node, NodeValue, Path, Table};

/// Where what is found while reading goes.
pub struct Reading<'a> {
    /// All that was found.
    pub findings: &'a mut Findings,
    /// Whether the entry is a base, which may lack what those that extend it bring.
    pub is_base: bool,
}

impl Reading<'_> {
    /// Notes a value of the wrong shape.
    pub fn wrong(&mut self, node: &Node, at: &Path, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.error(Rule::Shape, &node.place, at, what, remedy);
    }
}

/// What can be read from a value of a file.
pub trait FromNode: Sized {
    /// Reads it; `None` when something was noted.
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self>;
}

/// Notes that a value has another type than it must.
pub fn mistyped<T>(node: &Node, at: &Path, reading: &mut Reading<'_>, wanted: &str) -> Option<T> {
    reading.wrong(node, at, format!("is {}", node.in_words()), format!("give {wanted}"));
    None
}

/// Hands out the members of one table, and reports in the end what nobody asked for.
pub struct TableReader<'a, 'r, 'f> {
    node: &'a Node,
    table: &'a Table,
    at: Path,
    asked: Vec<&'static str>,
    is_forgiven: bool,
    reading: &'r mut Reading<'f>,
}

impl<'a, 'r, 'f> TableReader<'a, 'r, 'f> {
    /// Over `node`, if it is a table.
    pub fn open(node: &'a Node, at: &Path, reading: &'r mut Reading<'f>) -> Option<Self> {
        match node.as_table() {
            Some(table) => {
                let asked = Vec::new();
                Some(Self { node, table, at: at.clone(), asked, is_forgiven: false, reading })
            }
            None => mistyped(node, at, reading, "a table"),
        }
    }

    /// Takes a member that may be absent.
    pub fn optional<T: FromNode>(&mut self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        T::read(node, &self.at.key(key), self.reading)
    }

    /// Takes a member that may be absent, and is nothing then.
    pub fn or_none<T: FromNode + Default>(&mut self, key: &'static str) -> T {
        self.optional(key).unwrap_or_default()
    }

    /// Takes a member that must be there.
    pub fn required<T: FromNode>(&mut self, key: &'static str) -> Option<T> {
        if self.node(key).is_some() {
            return self.optional(key);
        }
        if !self.reading.is_base {
            let remedy = format!("add `{key} = …`");
            self.reading.wrong(self.node, &self.at.key(key), "is missing", remedy);
        }
        None
    }

    /// The member itself, which counts as read.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key).map(|member| &member.node)
    }

    /// Notes that the table as a whole is wrong.
    pub fn wrong(&mut self, what: &str, remedy: &str) {
        self.reading.wrong(self.node, &self.at, what, remedy);
    }

    /// Keys that nobody asks for are no fault: which ones are known is not.
    pub const fn forgive(&mut self) {
        self.is_forgiven = true;
    }

    /// Reports every key that nobody asked for.
    pub fn close(self) {
        for member in &self.table.members {
            if !self.is_forgiven && !self.asked.contains(&member.name.as_str()) {
                self.reading.findings.error(
                    Rule::UnknownKey,
                    &member.place,
                    &self.at.key(&member.name),
                    "nothing reads this key",
                    format!("take it out; known here: {}", self.asked.join(", ")),
                );
            }
        }
    }
}

/// Reads a table with a function over its reader.
pub fn table<T>(
    node: &Node,
    at: &Path,
    reading: &mut Reading<'_>,
    read: impl FnOnce(&mut TableReader<'_, '_, '_>) -> Option<T>,
) -> Option<T> {
    let mut reader = TableReader::open(node, at, reading)?;
    let value = read(&mut reader);
    reader.close();
    value
}

impl FromNode for String {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.as_text() {
            Some(text) => Some(text.to_owned()),
            None => mistyped(node, at, reading, "text"),
        }
    }
}

impl FromNode for bool {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.value {
            NodeValue::Bool(switch) => Some(switch),
            _ => mistyped(node, at, reading, "true or false"),
        }
    }
}

impl FromNode for u64 {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.value {
            NodeValue::Int(number) if number >= 0 => Self::try_from(number).ok(),
            _ => mistyped(node, at, reading, "a whole number that is not negative"),
        }
    }
}

impl FromNode for u32 {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.value {
            NodeValue::Int(number) if Self::try_from(number).is_ok() => Self::try_from(number).ok(),
            _ => mistyped(node, at, reading, "a whole number from 0 to 4294967295"),
        }
    }
}

impl FromNode for f64 {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.value {
            NodeValue::Float(number) => Some(number),
            NodeValue::Int(number) => i32::try_from(number).ok().map(Self::from),
            _ => mistyped(node, at, reading, "a number"),
        }
    }
}

impl FromNode for NaiveDate {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        match node.value {
            NodeValue::Date(date) => Some(date),
            _ => mistyped(node, at, reading, "a date, as in 2026-11-20"),
        }
    }
}

impl FromNode for Value {
    fn read(node: &Node, _: &Path, _: &mut Reading<'_>) -> Option<Self> {
        Some(node.to_json())
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(list) = node.as_list() else { return mistyped(node, at, reading, "a list") };
        // With room for what is there and no more: these are kept for as long as the service runs.
        let mut read = Self::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            read.extend(T::read(item, &at.item(index, item.name()), reading));
        }
        Some(read)
    }
}

impl<T: FromNode> FromNode for BTreeMap<String, T> {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(table) = node.as_table() else { return mistyped(node, at, reading, "a table") };
        let mut map = Self::new();
        for member in &table.members {
            if let Some(value) = T::read(&member.node, &at.key(&member.name), reading) {
                map.insert(member.name.clone(), value);
            }
        }
        Some(map)
    }
}

/// Declares a value that is one of a few texts in a file.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item])* $variant,)+
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// How files write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl $crate::schema::reader::FromNode for $name {
            fn read(
                node: &$crate::tree::Node,
                at: &$crate::tree::Path,
                reading: &mut $crate::schema::reader::Reading<'_>,
            ) -> Option<Self> {
                let all = Self::ALL.iter().copied();
                $crate::schema::reader::one_of(node, at, reading, all.map(|one| (one.as_str(), one)))
            }
        }
    };
}
pub(crate) use choice;

/// Reads one of a few texts.
pub fn one_of<T>(
    node: &Node,
    at: &Path,
    reading: &mut Reading<'_>,
    all: impl Iterator<Item = (&'static str, T)> + Clone,
) -> Option<T> {
    let text = node.as_text();
    if let Some((_, value)) = all.clone().find(|(code, _)| Some(*code) == text) {
        return Some(value);
    }
    let allowed: Vec<_> = all.map(|(code, _)| code).collect();
    let what =
        text.map_or_else(|| format!("is {}", node.in_words()), |text| format!("\"{text}\" is not known"));
    reading.wrong(node, at, what, format!("give one of: {}", allowed.join(", ")));
    None
}
