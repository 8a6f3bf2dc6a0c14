//! From files to a catalogue: all of them, or none.

use std::collections::BTreeMap;
use std::io::{self, Write};

use patchbay_domain::ProviderId;
use sha2::{Digest, Sha256};

use crate::catalogue::Catalogue;
use crate::extend::{Layers, resolve};
use crate::findings::{Findings, Rule};
use crate::rules::{Judged, Names, check_twice, judge};
use crate::schema::Entry;
use crate::schema::reader::Reading;
use crate::source::{SourceFile, Sources};
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
        let layers = Layers::of(&sources.below, &sources.above);
        let (mut entries, mut names) = (Vec::new(), Names::default());
        let mut without = sources.vars.clone();
        for id in layers.ids() {
            let Some(mut tree) = resolve(&layers, id, &mut findings, read) else { continue };
            if let Some(vars) = without.remove(id) {
                set_vars(&mut tree, id, &vars, &mut findings);
            }
            if let Some(entry) = entry(id, &tree, &mut findings) {
                names.claim(&entry, &tree, &mut findings);
                entries.push(entry);
            }
        }
        for (id, vars) in &without {
            for name in vars.keys() {
                refuse_var(id, name, &mut findings);
            }
        }
        let findings = findings.in_order();
        if findings.has_errors() { Err(findings) } else { Ok(Self::of(entries)) }
    }
}

/// The tree of a file; `None` for one that is not even TOML. What is wrong with a file that
/// several entries extend is noted each time, and told once.
fn read(file: &SourceFile, findings: &mut Findings) -> Option<Node> {
    let mut found = Findings::none();
    let tree = parse(&file.shown, &file.text, &mut found);
    let is_readable = !found.iter().any(|finding| finding.rule == Rule::Unreadable);
    if is_readable {
        check_name(file, &tree, &mut found);
        check_twice(&tree, &mut found);
    }
    findings.extend(found);
    is_readable.then_some(tree)
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

/// Puts the operator's values in the place of an entry's own.
fn set_vars(tree: &mut Node, id: &str, values: &BTreeMap<String, String>, findings: &mut Findings) {
    for (name, value) in values {
        let place = setting(id, name);
        let Some(member) = Some(&mut *tree).filter(|_| !is_base(id)).and_then(|tree| var_mut(tree, name))
        else {
            refuse_var(id, name, findings);
            continue;
        };
        *member = Member {
            name: name.clone(),
            place: place.clone(),
            node: Node { value: NodeValue::Text(value.clone()), place },
        };
    }
}

/// Where a setting is.
fn setting(id: &str, name: &str) -> Place {
    Place { file: format!("{SETTINGS}.{id}.{name}").into(), line: 0 }
}

fn refuse_var(id: &str, name: &str, findings: &mut Findings) {
    let remedy = "take the setting out, or correct its name";
    findings.error(Rule::Reference, &setting(id, name), &Path::root(), "there is no such constant", remedy);
}

fn var_mut<'t>(entry: &'t mut Node, name: &str) -> Option<&'t mut Member> {
    fn member<'t>(node: &'t mut Node, name: &str) -> Option<&'t mut Member> {
        let NodeValue::Table(Table { members }) = &mut node.value else { return None };
        members.iter_mut().find(|member| member.name == name)
    }
    member(&mut member(entry, "vars")?.node, name)
}

/// Reads and judges an entry; one that is a base is read alone, so that a fault in it is found
/// even if nothing extends it.
fn entry(name: &str, tree: &Node, findings: &mut Findings) -> Option<Entry> {
    let id = ProviderId::parse(name).ok()?;
    let is_base = is_base(name);
    let entry = crate::schema::read_entry(tree, &id, &mut Reading { findings, is_base })?;
    if is_base {
        return None;
    }
    judge(Judged { entry: &entry, tree, findings });
    Some(Entry { revision: revision(tree), ..entry })
}

/// The hash of a merged entry. Neither comments nor the order of keys count.
fn revision(tree: &Node) -> String {
    let mut hash = Hashing(Sha256::new());
    // Hashing takes whatever is written.
    let _ = tree.write_json(&mut hash);
    let hash = hash.0.finalize();
    hex::encode(hash.get(..REVISION_BYTES).unwrap_or(&hash))
}

/// Hashes what is written.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
