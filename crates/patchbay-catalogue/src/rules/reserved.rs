//! PC13: what an exchange sets itself cannot be set otherwise.

use super::Judged;
use crate::findings::Rule;
use crate::tree::Path;

const RESERVED: [&str; 10] = [
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "response_type",
    "scope",
    "state",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name) || name.starts_with("code_challenge")
}

pub fn judge(judged: &mut Judged<'_>) {
    let entry = judged.entry;
    for (index, method) in entry.auth.iter().enumerate() {
        let Some(exchange) = &method.exchange else { continue };
        let at = Path::root().key("auth").item(index, Some(&method.id));
        let free = [
            ("authorize_params", exchange.authorize_params.keys().collect::<Vec<_>>()),
            ("token_params", exchange.token_params.keys().collect()),
            ("scope_params", exchange.scope_params.keys().collect()),
        ];
        let refresh = exchange.refresh.iter().flat_map(|refresh| refresh.params.keys());
        let refresh = refresh.map(|name| (at.key("refresh").key("params").key(name), name));
        let free = free.into_iter().flat_map(|(table, names)| {
            names.into_iter().map(|name| (at.key(table).key(name), name)).collect::<Vec<_>>()
        });
        for (at, _) in free.chain(refresh).filter(|(_, name)| is_reserved(name)) {
            judged.error(Rule::Reserved, &at, "is set by the exchange itself", "take it out");
        }
    }
}
