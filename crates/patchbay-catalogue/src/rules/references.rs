//! PC19 and PC20: whatever an entry names is there, and there once.

use std::collections::BTreeMap;

use super::Judged;
use crate::findings::Rule;
use crate::schema::{AnswerMatch, Assertion, AuthMethod, BodyTest, Check, DIALECTS, Field, Test};
use crate::tree::Path;

/// The adapters that this version has.
const ADAPTERS: [&str; 0] = [];

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    for (index, field) in entry.fields.iter().enumerate() {
        judge_field(judged, field, &Path::root().key("fields").item(index, Some(&field.key)));
    }
    for (index, method) in entry.auth.iter().enumerate() {
        judge_method(judged, method, &Path::root().key("auth").item(index, Some(&method.id)));
    }
    for (index, check) in entry.checks.iter().enumerate() {
        judge_check(judged, check, &Path::root().key("verify").item(index, Some(&check.id)));
    }
    for (index, key) in entry.identity.account.iter().enumerate() {
        needs_field(judged, key, &Path::root().key("identity").key("account").item(index, None));
    }
    for wire in &entry.wires {
        if let Some(key) = &wire.inbound_id {
            needs_field(judged, key, &Path::root().key("wire").key(&wire.dialect).key("inbound_id"));
        }
    }
    let throttled = entry.limits.iter().flat_map(|limits| &limits.throttled).enumerate();
    for (index, answer) in throttled {
        judge_answer(judged, answer, &Path::root().key("limits").key("throttled").item(index, None));
    }
    if let Some(disconnect) = &entry.disconnect {
        let at = Path::root().key("disconnect");
        judge_tests(judged, &disconnect.ok, &at.key("ok"));
        for (index, answer) in disconnect.ended.iter().enumerate() {
            judge_answer(judged, answer, &at.key("ended").item(index, None));
        }
    }
    judge_wire_names(judged);
}

fn needs_field(judged: &mut Judged<'_>, key: &str, at: &Path) {
    if judged.entry.field(key).is_none() {
        let what = format!("\"{key}\" is no field of this entry");
        judged.error(Rule::Reference, at, what, "declare it in [[fields]], or correct the name");
    }
}

fn judge_field(judged: &mut Judged<'_>, field: &Field, at: &Path) {
    let entry = judged.entry;
    for (key, dialects) in
        [("required_on", &field.required_on), ("send_required_on", &field.send_required_on)]
    {
        let strange = dialects.iter().enumerate().filter(|(_, dialect)| entry.wire(dialect).is_none());
        for (index, dialect) in strange {
            let at = at.key(key).item(index, None);
            let what = format!("\"{dialect}\" does not offer this entry");
            judged.error(Rule::Reference, &at, what, "offer it there in [wire], or take it out");
        }
    }
    for dialect in field.names.keys().filter(|dialect| !DIALECTS.contains(&dialect.as_str())) {
        let what = format!("\"{dialect}\" is no dialect");
        let remedy = format!("known are: {}", DIALECTS.join(", "));
        judged.error(Rule::Reference, &at.key("wire").key(dialect), what, remedy);
    }
    judge_conditions(judged, field.required_when.keys(), &at.key("required_when"));
    for (key, values) in &field.required_when {
        for value in values {
            judge_value(judged, key, value, &at.key("required_when").key(key));
        }
    }
}

fn judge_conditions<'k>(judged: &mut Judged<'_>, keys: impl Iterator<Item = &'k String>, at: &Path) {
    for key in keys {
        needs_field(judged, key, &at.key(key));
    }
}

/// A condition on an enum that never comes true is a slip of the pen.
fn judge_value(judged: &mut Judged<'_>, key: &str, value: &str, at: &Path) {
    let values = judged.entry.field(key).map(|field| field.values.as_slice()).unwrap_or_default();
    if !values.is_empty() && !values.iter().any(|one| one == value) {
        let what = format!("\"{value}\" is no value of {key}");
        judged.error(Rule::Reference, at, what, format!("its values are: {}", values.join(", ")));
    }
}

