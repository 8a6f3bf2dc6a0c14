//! PC02 and PC03: templates name what is declared, and show no secret.

use super::Judged;
use super::uses::{Purpose, uses};
use crate::findings::Rule;
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    for used in uses(judged.entry) {
        for name in used.template.names() {
            match judged.entry.named(name) {
                None => judged.error(
                    Rule::Template,
                    &used.at,
                    format!("{{{name}}} is neither a field nor a constant of this entry"),
                    "declare it in [[fields]] or [vars], or correct the name",
                ),
                Some(named) if named.is_secret() && used.purpose != Purpose::Hidden => judged.error(
                    Rule::SecretShown,
                    &used.at,
                    format!("{{{name}}} is a secret, and would end up in logs"),
                    "send it in a header or in the body",
                ),
                Some(_) => {}
            }
        }
    }
    judge_vars(judged);
}

/// A constant that hides something else would be taken for it.
fn judge_vars(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    for name in entry.vars.keys() {
        let is_built_in = crate::schema::BUILT_IN_NAMES.iter().any(|(known, _)| known == name);
        let at = Path::root().key("vars").key(name);
        if is_built_in || entry.field(name).is_some() {
            judged.error(Rule::Template, &at, "has the name of something else", "call it otherwise");
        }
        if !crate::template::is_name(name) {
            let remedy = "use lower-case letters, digits and _";
            judged.error(Rule::Template, &at, "cannot be named in a template", remedy);
        }
    }
}
