//! From the text of a file to its tree.

use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Member, Node, NodeValue, Path, Place, Table};
use crate::findings::{Findings, Rule};

/// Reads a file. Whatever is not TOML is noted, and so is a value that no entry can have;
/// the rest is there all the same.
pub fn parse(file: &Arc<str>, text: &str, findings: &mut Findings) -> Node {
    let lines = Lines::of(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = lines.place(error.span().map_or(0, |span| span.start));
        findings.error(
            Rule::Unreadable,
            &place,
            &Path::root(),
            format!("the file is not TOML: {}", error.message()),
            "mend the line",
        );
    }
    let table = Builder { lines: &lines, findings }.table(table.get_ref(), None);
    Node { value: NodeValue::Table(table), place: lines.place(0) }
}

/// Where the lines of a file begin.
struct Lines {
    file: Arc<str>,
    starts: Vec<usize>,
}

impl Lines {
    fn of(file: &Arc<str>, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file: file.clone(), starts }
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        Place { file: self.file.clone(), line: u32::try_from(line).unwrap_or(u32::MAX) }
    }
}

/// The way to what is being built. Only a fault makes a [`Path`] of it.
#[derive(Clone, Copy)]
struct Trail<'t> {
    above: Option<&'t Self>,
    step: TrailStep<'t>,
}

#[derive(Clone, Copy)]
enum TrailStep<'t> {
    Key(&'t str),
    Item(usize),
}

impl Trail<'_> {
    fn path(&self) -> Path {
        let above = self.above.map(Trail::path).unwrap_or_default();
        match self.step {
            TrailStep::Key(name) => above.key(name),
            TrailStep::Item(index) => above.item(index, None),
        }
    }
}

struct Builder<'a> {
    lines: &'a Lines,
    findings: &'a mut Findings,
}

impl Builder<'_> {
    fn table(&mut self, table: &DeTable<'_>, above: Option<&Trail<'_>>) -> Table {
        let mut members: Vec<(usize, Member)> = Vec::with_capacity(table.len());
        for (name, value) in table {
            let start = name.span().start;
            let at = Trail { above, step: TrailStep::Key(name.get_ref()) };
            if let Some(node) = self.node(value, &at) {
                let place = self.lines.place(start);
                members.push((start, Member { name: name.get_ref().clone().into_owned(), place, node }));
            }
        }
        members.sort_by_key(|(start, _)| *start);
        Table { members: members.into_iter().map(|(_, member)| member).collect() }
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, at: &Trail<'_>) -> Option<Node> {
        let place = self.lines.place(value.span().start);
        let found = match value.get_ref() {
            DeValue::String(text) => Some(NodeValue::Text(text.clone().into_owned())),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(NodeValue::Int)
            }
            DeValue::Float(number) => {
                number.as_str().parse().ok().filter(|number: &f64| number.is_finite()).map(NodeValue::Float)
            }
            DeValue::Boolean(switch) => Some(NodeValue::Bool(*switch)),
            DeValue::Datetime(time) => date(time).map(NodeValue::Date),
            DeValue::Array(list) => {
                let mut nodes = Vec::with_capacity(list.len());
                for (index, item) in list.iter().enumerate() {
                    nodes.extend(self.node(item, &Trail { above: Some(at), step: TrailStep::Item(index) }));
                }
                Some(NodeValue::List(nodes))
            }
            DeValue::Table(table) => Some(NodeValue::Table(self.table(table, Some(at)))),
        };
        if found.is_none() {
            let what = format!("no entry can have the value {}", value.get_ref().type_str());
            let remedy = "write a whole number below 2^63, a number, or a date without a time";
            self.findings.error(Rule::Shape, &place, &at.path(), what, remedy);
        }
        Some(Node { value: found?, place })
    }
}

fn date(time: &toml::value::Datetime) -> Option<NaiveDate> {
    let (Some(date), None, None) = (time.date, time.time, time.offset) else { return None };
    NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Node, Vec<String>) {
        let mut findings = Findings::none();
        let node = parse(&Arc::from("a.toml"), text, &mut findings);
        (node, findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_value_knows_its_line() {
        let (node, findings) = parsed("id = 'a'\n\n[[auth]]\nid = 'x'\n[auth.refresh]\nmode = 'none'\n");
        assert_eq!(findings, [""; 0]);
        let auth = Path::root().key("auth").item(0, Some("x"));
        assert_eq!(node.place_of(&Path::root().key("id")).line, 1);
        assert_eq!(node.place_of(&auth).line, 3);
        assert_eq!(node.place_of(&auth.key("refresh").key("mode")).line, 6);
        assert_eq!(node.place_of(&auth.key("nothing").key("deeper")).line, 3, "the nearest that is there");
    }

    #[test]
    fn members_keep_the_order_of_the_file() {
        let (node, _) = parsed("z = 1\na = 2\n[m]\nq = 1\nb = 2\n");
        let names =
            |table: &Table| table.members.iter().map(|member| member.name.clone()).collect::<Vec<_>>();
        let table = node.as_table().unwrap();
        assert_eq!(names(table), ["z", "a", "m"]);
        assert_eq!(names(table.get("m").unwrap().node.as_table().unwrap()), ["q", "b"]);
    }

    #[test]
    fn every_line_that_is_not_toml_is_named() {
        let (_, findings) = parsed("id = 'a'\nname =\nok = 1\nb = [1,\n");
        for line in ["a.toml:2: PC15: the file is not TOML", "a.toml:4: PC15: the file is not TOML"] {
            assert!(findings.iter().any(|finding| finding.starts_with(line)), "{findings:?}");
        }
    }

    #[test]
    fn times_and_numbers_beyond_all_bounds_are_no_values_of_entries() {
        let (_, findings) =
            parsed("a = 2026-01-01T00:00:00Z\nb = 99999999999999999999\nc = nan\nd = 2026-01-01");
        let places: Vec<_> = findings.iter().map(|finding| &finding[..17]).collect();
        assert_eq!(places, ["a.toml:1: PC16 a:", "a.toml:2: PC16 b:", "a.toml:3: PC16 c:"], "{findings:?}");
    }
}
