//! PC12: an offered provider says what tells its accounts apart.

use super::Judged;
use crate::findings::Rule;
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    // Where nobody outside is asked there are no accounts.
    if !entry.wires.is_empty() && entry.is_outside() && entry.identity.account.is_empty() {
        let at = Path::root().key("identity").key("account");
        judged.error(
            Rule::Account,
            &at,
            "names no field",
            "name the fields that together tell accounts apart",
        );
    }
}
