//! A host of manifests: documents of apps, and some that are none.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::desk::{Desk, Said};
use crate::reply::{Oddity, Reply};

/// What is found below `/manifests/`, as `NAME.json`.
struct Page {
    name: &'static str,
    /// What it is, in one line.
    does: &'static str,
    reply: fn() -> Reply,
}

const fn page(name: &'static str, does: &'static str, reply: fn() -> Reply) -> Page {
    Page { name, does, reply }
}

/// Every page.
const PAGES: &[Page] = &[
    page("output", "an app that takes messages elsewhere; one of its settings is a secret", || {
        Reply::Text(include_str!("output.json"))
    }),
    page("modifier", "an app that changes messages on their way", || {
        Reply::Text(include_str!("modifier.json"))
    }),
    page("interval", "an app that the clock calls, with a setting of every type", || {
        Reply::Text(include_str!("interval.json"))
    }),
    page("plain", "an app that does not say how it takes part, not wrapped in data", || {
        Reply::Text(include_str!("plain.json"))
    }),
    page("no-name", "a manifest that does not say what the app is called", || {
        Reply::ok(json!({ "data": { "descriptions": { "app_description": "Nameless." } } }))
    }),
    page("not-an-object", "JSON that is no object", || Reply::ok(json!(["no", "manifest"]))),
    page("rubbish", "a page of HTML", || Reply::Odd(Oddity::Html)),
    page("status-500", "status 500", || Reply::failure(StatusCode::INTERNAL_SERVER_ERROR, "internal_error")),
    page("redirect", "status 302, to a manifest", || Reply::Redirect("/manifests/output.json".to_owned())),
    page("flood", "JSON that never ends", || Reply::Odd(Oddity::Flood)),
    page("hang", "no answer, until the client goes away", || Reply::Odd(Oddity::Hang)),
];

/// Mounts it.
pub(crate) fn mount(config: &mut ServiceConfig) {
    config.route("/manifests/{name}.json", get().to(show));
}

/// What it offers to whoever finds the sandbox at `url`.
pub(crate) fn offers(url: &str) -> Value {
    let offer = |page: &Page| {
        let url = format!("{url}/manifests/{}.json", page.name);
        json!({ "url": url, "does": page.does })
    };
    PAGES.iter().map(offer).collect()
}

async fn show(request: HttpRequest, desk: Data<Desk>, name: Path<String>) -> HttpResponse {
    let page = PAGES.iter().find(|page| page.name == *name);
    let reply =
        page.map_or_else(|| Reply::failure(StatusCode::NOT_FOUND, "not_found"), |page| (page.reply)());
    let code = page.map(|page| page.name.to_owned());
    let said = Said { step: None, code, answer: reply.word() };
    desk.answer(&request, said, reply).await
}
