//! Laying one file over another.

use super::{Member, Node, NodeValue, Table};

/// The lists whose members are merged by name, and what that name is called.
const BY_NAME: [(&str, &str); 3] = [("fields", "key"), ("auth", "id"), ("verify", "id")];

/// Of a base these speak of the base alone.
const OF_ITSELF: [&str; 3] = ["id", "extends", "disabled"];

/// `over` laid over `base`: tables key by key, the members of `fields`, `auth` and `verify`
/// by their names, everything else replaced. Each value keeps the place that it comes from.
pub fn merge(base: &Node, over: &Node) -> Node {
    let (Some(below), Some(above)) = (base.as_table(), over.as_table()) else { return over.clone() };
    let is_same_entry = below.text("id") == above.text("id");
    let inherited = |member: &&Member| is_same_entry || !OF_ITSELF.contains(&member.name.as_str());
    let mut merged = Table { members: below.members.iter().filter(inherited).cloned().collect() };
    for member in &above.members {
        let name = BY_NAME.iter().find(|(list, _)| *list == member.name).map(|(_, name)| *name);
        lay(&mut merged, member, |below, above| match name {
            Some(name) => lists_by_name(below, above, name),
            None => nodes(below, above),
        });
    }
    Node { value: NodeValue::Table(merged), place: over.place.clone() }
}

/// Puts a member over the one of its name, or beside the others.
fn lay(table: &mut Table, member: &Member, both: impl FnOnce(&Node, &Node) -> Node) {
    match table.members.iter_mut().find(|other| other.name == member.name) {
        Some(other) => {
            *other = Member { node: both(&other.node, &member.node), ..member.clone() };
        }
        None => table.members.push(member.clone()),
    }
}

fn nodes(below: &Node, above: &Node) -> Node {
    let (Some(base), Some(over)) = (below.as_table(), above.as_table()) else { return above.clone() };
    let mut merged = base.clone();
    for member in &over.members {
        lay(&mut merged, member, nodes);
    }
    Node { value: NodeValue::Table(merged), place: above.place.clone() }
}

fn lists_by_name(below: &Node, above: &Node, name: &str) -> Node {
    let (Some(base), Some(over)) = (below.as_list(), above.as_list()) else { return above.clone() };
    let name_of = |node: &Node| node.as_table().and_then(|table| table.text(name)).map(str::to_owned);
    let mut merged = base.to_vec();
    for node in over {
        let same = |other: &&mut Node| name_of(other).is_some() && name_of(other) == name_of(node);
        match merged.iter_mut().find(same) {
            Some(other) => *other = nodes(other, node),
            None => merged.push(node.clone()),
        }
    }
    Node { value: NodeValue::List(merged), place: above.place.clone() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::findings::Findings;
    use crate::tree::{Path, parse};

    fn node(file: &str, text: &str) -> Node {
        let mut findings = Findings::none();
        let node = parse(&Arc::from(file), text, &mut findings);
        assert!(findings.is_empty(), "{findings}");
        node
    }

    fn merged(base: &str, over: &str) -> Value {
        merge(&node("base", base), &node("over", over)).to_json()
    }

    #[test]
    fn tables_are_merged_key_by_key_at_every_depth() {
        assert_eq!(
            merged("[wire]\na = {name = 'x', role = 'R'}\nb = {name = 'y'}", "[wire]\na = {name = 'z'}"),
            json!({"wire": {"a": {"name": "z", "role": "R"}, "b": {"name": "y"}}})
        );
    }

    #[test]
    fn fields_methods_and_checks_are_merged_by_name_and_new_ones_come_last() {
        assert_eq!(
            merged(
                "fields = [{key = 'a', kind = 'text'}, {key = 'b'}]\nauth = [{id = 'x', needs = ['a', 'b']}]",
                "fields = [{key = 'c'}, {key = 'a', secret = true}]\nauth = [{id = 'x', needs = ['c']}]"
            ),
            json!({
                "fields": [{"key": "a", "kind": "text", "secret": true}, {"key": "b"}, {"key": "c"}],
                "auth": [{"id": "x", "needs": ["c"]}],
            })
        );
    }

    #[test]
    fn other_lists_and_plain_values_are_replaced() {
        assert_eq!(
            merged("name = 'a'\nsunset = [{what = 'x'}]\ncategories = ['a', 'b']", "sunset = []\nname = 'b'"),
            json!({"name": "b", "sunset": [], "categories": ["a", "b"]})
        );
    }

    #[test]
    fn what_a_base_says_of_itself_is_not_inherited() {
        let base = "id = '_a'\nextends = '_b'\ndisabled = true\nname = 'A'";
        assert_eq!(merged(base, "id = 'c'"), json!({"id": "c", "name": "A"}));
        let same = json!({"id": "_a", "extends": "_a", "disabled": true, "name": "A"});
        assert_eq!(merged(base, "id = '_a'\nextends = '_a'"), same, "the same entry goes on");
    }

    #[test]
    fn each_value_keeps_the_file_that_it_comes_from() {
        let base = node("base", "name = 'a'\n[[auth]]\nid = 'x'\nurl = 'u'");
        let over = node("over", "[[auth]]\nid = 'x'\nother = 'o'");
        let merged = merge(&base, &over);
        let auth = Path::root().key("auth").item(0, Some("x"));
        assert_eq!(&*merged.place_of(&auth.key("url")).file, "base");
        assert_eq!(&*merged.place_of(&auth.key("other")).file, "over");
        assert_eq!(merged.place_of(&auth.key("other")).line, 3);
    }
}
