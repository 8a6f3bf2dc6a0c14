//! What a fake answers, the ways that break a careless client among it.

use std::convert::Infallible;
use std::future;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION, RETRY_AFTER};
use actix_web::web::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

/// How long whoever asks too often is told to wait, in seconds.
const RETRY_AFTER_S: u32 = 30;

/// How much of an endless body is written at a time, in bytes.
const PIECE: usize = 16 * 1024;

/// An answer.
pub(crate) enum Reply {
    /// A JSON document.
    Document(StatusCode, Value),
    /// A JSON document as it stands in a file.
    Text(&'static str),
    /// 429 with `Retry-After` and this document.
    Throttled(Value),
    /// 302 to somewhere else.
    Redirect(String),
    /// 200 and a page for people.
    Rubbish,
    /// 200 and JSON that breaks off.
    BrokenJson,
    /// 200 and JSON that never ends.
    Flood,
    /// Nothing, for as long as the client waits or the sandbox runs.
    Hang,
}

impl Reply {
    /// A JSON document, with status 200.
    pub(crate) const fn ok(document: Value) -> Self {
        Self::Document(StatusCode::OK, document)
    }

    /// One word for it, to be recorded. Shows no secret.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Document(_, document) | Self::Throttled(document) => {
                document.get("error").and_then(Value::as_str).unwrap_or("ok")
            }
            Self::Text(_) => "ok",
            Self::Redirect(_) => "redirect",
            Self::Rubbish => "rubbish",
            Self::BrokenJson => "broken_json",
            Self::Flood => "flood",
            Self::Hang => "hang",
        }
    }

    /// Gives it, or never comes back.
    pub(crate) async fn give(self) -> HttpResponse {
        match self {
            Self::Document(status, document) => HttpResponse::build(status).json(document),
            Self::Text(text) => json_body(text),
            Self::Throttled(document) => HttpResponse::TooManyRequests()
                .insert_header((RETRY_AFTER, RETRY_AFTER_S.to_string()))
                .json(document),
            Self::Redirect(to) => HttpResponse::Found().insert_header((LOCATION, to)).finish(),
            Self::Rubbish => HttpResponse::Ok()
                .content_type(ContentType::html())
                .body("<!doctype html><title>Sorry</title><p>Something is not right.</p>\n"),
            Self::BrokenJson => json_body(r#"{"ok":true,"access_token":"sandbox-"#),
            Self::Flood => endless(),
            Self::Hang => future::pending().await,
        }
    }
}

fn json_body(text: &'static str) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(text)
}

/// A document whose first member goes on for ever.
fn endless() -> HttpResponse {
    let mut next = Bytes::from_static(br#"{"ok":true,"padding":""#);
    let piece = Bytes::from(vec![b'x'; PIECE]);
    let pieces =
        stream::repeat_with(move || Ok::<_, Infallible>(std::mem::replace(&mut next, piece.clone())));
    HttpResponse::Ok().content_type(ContentType::json()).streaming(pieces)
}

/// What a fake says of a status that is not a success.
pub(crate) fn failure(status: StatusCode, error: &str) -> Reply {
    Reply::Document(status, json!({ "ok": false, "error": error }))
}
