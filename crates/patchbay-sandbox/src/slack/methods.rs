//! `auth.test` and `auth.revoke`: what can be done with a token.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::client::bearer;
use super::grant::Standing;
use super::workspace::{Token, Workspace};
use super::{refusal, throttled};
use crate::desk::Desk;
use crate::reply::Reply;

pub(super) async fn test(request: HttpRequest, desk: Data<Desk>, workspace: Data<Workspace>) -> HttpResponse {
    let reply = match usable(&request, &workspace) {
        Ok((_, token)) => Reply::ok(identity(&token)),
        Err(refused) => refused,
    };
    desk.answer(&request, None, reply).await
}

pub(super) async fn revoke(
    request: HttpRequest,
    desk: Data<Desk>,
    workspace: Data<Workspace>,
) -> HttpResponse {
    let reply = match usable(&request, &workspace) {
        Ok((text, _)) => {
            workspace.revoke(text);
            Reply::ok(json!({ "ok": true, "revoked": true }))
        }
        Err(refused) => refused,
    };
    desk.answer(&request, None, reply).await
}

/// The token that is presented, when something can be done with it.
fn usable<'a>(request: &'a HttpRequest, workspace: &Workspace) -> Result<(&'a str, Token), Reply> {
    let text = bearer(request).ok_or_else(|| refusal("not_authed"))?;
    let token = workspace.token(text).ok_or_else(|| refusal("invalid_auth"))?;
    match token.standing {
        Standing::Live => Ok((text, token)),
        Standing::Revoked => Err(refusal("token_revoked")),
        Standing::Throttled => Err(throttled()),
    }
}

/// Whose token it is.
fn identity(token: &Token) -> serde_json::Value {
    let team = &token.team;
    let mut identity = json!({
        "ok": true,
        "url": format!("https://{}.slack.com/", team.word),
        "team": team.name,
        "user": if token.is_user { "person" } else { "patchbay" },
        "team_id": team.id,
        "user_id": team.id_of(if token.is_user { 'U' } else { 'W' }),
        "is_enterprise_install": false,
    });
    if !token.is_user {
        identity["bot_id"] = json!(team.id_of('B'));
    }
    identity
}
