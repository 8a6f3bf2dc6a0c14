//! The Telex dialect, as a client of one organisation speaks it.

use anyhow::Result;
use serde_json::Value;

use crate::{Answer, Http, Request};

/// What may stand before every path of the dialect.
pub const TELEX_PREFIXES: [&str; 2] = ["", "/api/v1"];

/// Speaks Telex below one prefix, about one organisation, with one key.
#[derive(Clone, Debug)]
pub struct Telex {
    http: Http,
    prefix: String,
    organisation: String,
    key: String,
}

impl Telex {
    /// Speaks through `http`.
    #[must_use]
    pub fn new(http: Http, prefix: &str, organisation: &str, key: &str) -> Self {
        Self { http, prefix: prefix.to_owned(), organisation: organisation.to_owned(), key: key.to_owned() }
    }

    /// The same with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// The same about another organisation, by the text that stands in the path.
    #[must_use]
    pub fn about(&self, organisation: &str) -> Self {
        Self { organisation: organisation.to_owned(), ..self.clone() }
    }

    /// The text that stands in the path for the organisation.
    #[must_use]
    pub fn organisation(&self) -> &str {
        &self.organisation
    }

    /// A path of the dialect, below the prefix.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// The path of the organisation's integrations, or of something below.
    #[must_use]
    pub fn integrations(&self, below: &str) -> String {
        self.path(&format!("/organisations/{}/integrations{below}", self.organisation))
    }

    /// A request that presents no key.
    #[must_use]
    pub fn anonymous(&self, method: &str, below: &str) -> Request {
        self.http.request(method, &self.integrations(below))
    }

    /// A request to the organisation's integrations, or something below.
    #[must_use]
    pub fn request(&self, method: &str, below: &str) -> Request {
        self.anonymous(method, below).bearer(&self.key)
    }

    /// A request to any path.
    #[must_use]
    pub fn at(&self, method: &str, path: &str) -> Request {
        self.http.request(method, path).bearer(&self.key)
    }

    /// T3.
    pub async fn create(&self, body: &Value) -> Result<Answer> {
        self.request("POST", "").json(body).send().await
    }

    /// T4.
    pub async fn list(&self) -> Result<Answer> {
        self.request("GET", "").send().await
    }

    /// The reading of one integration.
    pub async fn find(&self, id: &str) -> Result<Answer> {
        self.request("GET", &format!("/{id}")).send().await
    }

    /// T5.
    pub async fn update(&self, id: &str, body: &Value) -> Result<Answer> {
        self.request("PATCH", &format!("/{id}")).json(body).send().await
    }

    /// T6.
    pub async fn delete(&self, id: &str) -> Result<Answer> {
        self.request("DELETE", &format!("/{id}")).send().await
    }

    /// Makes an integration, which must succeed, and answers its id.
    pub async fn created(&self, body: &Value) -> Result<String> {
        let made = self.create(body).await?.expect_status(201).json();
        let id = made["data"]["id"].as_str();
        assert!(id.is_some(), "no id in {made}");
        Ok(id.unwrap_or_default().to_owned())
    }
}
