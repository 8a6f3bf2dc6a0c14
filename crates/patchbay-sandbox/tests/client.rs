//! A sandbox of a test's own, and a client of it.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use patchbay_catalogue::{CatalogueFiles, ReloadableCatalogue};
use patchbay_sandbox::{CLIENT_ID, CLIENT_SECRET, RunningSandbox, Sandbox};
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

/// An answer that has not come by then never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sandbox, and a client of it that follows no redirect.
pub struct Tried {
    pub sandbox: RunningSandbox,
    http: Client,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a link of a page leads.
    pub fn link(&self, id: &str) -> String {
        assert_eq!((self.status, self.header("content-type")), (200, "text/html; charset=utf-8"), "{self:?}");
        let begin = format!(r#"<a id="{id}" href=""#);
        let rest = self.text.split_once(&begin).unwrap_or_else(|| panic!("no {id}: {}", self.text)).1;
        rest.split('"').next().unwrap().replace("&amp;", "&")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Asserts that Slack said no, with status 200 and this word.
    pub fn refused(&self, error: &str) {
        assert_eq!((self.status, self.json()), (200, serde_json::json!({ "ok": false, "error": error })));
    }

    /// Asserts that Slack said yes, and answers what it said.
    pub fn granted(&self) -> Value {
        let said = self.json();
        assert_eq!((self.status, &said["ok"]), (200, &Value::Bool(true)), "{self:?}");
        said
    }
}

/// A form as the body of a request.
pub fn encoded(form: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in form {
        let value: String = value.bytes().fold(String::new(), |mut text, byte| {
            write!(text, "%{byte:02X}").unwrap();
            text
        });
        write!(text, "&{name}={value}").unwrap();
    }
    text.trim_start_matches('&').to_owned()
}

impl Tried {
    pub fn start() -> Self {
        let http = Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build().unwrap();
        let catalogue = ReloadableCatalogue::open(CatalogueFiles::default()).unwrap();
        Self { sandbox: Sandbox::bind(0).unwrap().start(Arc::new(catalogue)).unwrap(), http }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path))
    }

    /// Asks for a path with a token, and reads no more than the head of the answer.
    pub async fn open(&self, path: &str, token: &str) -> Response {
        self.http.get(self.url(path)).bearer_auth(token).send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::read(self.open(path, "").await).await
    }

    /// What `GET /` lists.
    pub async fn offers(&self, fake: &str) -> Value {
        self.get("/").await.json()["offers"][fake].clone()
    }

    /// An exchange as the sandbox's application.
    pub fn exchanging(&self, form: &[(&str, &str)]) -> RequestBuilder {
        self.post("/slack/api/oauth.v2.access")
            .basic_auth(CLIENT_ID, Some(CLIENT_SECRET))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded(form))
    }

    pub async fn access(&self, form: &[(&str, &str)]) -> Answer {
        Answer::read(self.exchanging(form).send().await.unwrap()).await
    }

    pub async fn exchange(&self, code: &str) -> Answer {
        self.access(&[("code", code)]).await
    }

    /// Calls a method of Slack with a token.
    pub async fn call(&self, method: &str, token: &str) -> Answer {
        Answer::read(self.post(&format!("/slack/api/{method}")).bearer_auth(token).send().await.unwrap())
            .await
    }

    /// The record, each entry as `METHOD PATH CODE ANSWER COUNT`.
    pub async fn record(&self) -> Vec<String> {
        let record = self.get("/sandbox/requests").await.json();
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
        let line = |entry: &Value| {
            let texts = ["method", "path", "code", "answer"].map(|name| text(entry, name)).join(" ");
            format!("{texts} {}", entry["count"])
        };
        record.as_array().unwrap().iter().map(line).collect()
    }

    pub async fn forget(&self) {
        let forgotten = self.http.delete(self.url("/sandbox/requests")).send().await.unwrap();
        assert_eq!(forgotten.status(), 204);
    }

    /// Waits until the record has an entry that begins like this.
    pub async fn recorded(&self, beginning: &str) {
        for _ in 0..10_000 {
            if self.record().await.iter().any(|entry| entry.starts_with(beginning)) {
                return;
            }
        }
        panic!("no {beginning}: {:#?}", self.record().await);
    }
}

/// A member of a document, as a text.
pub fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}: {document}"))
}
