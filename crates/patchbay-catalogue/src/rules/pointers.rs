//! PC05: values of answers go into fields that are there for them.

use std::collections::BTreeMap;

use patchbay_domain::FieldSource;

use super::Judged;
use crate::findings::Rule;
use crate::schema::{Assertion, BodyTest, Pointer, Test};
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    for (index, method) in entry.auth.iter().enumerate() {
        if let Some(exchange) = &method.exchange {
            let at = Path::root().key("auth").item(index, Some(&method.id));
            judge_targets(judged, &exchange.put, &exchange.ok, &at.key("put"));
            if let Some(Assertion::Signed { put, .. }) = &exchange.assertion {
                judge_targets(judged, put, &[], &at.key("assertion").key("put"));
            }
        }
    }
    for (index, check) in entry.checks.iter().enumerate() {
        let at = Path::root().key("verify").item(index, Some(&check.id)).key("put");
        judge_targets(judged, &check.put, &check.expect.all, &at);
    }
}

fn judge_targets(judged: &mut Judged<'_>, put: &BTreeMap<String, Pointer>, tests: &[BodyTest], at: &Path) {
    for (key, pointer) in put {
        let Some(field) = judged.entry.field(key) else {
            let remedy = "declare it in [[fields]], with the `from` that fits";
            judged.error(Rule::Pointer, &at.key(key), "is no field of this entry", remedy);
            continue;
        };
        // A field of its owner that may be empty is filled when it is; one that never is can
        // only be confirmed.
        let confirms = |test: &BodyTest| test.at == *pointer && test.test == Test::SameAs(key.clone());
        let is_always_given = field.source == FieldSource::User && field.is_required;
        if is_always_given && !tests.iter().any(confirms) {
            judged.error(
                Rule::Pointer,
                &at.key(key),
                "would replace what its owner said",
                format!("test that it is the same, with {{ at = \"{pointer}\", same_as = \"{key}\" }}"),
            );
        }
        if field.source == FieldSource::Operator {
            let remedy = "put it into a field of another source";
            judged.error(Rule::Pointer, &at.key(key), "would replace what the operator said", remedy);
        }
    }
}
