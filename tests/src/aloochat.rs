//! The AlooChat dialect, as a client of one company speaks it.

use anyhow::Result;
use serde_json::Value;

use crate::{Answer, Http, Request};

/// What stands before every path of the dialect.
pub const ALOOCHAT_PREFIX: &str = "/api/public";

/// Speaks AlooChat with one key, which says whose integrations are meant.
#[derive(Clone, Debug)]
pub struct AlooChat {
    http: Http,
    key: String,
}

impl AlooChat {
    /// Speaks through `http`.
    #[must_use]
    pub fn new(http: Http, key: &str) -> Self {
        Self { http, key: key.to_owned() }
    }

    /// The same with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// A request that presents no key; `below` comes after the prefix.
    #[must_use]
    pub fn anonymous(&self, method: &str, below: &str) -> Request {
        self.http.request(method, &format!("{ALOOCHAT_PREFIX}{below}"))
    }

    /// A request to any path below the prefix.
    #[must_use]
    pub fn at(&self, method: &str, below: &str) -> Request {
        self.anonymous(method, below).header("x-api-key", &self.key)
    }

    /// A request to the integrations, or something below.
    #[must_use]
    pub fn request(&self, method: &str, below: &str) -> Request {
        self.at(method, &format!("/integrations{below}"))
    }

    /// A1; `query` begins with `?` or is empty.
    pub async fn list(&self, query: &str) -> Result<Answer> {
        self.request("GET", query).send().await
    }

    /// A2.
    pub async fn create(&self, body: &Value) -> Result<Answer> {
        self.request("POST", "").json(body).send().await
    }

    /// A2, which must succeed; answers the id.
    pub async fn created(&self, body: &Value) -> Result<String> {
        Ok(self.create(body).await?.expect_status(201).text_of("id"))
    }

    /// A3.
    pub async fn types(&self) -> Result<Answer> {
        self.request("GET", "/types").send().await
    }

    /// A4.
    pub async fn find(&self, id: &str) -> Result<Answer> {
        self.request("GET", &format!("/{id}")).send().await
    }

    /// A5.
    pub async fn update(&self, id: &str, body: &Value) -> Result<Answer> {
        self.request("PUT", &format!("/{id}")).json(body).send().await
    }

    /// A5, with a query that begins with `?`.
    pub async fn update_with(&self, id: &str, query: &str, body: &Value) -> Result<Answer> {
        self.request("PUT", &format!("/{id}{query}")).json(body).send().await
    }

    /// A6.
    pub async fn delete(&self, id: &str) -> Result<Answer> {
        self.request("DELETE", &format!("/{id}")).send().await
    }

    /// A request to the settings of a channel.
    #[must_use]
    pub fn channel(&self, method: &str, id: &str, channel: &str) -> Request {
        self.request(method, &format!("/{id}/channels/{channel}"))
    }

    /// The members `name` of all that is listed, in order.
    pub async fn listed(&self, name: &str) -> Result<Vec<Value>> {
        let listed = self.list("").await?.expect_status(200).json();
        let all = listed.as_array().cloned().unwrap_or_default();
        Ok(all.iter().map(|one| one[name].clone()).collect())
    }

    /// What its secrets are called.
    pub async fn secret_keys(&self, id: &str) -> Result<Vec<String>> {
        let found = self.request("GET", &format!("/{id}?include=secret_keys")).send().await?;
        let keys = found.expect_status(200).json()["secret_keys"].clone();
        Ok(serde_json::from_value(keys)?)
    }
}

impl Answer {
    /// The text of a member of the body.
    #[must_use]
    pub fn text_of(&self, member: &str) -> String {
        let document = self.json();
        let text = document[member].as_str();
        assert!(text.is_some(), "no text {member}: {self}");
        text.unwrap_or_default().to_owned()
    }
}
