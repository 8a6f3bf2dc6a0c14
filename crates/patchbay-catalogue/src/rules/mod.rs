//! The rules that an entry is held to once it is read, one file for each.

mod account;
mod addresses;
mod defaults;
mod names;
mod pointers;
mod references;
mod requirements;
mod reserved;
mod templates;
mod twice;
mod uses;
mod verification;

pub(crate) use names::Names;
pub(crate) use twice::check_twice;

use crate::findings::{Findings, Rule};
use crate::schema::Entry;
use crate::tree::{Node, Path};

/// An entry under judgement, and where what is wrong with it goes.
pub(crate) struct Judged<'a> {
    pub entry: &'a Entry,
    /// The tree that it was read from, which knows the lines.
    pub tree: &'a Node,
    pub findings: &'a mut Findings,
}

impl Judged<'_> {
    /// Whether the files have a member of that name in a list, be it one that cannot be read:
    /// then that was noted, and that it is missing would be wrong.
    fn has_member(&self, list: &str, name: Option<&str>) -> bool {
        let list = self.tree.as_table().and_then(|table| table.get(list)?.node.as_list());
        list.is_some_and(|list| list.iter().any(|member| name.is_none() || member.name() == name))
    }

    /// Notes an error.
    fn error(&mut self, rule: Rule, at: &Path, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.error(rule, self.tree.place_of(at), at, what, remedy);
    }
}

/// Holds an entry to every rule that concerns it alone.
pub(crate) fn judge(mut judged: Judged<'_>) {
    templates::judge(&mut judged);
    addresses::judge(&mut judged);
    pointers::judge(&mut judged);
    verification::judge(&mut judged);
    account::judge(&mut judged);
    reserved::judge(&mut judged);
    requirements::judge(&mut judged);
    defaults::judge(&mut judged);
    references::judge(&mut judged);
}
