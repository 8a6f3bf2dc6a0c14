//! PC04: where requests go is fixed by the entry, or is what a field is for.

use patchbay_domain::FieldKind;

use super::Judged;
use super::uses::{Purpose, Use, uses};
use crate::findings::Rule;
use crate::schema::{Entry, Named, Pattern};
use crate::template::{Base, Part, UrlFault, base_of};
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    for used in uses(judged.entry).into_iter().filter(|used| used.purpose == Purpose::Address) {
        if let Some(Fault { at, what, remedy }) = fault(judged.entry, &used) {
            judged.error(Rule::Address, &at.unwrap_or(used.at), what, remedy);
        }
    }
}

struct Fault {
    /// Where it is, when it is not in the address.
    at: Option<Path>,
    what: String,
    remedy: &'static str,
}

impl Fault {
    fn of(what: impl Into<String>, remedy: &'static str) -> Self {
        Self { at: None, what: what.into(), remedy }
    }
}

fn fault(entry: &Entry, used: &Use<'_>) -> Option<Fault> {
    match base_of(used.template) {
        Err(UrlFault::NotHttps) => Some(Fault::of("is not https", "begin it with https://")),
        Err(UrlFault::Host) => Some(Fault::of(
            "its host is not fixed",
            "write the host out, name a field of kind host, or put one name before a fixed rest with two labels, \
             as in {subdomain}.example.com",
        )),
        Err(UrlFault::NotAUrl) => {
            Some(Fault::of("is no plain URL", "leave out user-info, fragment and blanks"))
        }
        Ok(Base::Literal) => None,
        Ok(Base::Host(name)) => wrong_kind(entry, name, FieldKind::Host),
        Ok(Base::Url(name)) => {
            wrong_kind(entry, name, FieldKind::Url).or_else(|| wrong_continuation(entry, used))
        }
        Ok(Base::Label { name, .. }) => loose_label(entry, name),
    }
}

/// A value that stands before the fixed rest of a host must not bring a dot along.
fn loose_label(entry: &Entry, name: &str) -> Option<Fault> {
    // A constant is written by whoever writes the entry, or runs the installation; what is not
    // declared at all was noted.
    let Some(Named::Field(field)) = entry.named(name) else { return None };
    let is_safe = field.pattern.as_ref().is_some_and(Pattern::stays_in_a_label);
    let index = entry.fields.iter().position(|other| other.key == name).unwrap_or_default();
    (!is_safe).then(|| Fault {
        at: Some(Path::root().key("fields").item(index, Some(name)).key("pattern")),
        what: "lets more through than one label of a host, which an address makes of it".to_owned(),
        remedy: "give a pattern of letters, digits and hyphens alone",
    })
}

fn wrong_kind(entry: &Entry, name: &str, wanted: FieldKind) -> Option<Fault> {
    let is_right = entry.field(name).is_some_and(|field| field.kind == wanted);
    let what = || format!("{name} decides the host, and is no field of kind {}", wanted.as_str());
    let remedy = match wanted {
        FieldKind::Url => "begin it with https://, or with a field of kind url",
        _ => "name a field of kind host",
    };
    (!is_right).then(|| Fault::of(what(), remedy))
}

/// What follows a URL at once would go on with its host, if it were no path.
fn wrong_continuation(entry: &Entry, used: &Use<'_>) -> Option<Fault> {
    let [_, Part::Name(next), ..] = used.template.parts() else { return None };
    let is_path = entry.field(next).is_some_and(|field| field.kind == FieldKind::Path);
    let what = || format!("{next} follows the host at once, and is no field of kind path");
    (!is_path).then(|| Fault::of(what(), "put a / between them, or name a field of kind path"))
}
