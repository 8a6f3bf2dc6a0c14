//! Which file is laid over which.

use std::collections::{BTreeMap, BTreeSet};

use crate::findings::{Findings, Rule};
use crate::source::SourceFile;
use crate::tree::{Node, Path, merge};

/// How many files an entry may be laid over.
const MAX_DEPTH: usize = 2;

/// Files by their ids.
type Files<'s> = BTreeMap<&'s str, &'s SourceFile>;

/// The files of a catalogue.
pub struct Layers<'s> {
    /// Those that are compiled in.
    below: Files<'s>,
    /// Those of the folder.
    above: Files<'s>,
}

/// One file, by its layer and its id.
type FileId<'a> = (bool, &'a str);

impl<'s> Layers<'s> {
    /// Of these files; the last of one name counts.
    pub fn of(below: &'s [SourceFile], above: &'s [SourceFile]) -> Self {
        let by_id = |files: &'s [SourceFile]| files.iter().map(|file| (file.stem.as_str(), file)).collect();
        Self { below: by_id(below), above: by_id(above) }
    }

    /// Every id, once.
    pub fn ids(&self) -> BTreeSet<&'s str> {
        self.below.keys().chain(self.above.keys()).copied().collect()
    }

    /// The file that counts for an id.
    fn effective<'a>(&self, id: &'a str) -> FileId<'a> {
        (self.above.contains_key(id), id)
    }

    fn file(&self, (above, id): FileId<'_>) -> Option<&'s SourceFile> {
        let files = if above { &self.above } else { &self.below };
        files.get(id).copied()
    }
}

/// The merged tree of an id; `None` where something of it cannot be read, which was noted.
///
/// Files are read by `read` when they are needed, and not kept: of all of them together no more
/// is there at a time than one entry is made of.
pub fn resolve(
    layers: &Layers<'_>,
    id: &str,
    findings: &mut Findings,
    read: impl Fn(&SourceFile, &mut Findings) -> Option<Node>,
) -> Option<Node> {
    let mut file = layers.effective(id);
    let mut seen = Vec::from([(file.0, file.1.to_owned())]);
    let mut chain = Vec::new();
    loop {
        // A name that is no id, or a file that is no TOML, was noted with its file.
        let tree = read(layers.file(file)?, findings)?;
        let at = Path::root().key("extends");
        let Some(extends) = tree.as_table().and_then(|table| table.get("extends")) else {
            chain.push(tree);
            break;
        };
        let mut refuse = |what: &str, remedy: &str| -> Option<Node> {
            findings.error(Rule::Extends, &extends.place, &at, what, remedy);
            None
        };
        let Some(base) = extends.node.as_text() else {
            return refuse("is no text", "give the id of another entry");
        };
        // Over itself an entry of the folder lies on the one that is compiled in.
        let next = if file == (true, base) { (false, base) } else { layers.effective(base) };
        if seen.iter().any(|(above, id)| (*above, id.as_str()) == next) {
            return refuse("leads back to itself", "let one of the entries stand alone");
        }
        let Some(found) = layers.file(next) else {
            return refuse("names no entry", "add that entry, or correct the id");
        };
        if chain.len() >= MAX_DEPTH {
            return refuse("leads over more than two entries", "extend an entry that extends at most one");
        }
        seen.push((next.0, next.1.to_owned()));
        file = (next.0, &found.stem);
        chain.push(tree);
    }
    let mut layers = chain.into_iter().rev();
    let base = layers.next()?;
    Some(layers.fold(base, |below, above| merge(&below, &above)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tree::parse;

    fn files(files: &[(&str, &str)]) -> Vec<SourceFile> {
        let file = |(id, text): &(&str, &str)| {
            SourceFile::new(None, &format!("{id}.toml"), format!("id = '{id}'\n{text}"))
        };
        files.iter().map(file).collect()
    }

    fn resolved(below: &[(&str, &str)], above: &[(&str, &str)], id: &str) -> Result<Value, Vec<String>> {
        let mut findings = Findings::none();
        let (below, above) = (files(below), files(above));
        let layers = Layers::of(&below, &above);
        let read =
            |file: &SourceFile, findings: &mut Findings| Some(parse(&file.shown, &file.text, findings));
        match resolve(&layers, id, &mut findings, read) {
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
