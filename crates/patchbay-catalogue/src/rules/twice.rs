//! PC20: what has a name in a list is there once.

use std::collections::BTreeSet;

use crate::findings::{Findings, Rule};
use crate::tree::{Node, Path};

/// Holds the members of one file's lists against each other, before files are merged.
pub(crate) fn check_twice(tree: &Node, findings: &mut Findings) {
    let Some(table) = tree.as_table() else { return };
    for (list, name) in [("fields", "key"), ("auth", "id"), ("verify", "id")] {
        let mut seen = BTreeSet::new();
        for (index, (node, member)) in table.tables(list).enumerate() {
            let Some(text) = member.text(name) else { continue };
            if !seen.insert(text) {
                let at = Path::root().key(list).item(index, Some(text));
                findings.error(Rule::Twice, &node.place, &at, "is there already", "take one of the two out");
            }
        }
    }
}
