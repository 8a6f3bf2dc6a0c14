//! PC08 and PC09: what is outside is verified, and tokens are refreshed.

use super::Judged;
use crate::findings::Rule;
use crate::schema::{AuthMethod, AuthType};
use crate::tree::Path;

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    if !judged.has_member("auth", None) {
        let at = Path::root().key("auth");
        judged.error(Rule::Shape, &at, "is missing", "add one, with `type = \"none\"` where nobody is asked");
    }
    // Whoever gets a token shows by that alone that a connection works.
    let is_asked =
        |method: &AuthMethod| method.auth_type.is_outside() && !method.auth_type.gets_tokens_alone();
    if entry.auth.iter().any(is_asked) && !judged.has_member("verify", None) {
        let remedy = "add a request to [[verify]] that shows whether a connection works";
        judged.error(Rule::Unverified, &Path::root().key("verify"), "there is none", remedy);
    }
    for (index, method) in entry.auth.iter().enumerate() {
        let refresh = method.exchange.as_ref().and_then(|exchange| exchange.refresh.as_ref());
        if method.auth_type == AuthType::OAuth2Code && refresh.is_none() {
            let at = Path::root().key("auth").item(index, Some(&method.id)).key("refresh");
            judged.error(
                Rule::Refresh,
                &at,
                "is missing",
                "add [auth.refresh], be it with `mode = \"none\"`",
            );
        }
    }
}
