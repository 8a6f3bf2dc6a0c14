//! PC10: two entries do not claim one name on one dialect.

use std::collections::HashMap;

use crate::findings::{Findings, Rule};
use crate::schema::Entry;
use crate::tree::{Node, Path};

/// Holds the entries against each other. Those that are disabled count: what was connected
/// to them is still shown under their names.
pub(crate) fn check_names<'a>(entries: impl Iterator<Item = (&'a Entry, &'a Node)>, findings: &mut Findings) {
    let mut claimed: HashMap<(&str, &str), &Entry> = HashMap::new();
    for (entry, tree) in entries {
        for wire in &entry.wires {
            let Some(first) = claimed.insert((&wire.dialect, &wire.name), entry) else { continue };
            let at = Path::root().key("wire").key(&wire.dialect).key("name");
            findings.error(
                Rule::NameTaken,
                tree.place_of(&at),
                &at,
                format!("{} is called \"{}\" there already", first.id, wire.name),
                "give it another name",
            );
        }
    }
}
