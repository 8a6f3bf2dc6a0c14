//! PC04: where requests go is fixed by the entry, or is what a field is for.

use patchbay_domain::FieldKind;

use super::Judged;
use super::uses::{Purpose, Use, uses};
use crate::findings::Rule;
use crate::schema::{Entry, Field, Named};
use crate::template::{Base, Part, UrlFault, base_of};

pub fn judge(judged: &mut Judged<'_>) {
    for used in uses(judged.entry).iter().filter(|used| used.purpose == Purpose::Address) {
        if let Some((what, remedy)) = fault(judged.entry, used) {
            judged.error(Rule::Address, &used.at, what, remedy);
        }
    }
}

fn fault(entry: &Entry, used: &Use<'_>) -> Option<(String, &'static str)> {
    let field = |name: &str| match entry.named(name) {
        Some(Named::Field(field)) => Some(field),
        _ => None,
    };
    match base_of(used.template) {
        Err(UrlFault::NotHttps) => Some(("is not https".to_owned(), "begin it with https://")),
        Err(UrlFault::Host) => Some((
            "its host is not fixed".to_owned(),
            "write the host out, name a field of kind host, or put one name before a fixed rest with two labels, \
             as in {subdomain}.example.com",
        )),
        Err(UrlFault::NotAUrl) => {
            Some(("is no plain URL".to_owned(), "leave out user-info, fragment and blanks"))
        }
        Ok(Base::Literal) => None,
        Ok(Base::Host(name)) => wrong_kind(field(name), name, FieldKind::Host),
        Ok(Base::Url(name)) => {
            wrong_kind(field(name), name, FieldKind::Url).or_else(|| wrong_continuation(entry, used))
        }
        Ok(Base::Label { name, .. }) => {
            let pattern = field(name).and_then(|field| field.pattern.as_ref());
            // A constant is written by whoever writes the entry, or runs the installation.
            let is_var = matches!(entry.named(name), Some(Named::Var(_)));
            let is_safe = is_var || pattern.is_some_and(crate::schema::Pattern::stays_in_a_label);
            let what = || format!("{name} could be more than one label of the host");
            (!is_safe).then(|| (what(), "give the field a pattern of letters, digits and hyphens alone"))
        }
    }
}

fn wrong_kind(field: Option<&Field>, name: &str, wanted: FieldKind) -> Option<(String, &'static str)> {
    let is_right = field.is_some_and(|field| field.kind == wanted);
    let remedy = match wanted {
        FieldKind::Url => "begin it with https://, or with a field of kind url",
        _ => "name a field of kind host",
    };
    (!is_right)
        .then(|| (format!("{name} decides the host, and is no field of kind {}", wanted.as_str()), remedy))
}

/// What follows a URL at once would go on with its host, if it were no path.
fn wrong_continuation(entry: &Entry, used: &Use<'_>) -> Option<(String, &'static str)> {
    let [_, Part::Name(next), ..] = used.template.parts() else { return None };
    let is_path = entry.field(next).is_some_and(|field| field.kind == FieldKind::Path);
    let what = || format!("{next} follows the host at once, and is no field of kind path");
    (!is_path).then(|| (what(), "put a / between them, or name a field of kind path"))
}
