//! Which file is laid over which.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::{Findings, Rule};
use crate::tree::{Node, Path, merge};

/// How many files an entry may be laid over.
const MAX_DEPTH: usize = 2;

/// The trees of files by id; `None` for one that cannot be read.
type Documents = BTreeMap<String, Option<Node>>;

/// The files of a catalogue.
pub struct Layers {
    /// Those that are compiled in.
    pub below: Documents,
    /// Those of the folder.
    pub above: Documents,
}

/// One file, by its layer and its id.
type FileId<'a> = (bool, &'a str);

impl Layers {
    /// Every id, once.
    pub fn ids(&self) -> BTreeSet<String> {
        self.below.keys().chain(self.above.keys()).cloned().collect()
    }

    /// The file that counts for an id.
    fn effective<'a>(&self, id: &'a str) -> FileId<'a> {
        (self.above.contains_key(id), id)
    }

    fn document(&self, (above, id): FileId<'_>) -> Option<&Option<Node>> {
        if above { self.above.get(id) } else { self.below.get(id) }
    }
}

/// The merged tree of an id; `None` where something of it cannot be read, which was noted.
pub fn resolve(layers: &Layers, id: &str, findings: &mut Findings) -> Option<Node> {
    let mut file = layers.effective(id);
    let mut seen = Vec::from([file]);
    let mut chain = Vec::new();
    loop {
        // A name that is no id, or a file that is no TOML, was noted with its file.
        let tree = layers.document(file)?.as_ref()?;
        chain.push(tree);
        let at = Path::root().key("extends");
        let Some(extends) = tree.as_table().and_then(|table| table.get("extends")) else { break };
        let place = &extends.place;
        let mut refuse = |what: &str, remedy: &str| -> Option<Node> {
            findings.error(Rule::Extends, place, &at, what, remedy);
            None
        };
        let Some(base) = extends.node.as_text() else {
            return refuse("is no text", "give the id of another entry");
        };
        // Over itself an entry of the folder lies on the one that is compiled in.
        let next = if file == (true, base) { (false, base) } else { layers.effective(base) };
        if seen.contains(&next) {
            return refuse("leads back to itself", "let one of the entries stand alone");
        }
        if layers.document(next).is_none() {
            return refuse("names no entry", "add that entry, or correct the id");
        }
        if chain.len() > MAX_DEPTH {
            return refuse("leads over more than two entries", "extend an entry that extends at most one");
        }
        seen.push(next);
        file = next;
    }
    let mut layers = chain.into_iter().rev();
    let base = layers.next()?.clone();
    Some(layers.fold(base, |below, above| merge(&below, above)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tree::parse;

    fn documents(files: &[(&str, &str)]) -> Documents {
        let tree = |id: &str, text: &str| {
            let text = format!("id = '{id}'\n{text}");
            parse(&id.into(), &text, &mut Findings::none())
        };
        files.iter().map(|(id, text)| ((*id).to_owned(), Some(tree(id, text)))).collect()
    }

    fn resolved(below: &[(&str, &str)], above: &[(&str, &str)], id: &str) -> Result<Value, Vec<String>> {
        let mut findings = Findings::none();
        let layers = Layers { below: documents(below), above: documents(above) };
        let tree = resolve(&layers, id, &mut findings);
        match tree {
            Some(tree) => Ok(tree.to_json()),
            None => Err(findings.iter().map(|finding| finding.what.clone()).collect()),
        }
    }

    #[test]
    fn a_file_of_the_folder_replaces_the_one_that_is_compiled_in() {
        let found = resolved(&[("a1", "x = 1\ny = 1")], &[("a1", "x = 2")], "a1");
        assert_eq!(found, Ok(json!({"id": "a1", "x": 2})));
    }

    #[test]
    fn a_file_of_the_folder_that_extends_its_own_id_is_laid_over_it() {
        let below = [("_b", "z = 0"), ("a1", "extends = '_b'\nx = 1\ny = 1")];
        let found = resolved(&below, &[("a1", "extends = 'a1'\nx = 2")], "a1");
        assert_eq!(found, Ok(json!({"id": "a1", "extends": "a1", "x": 2, "y": 1, "z": 0})));
    }

    #[test]
    fn a_base_of_the_folder_counts_for_entries_that_are_compiled_in() {
        let below = [("_b", "z = 0"), ("a1", "extends = '_b'")];
        let found = resolved(&below, &[("_b", "z = 1")], "a1");
        assert_eq!(found, Ok(json!({"id": "a1", "extends": "_b", "z": 1})));
    }

    #[test]
    fn two_bases_are_the_most() {
        let chain = [("a1", "extends = 'a2'"), ("a2", "extends = 'a3'"), ("a3", "")];
        assert!(resolved(&chain, &[], "a1").is_ok());
        let longer =
            [("a1", "extends = 'a2'"), ("a2", "extends = 'a3'"), ("a3", "extends = 'a4'"), ("a4", "")];
        assert_eq!(resolved(&longer, &[], "a1"), Err(vec!["leads over more than two entries".to_owned()]));
        assert!(resolved(&longer, &[], "a2").is_ok());
    }

    #[test]
    fn cycles_and_unknown_bases_are_refused() {
        let cycle = [("a1", "extends = 'a2'"), ("a2", "extends = 'a1'")];
        assert_eq!(resolved(&cycle, &[], "a1"), Err(vec!["leads back to itself".to_owned()]));
        let itself = [("a1", "extends = 'a1'")];
        assert_eq!(resolved(&itself, &[], "a1"), Err(vec!["leads back to itself".to_owned()]));
        assert_eq!(resolved(&[], &itself, "a1"), Err(vec!["names no entry".to_owned()]));
        assert_eq!(resolved(&[("a1", "extends = 'a9'")], &[], "a1"), Err(vec!["names no entry".to_owned()]));
        assert_eq!(resolved(&[("a1", "extends = 1")], &[], "a1"), Err(vec!["is no text".to_owned()]));
    }
}
