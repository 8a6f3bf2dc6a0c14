//! PC10: two entries do not claim one name on one dialect.

use std::collections::HashMap;

use patchbay_domain::ProviderId;

use crate::findings::{Findings, Rule};
use crate::schema::Entry;
use crate::tree::{Node, Path};

/// The names that entries have claimed, on which dialects. Those that are disabled count: what
/// was connected to them is still shown under their names.
#[derive(Default)]
pub(crate) struct Names(HashMap<(String, String), ProviderId>);

impl Names {
    /// Claims the names of one more entry.
    pub(crate) fn claim(&mut self, entry: &Entry, tree: &Node, findings: &mut Findings) {
        for wire in &entry.wires {
            let name = (wire.dialect.clone(), wire.name.clone());
            let Some(first) = self.0.insert(name, entry.id.clone()) else { continue };
            let at = Path::root().key("wire").key(&wire.dialect).key("name");
            findings.error(
                Rule::NameTaken,
                tree.place_of(&at),
                &at,
                format!("{first} is called \"{}\" there already", wire.name),
                "give it another name",
            );
        }
    }
}
