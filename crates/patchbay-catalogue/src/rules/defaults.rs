//! PC14, second half: a default passes the rules of its own field.

use patchbay_domain::FieldKind;
use serde_json::Value;
use url::Url;

use super::Judged;
use crate::findings::Rule;
use crate::schema::Field;
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    for (index, field) in judged.entry.fields.iter().enumerate() {
        let at = Path::root().key("fields").item(index, Some(&field.key)).key("default");
        if let Some(why) = field.default.as_ref().and_then(|default| fault(field, default)) {
            judged.error(Rule::Requirement, &at, why, "give a value that the field takes");
        }
    }
}

fn fault(field: &Field, default: &Value) -> Option<String> {
    if !field.kind.takes(default) {
        return Some(format!("must be {}", field.kind.in_words()));
    }
    if field.is_secret {
        return Some("a secret has no default".to_owned());
    }
    if field.check.is_some() {
        return Some("a field with a named check has no default".to_owned());
    }
    match default {
        Value::String(text) => text_fault(field, text),
        Value::Array(list) => count_fault(field, list.len()),
        Value::Object(members) => count_fault(field, members.len()),
        _ => None,
    }
}

fn text_fault(field: &Field, text: &str) -> Option<String> {
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let looks_wrong = field.pattern.as_ref().is_some_and(|pattern| !pattern.holds_for(text));
    let leads_away = field.host_suffix.as_ref().is_some_and(|suffix| !host_of(text).ends_with(suffix));
    if length > field.max_len {
        Some(format!("has more than {} characters", field.max_len))
    } else if looks_wrong {
        Some("does not look like the pattern".to_owned())
    } else if leads_away {
        Some("does not end with the host_suffix".to_owned())
    } else if field.kind == FieldKind::Enum && !field.values.iter().any(|value| value == text) {
        Some("is not one of the values".to_owned())
    } else {
        kind_fault(field.kind, text)
    }
}

fn kind_fault(kind: FieldKind, text: &str) -> Option<String> {
    let is_fine = match kind {
        FieldKind::Url => Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")),
        FieldKind::Host => !text.is_empty() && !text.contains(['/', '@', '?', '#', ' ']),
        FieldKind::Path => text.is_empty() || text.starts_with('/'),
        FieldKind::Email => {
            text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        }
        _ => true,
    };
    (!is_fine).then(|| format!("is no {}", kind.as_str()))
}

fn count_fault(field: &Field, count: usize) -> Option<String> {
    let limit = field.max_items?;
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    (count > limit).then(|| format!("has more than {limit} members"))
}

/// The host of a URL; what is none is taken as the host itself.
fn host_of(text: &str) -> String {
    let url = Url::parse(text).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| text.to_owned())
}