fn judge_method(judged: &mut Judged<'_>, method: &AuthMethod, at: &Path) {
    judge_conditions(judged, method.when.keys(), &at.key("when"));
    for (key, value) in &method.when {
        judge_value(judged, key, value, &at.key("when").key(key));
    }
    for (index, key) in method.needs.iter().enumerate() {
        needs_field(judged, key, &at.key("needs").item(index, None));
    }
    for (index, id) in method.checks.iter().flatten().enumerate() {
        if !judged.has_member("verify", Some(id)) {
            let what = format!("\"{id}\" is no check of this entry");
            let remedy = "add it to [[verify]], or correct the name";
            judged.error(Rule::Reference, &at.key("verify").item(index, None), what, remedy);
        }
    }
    if let Some(adapter) = method.adapter.as_deref().filter(|name| !ADAPTERS.contains(name)) {
        let what = format!("this version has no adapter \"{adapter}\"");
        judged.error(Rule::Reference, &at.key("adapter"), what, "use another type");
    }
    let sign = &method.sign;
    let named = [
        ("headers_map", None, sign.headers_map.as_ref()),
        ("header_named", Some("name"), sign.header_named.as_ref().map(|sign| &sign.name)),
        ("query_named", Some("name"), sign.query_named.as_ref().map(|sign| &sign.name)),
        ("proof", Some("secret"), sign.proof.as_ref().map(|proof| &proof.secret)),
    ];
    for (key, below, field) in named {
        let at = at.key("sign").key(key);
        let at = below.map_or_else(|| at.clone(), |below| at.key(below));
        if let Some(field) = field {
            needs_field(judged, field, &at);
        }
    }
    if let Some(exchange) = &method.exchange {
        judge_tests(judged, &exchange.ok, &at.key("ok"));
        judge_same(judged, &exchange.callback_same, &at.key("callback_same"));
        for (index, rejection) in exchange.reject.iter().enumerate() {
            judge_answer(judged, &rejection.answer, &at.key("reject").item(index, None));
        }
        if let Some(Assertion::Signed { document, .. }) = &exchange.assertion {
            judge_document(judged, document, &at.key("assertion").key("document"));
        }
    }
}

/// A document with a private key in it.
fn judge_document(judged: &mut Judged<'_>, key: &str, at: &Path) {
    needs_field(judged, key, at);
    if judged.entry.field(key).is_some_and(|field| !field.is_secret) {
        let what = format!("{key} holds a private key and is no secret");
        judged.error(Rule::Secrecy, at, what, "give that field `secret = true`");
    }
}

fn judge_same(judged: &mut Judged<'_>, same: &BTreeMap<String, String>, at: &Path) {
    for (parameter, field) in same {
        needs_field(judged, field, &at.key(parameter));
    }
}

fn judge_check(judged: &mut Judged<'_>, check: &Check, at: &Path) {
    for (key, field) in [("skip_unless", &check.skip_unless), ("skip_if", &check.skip_if)] {
        if let Some(field) = field {
            needs_field(judged, field, &at.key(key));
        }
    }
    judge_tests(judged, &check.expect.all, &at.key("expect").key("all"));
    for (index, rejection) in check.reject.iter().enumerate() {
        judge_answer(judged, &rejection.answer, &at.key("reject").item(index, None));
    }
}

fn judge_tests(judged: &mut Judged<'_>, tests: &[BodyTest], at: &Path) {
    for (index, test) in tests.iter().enumerate() {
        judge_test(judged, test, &at.item(index, None));
    }
}

fn judge_answer(judged: &mut Judged<'_>, answer: &AnswerMatch, at: &Path) {
    if let Some(test) = &answer.body {
        judge_test(judged, test, at);
    }
}

fn judge_test(judged: &mut Judged<'_>, test: &BodyTest, at: &Path) {
    if let Test::SameAs(key) = &test.test {
        needs_field(judged, key, &at.key("same_as"));
    }
}

/// Two fields under one name could not be told apart in a request.
fn judge_wire_names(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    for wire in &entry.wires {
        let names: Vec<_> = entry.fields.iter().map(|field| field.name_on(&wire.dialect)).collect();
        for (index, field) in entry.fields.iter().enumerate() {
            if names[..index].contains(&names[index]) {
                let at =
                    Path::root().key("fields").item(index, Some(&field.key)).key("wire").key(&wire.dialect);
                let what = format!("another field is called \"{}\" there", names[index]);
                judged.error(Rule::Twice, &at, what, "give one of the two another name");
            }
        }
    }
}
