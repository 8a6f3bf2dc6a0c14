//! The native API, as a client of one organisation speaks it.

use anyhow::Result;

use crate::{Answer, Http, Request};

/// What stands before every path of the API.
pub const PATCHBAY_PREFIX: &str = "/patchbay/v1";

/// Speaks the native API with one key.
#[derive(Clone, Debug)]
pub struct Patchbay {
    http: Http,
    key: String,
}

impl Patchbay {
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
        self.http.request(method, &format!("{PATCHBAY_PREFIX}{below}"))
    }

    /// A request to any path below the prefix.
    #[must_use]
    pub fn at(&self, method: &str, below: &str) -> Request {
        self.anonymous(method, below).bearer(&self.key)
    }

    /// A request to an integration, or something below.
    #[must_use]
    pub fn request(&self, method: &str, below: &str) -> Request {
        self.at(method, &format!("/integrations/{below}"))
    }

    /// Shows an integration.
    pub async fn find(&self, id: &str) -> Result<Answer> {
        self.request("GET", id).send().await
    }

    /// Has its provider asked, still without a body.
    #[must_use]
    pub fn verifying(&self, id: &str) -> Request {
        self.request("POST", &format!("{id}/verify"))
    }

    /// Begins an authorization, still without a body.
    #[must_use]
    pub fn authorizing(&self, id: &str) -> Request {
        self.request("POST", &format!("{id}/authorize"))
    }

    /// Begins one, which must succeed; answers its link.
    pub async fn link(&self, id: &str) -> Result<String> {
        Ok(self.authorizing(id).send().await?.expect_status(200).text_of("url"))
    }
}
