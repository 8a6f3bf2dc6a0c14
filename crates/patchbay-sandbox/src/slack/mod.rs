//! A fake Slack: the OAuth page, the exchange of a code, and what can be done with a token.
//!
//! The code that is exchanged decides the answer; [`codes`] lists them.

mod access;
mod authorize;
mod client;
mod codes;
mod grant;
mod methods;
mod workspace;

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post};
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::reply::{Reply, failure};
use codes::CODES;
use workspace::Workspace;

/// The client id of the one application that the fake Slack knows.
pub const CLIENT_ID: &str = "sandbox-client";
/// The client secret of that application: no secret, for nothing is behind it.
pub const CLIENT_SECRET: &str = "sandbox-secret";

const AUTHORIZE: &str = "/oauth/v2/authorize";

/// The fake Slack.
#[derive(Default)]
pub(crate) struct Slack(Data<Workspace>);

impl Fake for Slack {
    fn name(&self) -> &'static str {
        "slack"
    }

    fn mount(&self, config: &mut ServiceConfig) {
        config
            .app_data(self.0.clone())
            .route(AUTHORIZE, get().to(authorize::page))
            .route("/api/oauth.v2.access", post().to(access::exchange))
            .route("/api/auth.test", post().to(methods::test))
            .route("/api/auth.revoke", post().to(methods::revoke));
    }

    fn offers(&self, url: &str) -> Value {
        let codes = CODES.iter().map(|code| json!({ "code": code.name, "does": code.does }));
        json!({
            "base_url": url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "authorize_url": format!("{url}{AUTHORIZE}"),
            "authorize_does": "sends the browser back with a code that works once; with deny=1, without one",
            "codes": codes.collect::<Vec<_>>(),
            "codes_note": codes::NOTE,
        })
    }
}

/// How Slack refuses: with status 200.
fn refusal(error: &str) -> Reply {
    failure(StatusCode::OK, error)
}

/// How Slack turns away whoever asks too often.
fn throttled() -> Reply {
    Reply::Throttled(json!({ "ok": false, "error": "ratelimited" }))
}
