//! PC12: an offered provider says what tells its accounts apart, or that nothing does.

use super::Judged;
use crate::findings::Rule;
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    let at = Path::root().key("identity").key("account");
    let identity = judged.tree.as_table().and_then(|entry| entry.get("identity")?.node.as_table());
    let is_said = identity.is_some_and(|identity| identity.get("account").is_some());
    // Where nobody outside is asked there are no accounts.
    if !entry.wires.is_empty() && entry.is_outside() && !is_said {
        judged.error(
            Rule::Account,
            &at,
            "is missing",
            "name the fields that together tell accounts apart; none, as `[]`, where nothing does",
        );
    }
}
