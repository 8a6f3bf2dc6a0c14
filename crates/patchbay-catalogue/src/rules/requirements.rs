//! PC14, first half: only what its owner says can be required of its owner.

use patchbay_domain::{FieldKind, FieldSource};

use super::Judged;
use crate::findings::Rule;
use crate::schema::Field;
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    for (index, field) in judged.entry.fields.iter().enumerate() {
        let at = Path::root().key("fields").item(index, Some(&field.key));
        judge_source(judged, field, &at);
        judge_kind(judged, field, &at);
    }
}

fn judge_source(judged: &mut Judged<'_>, field: &Field, at: &Path) {
    let demands = [
        ("required", field.is_required),
        ("required_on", !field.required_on.is_empty()),
        ("send_required_on", !field.send_required_on.is_empty()),
        ("required_when", !field.required_when.is_empty()),
    ];
    if field.source != FieldSource::User {
        for (key, _) in demands.iter().filter(|(_, is_demanded)| *is_demanded) {
            let what = "is asked of its owner, who cannot set it";
            judged.error(
                Rule::Requirement,
                &at.key(key),
                what,
                "take it out, or let it come `from = \"user\"`",
            );
        }
    }
}

/// What a kind gives no meaning to.
fn judge_kind(judged: &mut Judged<'_>, field: &Field, at: &Path) {
    let is_text = !matches!(
        field.kind,
        FieldKind::Int | FieldKind::Bool | FieldKind::Map | FieldKind::Json | FieldKind::List
    );
    let is_host = matches!(field.kind, FieldKind::Host | FieldKind::Url);
    let has_members = matches!(field.kind, FieldKind::Map | FieldKind::Json | FieldKind::List);
    let is_object = matches!(field.kind, FieldKind::Map | FieldKind::Json);
    let may_have_values = matches!(field.kind, FieldKind::Enum | FieldKind::List);
    let senseless = [
        ("pattern", field.pattern.is_some() && !is_text),
        ("host_suffix", field.host_suffix.is_some() && !is_host),
        ("values", !field.values.is_empty() && !may_have_values),
        ("max_items", field.max_items.is_some() && !has_members),
        ("check", field.check.is_some() && !is_text),
        ("keep", !field.keep.is_empty() && field.kind != FieldKind::Json),
        ("secret_members", !field.secret_members.is_empty() && !is_object),
    ];
    for (key, _) in senseless.iter().filter(|(_, is_senseless)| *is_senseless) {
        let what = format!("means nothing for the kind {}", field.kind.as_str());
        judged.error(Rule::Requirement, &at.key(key), what, "take it out, or give the field another kind");
    }
    if field.kind == FieldKind::Enum && field.values.is_empty() {
        let at = at.key("values");
        judged.error(Rule::Requirement, &at, "is missing", "name the texts that an enum may be");
    }
    if field.host_suffix.as_ref().is_some_and(|suffix| !is_suffix(suffix)) {
        let what = "would not confine a host";
        let remedy = "begin it with a dot, and give it two labels, as in .example.com";
        judged.error(Rule::Requirement, &at.key("host_suffix"), what, remedy);
    }
}

fn is_suffix(suffix: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let labels = suffix.strip_prefix('.').map(|rest| rest.split('.').collect::<Vec<_>>());
    suffix.chars().all(fine)
        && labels.is_some_and(|labels| labels.len() >= 2 && labels.iter().all(|label| !label.is_empty()))
}
