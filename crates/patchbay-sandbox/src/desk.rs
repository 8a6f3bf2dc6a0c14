//! What all fakes share: the record of what was asked, and the page that lists them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, delete, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};

use crate::manifests;
use crate::provider::{self, Providers};
use crate::reply::Reply;

/// Where the record is.
const REQUESTS: &str = "/sandbox/requests";

/// How many unlike requests are recorded; those after them are answered and not recorded.
const MAX_RECORDED: usize = 1000;

/// How much of a path is recorded, in characters.
const MAX_PATH_CHARS: usize = 200;

/// Where every request is noted before it is answered.
pub(crate) struct Desk {
    url: String,
    record: Mutex<Vec<Noted>>,
}

/// What a fake makes of a request.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// What of a provider was asked for: `token`, `authorize`, `disconnect`, or `check ID`.
    pub(crate) step: Option<String>,
    /// What decided the answer, as it is listed: a code, a word, a manifest. No secret.
    pub(crate) code: Option<String>,
    /// One word for the answer.
    pub(crate) answer: String,
}

/// Requests that were alike. There is no query, header or body in it, and of a code only
/// which one of the listed it was: no secret.
#[derive(Serialize)]
struct Noted {
    #[serde(flatten)]
    what: What,
    count: u64,
}

/// What is recorded of a request.
#[derive(PartialEq, Eq, Serialize)]
struct What {
    method: String,
    path: String,
    step: Option<String>,
    code: Option<String>,
    answer: String,
}

impl Desk {
    /// A desk without a record, for a sandbox that is found at `url`.
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), record: Mutex::default() }
    }

    /// Notes a request and answers it. It is noted first: an answer may never come.
    pub(crate) async fn answer(&self, request: &HttpRequest, said: Said, reply: Reply) -> HttpResponse {
        self.note(request, said);
        reply.give().await
    }

    fn note(&self, request: &HttpRequest, said: Said) {
        let Said { step, code, answer } = said;
        let method = request.method().to_string();
        let path = request.path().chars().take(MAX_PATH_CHARS).collect();
        let what = What { method, path, step, code, answer };
        let mut record = self.record();
        if let Some(noted) = record.iter_mut().find(|noted| noted.what == what) {
            noted.count += 1;
        } else if record.len() < MAX_RECORDED {
            record.push(Noted { what, count: 1 });
        }
    }

    fn record(&self) -> MutexGuard<'_, Vec<Noted>> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listing(&self, providers: &Providers) -> Value {
        let url = &self.url;
        let mut offers = providers.offers(url);
        offers.insert("manifests".to_owned(), manifests::offers(url));
        json!({
            "sandbox": "fake third parties, to try and to test Patchbay without a network",
            "offers": offers,
            "words": provider::words(),
            "codes": provider::codes(),
            "requests": {
                "url": format!("{url}{REQUESTS}"),
                "does": "GET shows what the fakes were asked for, without secrets; DELETE forgets it",
            },
        })
    }
}

/// Mounts what belongs to no fake.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.route("/", get().to(listing)).route(REQUESTS, get().to(show)).route(REQUESTS, delete().to(forget));
}

async fn listing(desk: Data<Desk>, providers: Data<Providers>) -> HttpResponse {
    let text = serde_json::to_string_pretty(&desk.listing(&providers)).unwrap_or_default();
    HttpResponse::Ok().content_type("application/json").body(text + "\n")
}

async fn show(desk: Data<Desk>) -> HttpResponse {
    HttpResponse::Ok().json(&*desk.record())
}

async fn forget(desk: Data<Desk>) -> HttpResponse {
    desk.record().clear();
    HttpResponse::NoContent().finish()
}

/// What is said of a request that nobody plays here, which says nothing of what was asked.
pub(crate) fn not_played() -> (Said, Reply) {
    let reply = Reply::failure(StatusCode::NOT_IMPLEMENTED, "not_played");
    (Said { answer: reply.word(), ..Said::default() }, reply)
}
