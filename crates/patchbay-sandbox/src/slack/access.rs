//! `oauth.v2.access`: gives tokens for a code, or for a token to refresh with.

use actix_web::web::{Data, Form};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Deserialize;

use super::codes::{Code, Plan};
use super::workspace::{ISSUED, Workspace};
use super::{client, refusal};
use crate::desk::Desk;
use crate::reply::Reply;

/// The form that is sent. What else it has does not count.
#[derive(Deserialize)]
pub(super) struct AccessForm {
    client_id: Option<String>,
    client_secret: Option<String>,
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    refresh_token: Option<String>,
}

/// What decided the answer, as it is listed, and the answer.
type Decision = (Option<&'static str>, Reply);

pub(super) async fn exchange(
    request: HttpRequest,
    desk: Data<Desk>,
    workspace: Data<Workspace>,
    form: Result<Form<AccessForm>, Error>,
) -> HttpResponse {
    let (code, reply) = match form {
        Ok(form) => decide(&request, &workspace, &form),
        Err(_) => (None, refusal("invalid_form_data")),
    };
    desk.answer(&request, code, reply).await
}

fn decide(request: &HttpRequest, workspace: &Workspace, form: &AccessForm) -> Decision {
    if let Err(error) = client::check(request, form.client_id.as_deref(), form.client_secret.as_deref()) {
        return (None, refusal(error));
    }
    match form.grant_type.as_deref() {
        None | Some("authorization_code") => by_code(workspace, form),
        Some("refresh_token") => {
            let given = workspace.refresh(form.refresh_token.as_deref().unwrap_or_default());
            (None, given.map_or_else(|| refusal("invalid_refresh_token"), Reply::ok))
        }
        Some(_) => (None, refusal("invalid_grant_type")),
    }
}

fn by_code(workspace: &Workspace, form: &AccessForm) -> Decision {
    let text = form.code.as_deref().unwrap_or_default();
    if text.starts_with(ISSUED) {
        let redirect_uri = form.redirect_uri.as_deref().unwrap_or_default();
        let given = workspace.exchange_issued(text, redirect_uri);
        return (Some(ISSUED), given.map_or_else(refusal, Reply::ok));
    }
    let Some((code, team)) = Code::find(text) else { return (None, refusal("invalid_code")) };
    let reply = match code.plan {
        Plan::Grants(wish) => {
            let given = workspace.exchange_once(text, wish, team);
            given.map_or_else(|| refusal("code_already_used"), Reply::ok)
        }
        Plan::Example => Reply::ok(workspace.exchange_example()),
        Plan::Answers(reply) => reply(),
    };
    (Some(code.name), reply)
}
