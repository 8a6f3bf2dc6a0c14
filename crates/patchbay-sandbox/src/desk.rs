//! What all fakes share: the record of what was asked, and the page that lists them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, delete, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::reply::{Reply, failure};

/// Where the record is.
const REQUESTS: &str = "/sandbox/requests";

/// How many unlike requests are recorded; those after them are answered and not recorded.
const MAX_RECORDED: usize = 1000;

/// How much of a path is recorded, in characters.
const MAX_PATH_CHARS: usize = 200;

/// Where every request is noted before it is answered.
pub(crate) struct Desk {
    listing: Value,
    record: Mutex<Vec<Noted>>,
}

/// Requests that were alike. There is no query, header or body in it, and of a code only
/// which one of the listed it was: no secret.
#[derive(Serialize)]
struct Noted {
    method: String,
    path: String,
    /// What decided the answer, as it is listed.
    code: Option<&'static str>,
    /// One word for the answer.
    answer: String,
    count: u64,
}

impl Desk {
    /// A desk without a record, for a sandbox that is found at `url`.
    pub(crate) fn new(url: &str, fakes: &[Box<dyn Fake>]) -> Self {
        let offers = fakes.iter().map(|fake| (fake.name().to_owned(), fake.offers(url)));
        let listing = json!({
            "sandbox": "fake third parties, to try and to test Patchbay without a network",
            "offers": Value::Object(offers.collect()),
            "requests": {
                "url": format!("{url}{REQUESTS}"),
                "does": "GET shows what the fakes were asked for, without secrets; DELETE forgets it",
            },
        });
        Self { listing, record: Mutex::default() }
    }

    /// Notes a request and answers it. It is noted first: an answer may never come.
    pub(crate) async fn answer(
        &self,
        request: &HttpRequest,
        code: Option<&'static str>,
        reply: Reply,
    ) -> HttpResponse {
        self.note(request, code, reply.word());
        reply.give().await
    }

    fn note(&self, request: &HttpRequest, code: Option<&'static str>, answer: &str) {
        let method = request.method().as_str();
        let path: String = request.path().chars().take(MAX_PATH_CHARS).collect();
        let mut record = self.record();
        let alike = |noted: &&mut Noted| {
            noted.method == method && noted.path == path && noted.code == code && noted.answer == answer
        };
        if let Some(noted) = record.iter_mut().find(alike) {
            noted.count += 1;
        } else if record.len() < MAX_RECORDED {
            record.push(Noted { method: method.to_owned(), path, code, answer: answer.to_owned(), count: 1 });
        }
    }

    fn record(&self) -> MutexGuard<'_, Vec<Noted>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Mounts what belongs to no fake.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.route("/", get().to(listing)).route(REQUESTS, get().to(show)).route(REQUESTS, delete().to(forget));
}

async fn listing(desk: Data<Desk>) -> HttpResponse {
    let text = serde_json::to_string_pretty(&desk.listing).unwrap_or_default();
    HttpResponse::Ok().content_type("application/json").body(text + "\n")
}

async fn show(desk: Data<Desk>) -> HttpResponse {
    HttpResponse::Ok().json(&*desk.record())
}

async fn forget(desk: Data<Desk>) -> HttpResponse {
    desk.record().clear();
    HttpResponse::NoContent().finish()
}

/// Answers what no fake has: that nobody plays this here, which says nothing of what was asked.
pub(crate) async fn unknown(request: HttpRequest, desk: Data<Desk>) -> HttpResponse {
    desk.answer(&request, None, failure(StatusCode::NOT_IMPLEMENTED, "not_played")).await
}
