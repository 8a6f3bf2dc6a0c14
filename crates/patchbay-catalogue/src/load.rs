//! From files to a catalogue: all of them, or none.

use std::collections::BTreeMap;

use patchbay_domain::ProviderId;
use sha2::{Digest, Sha256};

use crate::catalogue::Catalogue;
use crate::extend::{Layers, resolve};
use crate::findings::{Findings, Rule};
use crate::rules::{Judged, check_names, check_twice, judge};
use crate::schema::Entry;
use crate::schema::reader::Reading;
use crate::source::{SourceFile, Sources, Vars};
use crate::tree::{Member, Node, NodeValue, Path, Place, Table, parse};

/// How many bytes of its hash name a revision.
const REVISION_BYTES: usize = 16;

/// Where findings about the settings are.
const SETTINGS: &str = "catalogue.vars";

impl Catalogue {
    /// Makes a catalogue of files.
    ///
    /// # Errors
    /// All that is wrong with them, when anything is.
    pub fn load(sources: &Sources) -> Result<Self, Findings> {
        let mut findings = Findings::none();
        let layers = Layers {
            below: documents(&sources.below, &mut findings),
            above: documents(&sources.above, &mut findings),
        };
        let mut merged = BTreeMap::new();
        for id in layers.ids() {
            if let Some(tree) = resolve(&layers, &id, &mut findings) {
                merged.insert(id, tree);
            }
        }
        set_vars(&mut merged, &sources.vars, &mut findings);
        let entries = entries(&merged, &mut findings);
        check_names(
            entries.iter().filter_map(|entry| Some((entry, merged.get(entry.id.as_str())?))),
            &mut findings,
        );
        let findings = findings.in_order();
        if findings.has_errors() { Err(findings) } else { Ok(Self::of(entries)) }
    }
}

/// The trees of files, by id; `None` for one that is not even TOML.
fn documents(files: &[SourceFile], findings: &mut Findings) -> BTreeMap<String, Option<Node>> {
    let mut documents = BTreeMap::new();
    for file in files {
        let mut found = Findings::none();
        let tree = parse(&file.shown, &file.text, &mut found);
        let is_readable = !found.iter().any(|finding| finding.rule == Rule::Unreadable);
        if is_readable {
            check_name(file, &tree, &mut found);
            check_twice(&tree, &mut found);
        }
        for finding in found.iter() {
            findings.add(finding.clone());
        }
        documents.insert(file.stem.clone(), is_readable.then_some(tree));
    }
    documents
}

/// PC17: a file is named like its entry, so that one finds it, and no two have one id.
fn check_name(file: &SourceFile, tree: &Node, findings: &mut Findings) {
    let at = Path::root().key("id");
    let place = tree.place_of(&at);
    let mut error = |what: &str, remedy: String| findings.error(Rule::FileName, place, &at, what, remedy);
    match tree.as_table().and_then(|table| table.text("id")) {
        None => error("is missing, or is no text", format!("add `id = \"{}\"`", file.stem)),
        Some(id) if !is_id(id) => {
            error("is no id", "use 2 to 40 lower-case letters, digits and _".to_owned());
        }
        Some(id) if id != file.stem => {
            error("is not what the file is called", format!("call the file {id}.toml, or correct the id"));
        }
        Some(_) => {}
    }
}

fn is_id(id: &str) -> bool {
    (2..=40).contains(&id.len()) && ProviderId::parse(id).is_ok()
}

/// Whether an id is that of a base.
pub fn is_base(id: &str) -> bool {
    id.starts_with('_')
}

/// Puts the operator's values in the place of the entries' own.
fn set_vars(merged: &mut BTreeMap<String, Node>, vars: &Vars, findings: &mut Findings) {
    for (id, values) in vars {
        for (name, value) in values {
            let place = Place { file: format!("{SETTINGS}.{id}.{name}").into(), line: 0 };
            let entry = merged.get_mut(id).filter(|_| !is_base(id));
            let member = entry.and_then(|entry| var_mut(entry, name));
            let Some(member) = member else {
                let remedy = "take the setting out, or correct its name";
                findings.error(Rule::Reference, &place, &Path::root(), "there is no such constant", remedy);
                continue;
            };
            *member = Member {
                name: name.clone(),
                place: place.clone(),
                node: Node { value: NodeValue::Text(value.clone()), place },
            };
        }
    }
}

fn var_mut<'t>(entry: &'t mut Node, name: &str) -> Option<&'t mut Member> {
    fn member<'t>(node: &'t mut Node, name: &str) -> Option<&'t mut Member> {
        let NodeValue::Table(Table { members }) = &mut node.value else { return None };
        members.iter_mut().find(|member| member.name == name)
    }
    member(&mut member(entry, "vars")?.node, name)
}

/// Reads and judges the entries, those that are bases apart: they are read alone, so that a
/// fault in one is found even if nothing extends it.
fn entries(merged: &BTreeMap<String, Node>, findings: &mut Findings) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (name, tree) in merged {
        let Ok(id) = ProviderId::parse(name) else { continue };
        let is_base = is_base(name);
        let mut reading = Reading { findings, is_base };
        let Some(entry) = crate::schema::read_entry(tree, &id, &mut reading) else { continue };
        if !is_base {
            judge(Judged { entry: &entry, tree, findings });
            entries.push(Entry { revision: revision(tree), ..entry });
        }
    }
    entries
}

/// The hash of a merged entry. Neither comments nor the order of keys count.
fn revision(tree: &Node) -> String {
    let hash = Sha256::digest(tree.to_json().to_string());
    hex::encode(hash.get(..REVISION_BYTES).unwrap_or(&hash))
}
