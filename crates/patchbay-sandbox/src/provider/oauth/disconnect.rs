//! The address that gives back what was granted.

use patchbay_catalogue::{AuthMethod, Disconnect, Reason};
use serde_json::{Value, json};

use super::client;
use super::memory::Memory;
use super::problem::Problem;
use crate::desk::Said;
use crate::provider::answers;
use crate::provider::asked::{Asked, Sent};
use crate::provider::behaviour::{Behaviour, Spoken};
use crate::provider::carried::Carried;
use crate::provider::document::satisfy_all;
use crate::provider::values::Known;
use crate::reply::Reply;

/// Ends tokens, as the entry has it asked for; the request was recognised with `known`.
pub(crate) fn play(
    disconnect: &Disconnect,
    asked: &Asked,
    known: &Known<'_>,
    memory: &mut Memory,
) -> (Said, Reply) {
    let said =
        |code, answer: &str| Said { step: Some("disconnect".to_owned()), code, answer: answer.to_owned() };
    let methods = || known.entry.auth.iter().filter(|method| method.exchange.is_some());
    let Some(exchange) = methods().find_map(|method| method.exchange.as_ref()) else {
        return crate::desk::not_played();
    };
    if let Some(problem) = unknown_application(disconnect, asked, known) {
        let word = problem.word(exchange, known.examples);
        return (said(None, &word), problem.reply(exchange, known.examples));
    }
    // Where nothing else says who asks, the token does by itself.
    let by_itself = disconnect.client_auth.is_none() && !known.found.contains_key("client_id");
    let Some(carried) = carried(asked, known, methods(), by_itself) else {
        return (said(None, "rejected"), refusal(Reason::CredentialsRejected, known));
    };
    let spoken = Spoken::by(&carried.secrets);
    let behaviour = match spoken.behaviour_at(1) {
        Behaviour::Good if by_itself && memory.is_revoked(&carried.secrets) => {
            Behaviour::Refuses(Reason::CredentialsRejected)
        }
        behaviour => behaviour,
    };
    if behaviour == Behaviour::Good {
        let all = carried.found.contains_key("refresh_token");
        carried.secrets.iter().for_each(|token| memory.revoke(token, all));
        let mut body = known.examples.answer("disconnect", &known.account, 0);
        satisfy_all(&mut body, &exchange.ok, known);
        let body = if body == Value::Null { json!({}) } else { body };
        return (said(None, "ok"), Reply::ok(body));
    }
    let check = known.entry.checks.first();
    let reply = check.and_then(|check| answers::of(check, behaviour, known));
    let reply = reply.unwrap_or_else(|| refusal(Reason::CredentialsRejected, known));
    let word = spoken.word.unwrap_or_else(|| "revoked".to_owned());
    (said(Some(word.clone()), &word), reply)
}

/// The tokens that are to end.
fn carried<'m>(
    asked: &Asked,
    known: &Known<'_>,
    mut methods: impl Iterator<Item = &'m AuthMethod>,
    by_itself: bool,
) -> Option<Carried> {
    if by_itself && !["token", "refresh_token"].iter().any(|name| known.found.contains_key(*name)) {
        return methods.find_map(|method| Carried::signed(known.entry, &method.sign, asked, &[]));
    }
    let tokens = ["token", "refresh_token"].iter().filter_map(|name| known.found.get(*name)).cloned();
    Some(Carried::plain(known.found.clone(), tokens.collect()))
}

/// What is wrong with the application that asks, where the request says which it is.
fn unknown_application(disconnect: &Disconnect, asked: &Asked, known: &Known<'_>) -> Option<Problem> {
    let named = |name: &str| known.found.get(name).map(String::as_str);
    if let Some(auth) = disconnect.client_auth {
        let parameter = |name: &str| match &asked.sent {
            Sent::Form(pairs) => {
                pairs.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
            }
            Sent::Json(document) => document.get(name).and_then(Value::as_str),
            _ => None,
        };
        return client::check(asked, auth, known.examples.any_client_auth, parameter).err();
    }
    match (named("client_id"), named("client_secret")) {
        (Some(id), _) if id != super::CLIENT_ID => Some(Problem::Client),
        (_, Some(secret)) if secret != super::CLIENT_SECRET => Some(Problem::Secret),
        _ => None,
    }
}

/// A refusal as checks have it.
fn refusal(reason: Reason, known: &Known<'_>) -> Reply {
    let check = known.entry.checks.first();
    let reply = check.and_then(|check| answers::of(check, Behaviour::Refuses(reason), known));
    reply.unwrap_or_else(|| Reply::Document(401, Vec::new(), json!({ "message": "rejected" })))
}
