//! What a fake answers, the ways that break a careless client among it.

use std::convert::Infallible;
use std::future;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

/// How much of an endless body is written at a time, in bytes.
const PIECE: usize = 16 * 1024;

/// How much a huge document has, in bytes: more than anybody should read.
const HUGE: usize = 2 << 20;

/// How JSON begins that breaks off.
const BEGIN: &[u8] = br#"{"ok":true,"access_token":"sandbox-"#;

/// Where nobody should go: it is private, and in many networks a service that gives secrets away.
const PRIVATE: &str = "http://169.254.169.254/latest/meta-data/";

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// A JSON document, with a status and headers.
    Document(u16, Vec<(String, String)>, Value),
    /// A JSON document as it stands in a file.
    Text(&'static str),
    /// A page for people.
    Page(String),
    /// 302 to somewhere else.
    Redirect(String),
    /// None that a client should rely on.
    Odd(Oddity),
}

/// An answer that breaks a careless client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// 200 and a page for people.
    Html,
    /// 200 and JSON that breaks off.
    Broken,
    /// 200 and JSON of 2 MiB.
    Huge,
    /// 200 and JSON that never ends.
    Flood,
    /// 302 to a private address.
    Redirect,
    /// 200 and the beginning of some JSON, and nothing more.
    Slow,
    /// Nothing, for as long as the client waits or the sandbox runs.
    Hang,
}

impl Oddity {
    /// Every one of them: its name, and what it is.
    pub(crate) const ALL: [(&'static str, Self, &'static str); 7] = [
        ("html", Self::Html, "status 200 and a page of HTML"),
        ("broken", Self::Broken, "status 200 and JSON that breaks off"),
        ("huge", Self::Huge, "status 200 and JSON of 2 MiB"),
        ("flood", Self::Flood, "status 200 and JSON that never ends"),
        ("redirect", Self::Redirect, "status 302, to a private address"),
        ("slow", Self::Slow, "status 200 and the beginning of some JSON, and nothing more"),
        ("hang", Self::Hang, "no answer, until the client goes away"),
    ];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, oddity, _)| *oddity == self).map_or("odd", |(name, ..)| *name)
    }
}

impl Reply {
    /// A JSON document, with status 200.
    pub(crate) const fn ok(document: Value) -> Self {
        Self::Document(200, Vec::new(), document)
    }

    /// What is said of a status that is not a success.
    pub(crate) fn failure(status: StatusCode, error: &str) -> Self {
        Self::Document(status.as_u16(), Vec::new(), json!({ "ok": false, "error": error }))
    }

    /// One word for it, to be recorded. Shows no secret.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::Document(_, _, document) => {
                document.get("error").and_then(Value::as_str).unwrap_or("ok").to_owned()
            }
            Self::Text(_) => "ok".to_owned(),
            Self::Page(_) => "page".to_owned(),
            Self::Redirect(_) => "redirect".to_owned(),
            Self::Odd(oddity) => oddity.name().to_owned(),
        }
    }

    /// Gives it, or never comes back.
    pub(crate) async fn give(self) -> HttpResponse {
        match self {
            Self::Document(status, headers, document) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = HttpResponse::build(status);
                for header in headers {
                    response.insert_header(header);
                }
                response.json(document)
            }
            Self::Text(text) => json_body(text.into()),
            Self::Page(page) => HttpResponse::Ok().content_type(ContentType::html()).body(page),
            Self::Redirect(to) => HttpResponse::Found().insert_header((LOCATION, to)).finish(),
            Self::Odd(Oddity::Html) => HttpResponse::Ok()
                .content_type(ContentType::html())
                .body("<!doctype html><title>Sorry</title><p>Something is not right.</p>\n"),
            Self::Odd(Oddity::Broken) => json_body(String::from_utf8_lossy(BEGIN).into_owned()),
            Self::Odd(Oddity::Huge) => json_body(format!(r#"{{"padding":"{}"}}"#, "x".repeat(HUGE))),
            Self::Odd(Oddity::Flood) => endless(),
            Self::Odd(Oddity::Redirect) => HttpResponse::Found().insert_header((LOCATION, PRIVATE)).finish(),
            Self::Odd(Oddity::Slow) => {
                let begin = stream::once(future::ready(Ok::<_, Infallible>(Bytes::from_static(BEGIN))));
                let body = begin.chain(stream::pending());
                HttpResponse::Ok().content_type(ContentType::json()).streaming(body)
            }
            Self::Odd(Oddity::Hang) => future::pending().await,
        }
    }
}

fn json_body(text: String) -> HttpResponse {
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
