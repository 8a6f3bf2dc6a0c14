//! A file as a tree of values that each know the line they stand on.

mod merge;
mod parse;
mod path;

use std::io::{self, Write};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Number, Value};

pub use merge::merge;
pub use parse::parse;
pub use path::Path;

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the file.
    pub file: Arc<str>,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: u32,
}

/// A value of a file.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: NodeValue,
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum NodeValue {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Date(NaiveDate),
    List(Vec<Node>),
    Table(Table),
}

/// A table, its members in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub members: Vec<Member>,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    /// Where the key stands.
    pub place: Place,
    pub node: Node,
}

impl Table {
    /// The member of that name.
    pub fn get(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The text under that name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.node.as_text()
    }

    /// Its members, in order of name.
    fn by_name(&self) -> Vec<&Member> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_by(|one, other| one.name.cmp(&other.name));
        members
    }

    /// The tables of the list under that name.
    pub fn tables(&self, name: &str) -> impl Iterator<Item = (&Node, &Table)> {
        let list = self.get(name).and_then(|member| member.node.as_list()).unwrap_or_default();
        list.iter().filter_map(|node| Some((node, node.as_table()?)))
    }
}

impl Node {
    pub fn as_text(&self) -> Option<&str> {
        if let NodeValue::Text(text) = &self.value { Some(text) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        if let NodeValue::List(list) = &self.value { Some(list) } else { None }
    }

    pub const fn as_table(&self) -> Option<&Table> {
        if let NodeValue::Table(table) = &self.value { Some(table) } else { None }
    }

    /// What it is, in words that complete "is".
    pub const fn in_words(&self) -> &'static str {
        match self.value {
            NodeValue::Text(_) => "text",
            NodeValue::Int(_) => "a whole number",
            NodeValue::Float(_) => "a number",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Date(_) => "a date",
            NodeValue::List(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }

    /// The name by which a member of a list is known: its `key`, or its `id`.
    pub fn name(&self) -> Option<&str> {
        let table = self.as_table()?;
        table.text("key").or_else(|| table.text("id"))
    }

    /// Where the member at `path` stands, or the nearest of what it would lie in.
    pub fn place_of(&self, path: &Path) -> &Place {
        let mut node = self;
        let mut place = &self.place;
        for step in path.steps() {
            let next = match step {
                path::Step::Key(name) => {
                    let member = node.as_table().and_then(|table| table.get(name));
                    member.map(|member| (&member.node, &member.place))
                }
                path::Step::Item { index, name } => {
                    // By its name first: what could not be read is left out, and others move up.
                    let list = node.as_list().unwrap_or_default();
                    let named = list.iter().find(|item| name.is_some() && item.name() == name.as_deref());
                    let item = named.or_else(|| list.get(*index));
                    item.map(|item| (item, &item.place))
                }
            };
            let Some((found, at)) = next else { break };
            (node, place) = (found, at);
        }
        place
    }

    /// Writes it as JSON, members in order of name: what its revision is made of.
    pub fn write_json(&self, to: &mut impl Write) -> io::Result<()> {
        match &self.value {
            NodeValue::Text(text) => Ok(serde_json::to_writer(to, text)?),
            NodeValue::List(list) => {
                to.write_all(b"[")?;
                for (position, node) in list.iter().enumerate() {
                    if position > 0 {
                        to.write_all(b",")?;
                    }
                    node.write_json(to)?;
                }
                to.write_all(b"]")
            }
            NodeValue::Table(table) => {
                to.write_all(b"{")?;
                for (position, member) in table.by_name().into_iter().enumerate() {
                    if position > 0 {
                        to.write_all(b",")?;
                    }
                    serde_json::to_writer(&mut *to, &member.name)?;
                    to.write_all(b":")?;
                    member.node.write_json(to)?;
                }
                to.write_all(b"}")
            }
            _ => write!(to, "{}", self.to_json()),
        }
    }

    /// The same as JSON, members in order of name.
    pub fn to_json(&self) -> Value {
        match &self.value {
            NodeValue::Text(text) => Value::String(text.clone()),
            NodeValue::Int(number) => (*number).into(),
            NodeValue::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
            NodeValue::Bool(switch) => Value::Bool(*switch),
            NodeValue::Date(date) => Value::String(date.to_string()),
            NodeValue::List(list) => list.iter().map(Self::to_json).collect(),
            NodeValue::Table(table) => {
                let members =
                    table.by_name().into_iter().map(|member| (member.name.clone(), member.node.to_json()));
                Value::Object(members.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Findings;

    #[test]
    fn what_is_written_is_the_same_json() {
        let text = "z = 'a\"\\\\\u{e9}'\na = [1, 2.5, true, [], {}]\nd = 2026-11-20\n[t]\ny = ''\nb = [{ q = 1, c = 2 }]\n";
        let node = parse(&Arc::from("a.toml"), text, &mut Findings::none());
        let mut written = Vec::new();
        node.write_json(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), node.to_json().to_string());
    }
}
