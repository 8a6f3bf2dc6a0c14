//! The page that asks a person: here it asks nobody, and sends the browser back at once.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use super::CLIENT_ID;
use super::grant::Wish;
use super::workspace::Workspace;
use crate::desk::Desk;
use crate::reply::{Reply, failure};

/// What the page is opened with. What else there is does not count.
#[derive(Deserialize)]
pub(super) struct PageQuery {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    state: Option<String>,
    scope: Option<String>,
    user_scope: Option<String>,
    deny: Option<String>,
}

pub(super) async fn page(
    request: HttpRequest,
    desk: Data<Desk>,
    workspace: Data<Workspace>,
    query: Result<Query<PageQuery>, Error>,
) -> HttpResponse {
    let reply = match query {
        Ok(query) => back(&workspace, &query).unwrap_or_else(bad_request),
        Err(_) => bad_request("invalid_arguments"),
    };
    desk.answer(&request, None, reply).await
}

/// Sends the browser back, with a code or with the word that there is none.
fn back(workspace: &Workspace, query: &PageQuery) -> Result<Reply, &'static str> {
    if query.client_id.as_deref() != Some(CLIENT_ID) {
        return Err("invalid_client_id");
    }
    let redirect_uri = query.redirect_uri.as_deref().unwrap_or_default();
    let target = Url::parse(redirect_uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let mut target = target.ok_or("bad_redirect_uri")?;
    let answer = if query.deny.as_deref() == Some("1") {
        ("error", "access_denied".to_owned())
    } else {
        ("code", workspace.issue(wish(query), redirect_uri))
    };
    target.query_pairs_mut().append_pair(answer.0, &answer.1);
    if let Some(state) = &query.state {
        target.query_pairs_mut().append_pair("state", state);
    }
    Ok(Reply::Redirect(target.into()))
}

/// What the person grants: all that is asked for.
fn wish(query: &PageQuery) -> Wish {
    let scopes = query.scope.as_deref().unwrap_or_default();
    let webhook = scopes.split([',', ' ']).any(|scope| scope == "incoming-webhook");
    let user = query.user_scope.as_deref().is_some_and(|scopes| !scopes.is_empty());
    Wish { webhook, user, ..Wish::USUAL }
}

/// Nobody is sent to an address that is not the application's.
fn bad_request(error: &str) -> Reply {
    failure(StatusCode::BAD_REQUEST, error)
}
