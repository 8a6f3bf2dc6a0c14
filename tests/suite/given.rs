//! What most tests start from, and the assertions that they share.

use anyhow::Result;
use patchbay_tests::{AlooChat, Answer, Backend, Novu, Patchbay, Service, TELEX_PREFIXES, Telex, Tenant};
use serde_json::{Value, json};

/// An id that nothing has.
pub const UNKNOWN_ID: &str = "00000000-0000-7000-8000-000000000000";

/// The credential of [`an_integration`], its mask, and what shows both.
pub const CREDENTIAL: &str = "some-auth-credential";
pub const MASKED: &str = "********tial";

/// A running service with one organisation and a client of it that may do everything.
pub struct Acme {
    pub service: Service,
    pub tenant: Tenant,
    pub telex: Telex,
    pub key: String,
}

impl Acme {
    pub async fn on(backend: Backend) -> Result<Self> {
        Self::of(Service::on(backend).await?).await
    }

    pub async fn of(service: Service) -> Result<Self> {
        let tenant = service.organisation("acme").await?;
        let key = tenant.full_key().await?;
        let telex = service.telex("", &tenant, &key);
        Ok(Self { service, tenant, telex, key })
    }

    /// A client of the same organisation that speaks AlooChat, and may do everything.
    pub fn aloochat(&self) -> AlooChat {
        self.service.aloochat(&self.key)
    }

    /// A client of the same organisation that speaks Novu, and may do everything but see secrets.
    pub async fn novu(&self) -> Result<Novu> {
        let key = self.tenant.key(&["integrations:read", "integrations:write"]).await?;
        Ok(self.service.novu(&key.text))
    }

    /// The same of one that sees secrets.
    pub fn revealing_novu(&self) -> Novu {
        self.service.novu(&self.key)
    }

    /// A client of the same organisation that speaks the native API, and may do everything.
    pub fn patchbay(&self) -> Patchbay {
        self.service.patchbay(&self.key)
    }

    /// The client below each prefix that the dialect is served under.
    pub fn below_each_prefix(&self) -> [Telex; 2] {
        TELEX_PREFIXES.map(|prefix| self.service.telex(prefix, &self.tenant, &self.key))
    }

    /// The client with a key of these permissions alone.
    pub async fn may(&self, permissions: &[&str]) -> Result<Telex> {
        Ok(self.telex.with_key(&self.tenant.key(permissions).await?.text))
    }
}

/// What most tests create: with a credential and a type.
pub fn an_integration(name: &str) -> Value {
    json!({
        "name": name,
        "json_url": format!("not-a-url-for-{name}"),
        "auth_credential": CREDENTIAL,
        "integration_type": "filter",
    })
}

/// Asserts a refusal in Telex's shape, and answers the text of its reason.
pub fn refused(answer: Answer, status: u16, message: &str) -> String {
    let expected = json!({ "status": "error", "status_code": status, "message": message, "error": "why" });
    let answer = answer.expect_status(status).expect_json(&expected, &["error"]);
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    answer.json()["error"].as_str().unwrap().to_owned()
}

/// The texts of one member of every element of `data`, in order.
pub fn every(answer: &Answer, member: &str) -> Vec<String> {
    let data = answer.json()["data"].as_array().unwrap().clone();
    data.iter().map(|element| element[member].as_str().unwrap().to_owned()).collect()
}

/// What most tests create through AlooChat: a shop with a token.
pub fn a_shop(name: &str) -> Value {
    json!({
        "name": name,
        "type": "shopify",
        "config": { "shop_domain": "mystore.myshopify.com", "access_token": "shpat_0123456789abcdef", "api_version": "2024-01" },
    })
}

/// Asserts a refusal in AlooChat's shape, with just these words.
pub fn declined(answer: Answer, status: u16, detail: &str) {
    let answer = answer.expect_status(status).expect_json(&json!({ "detail": detail }), &[]);
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
}

/// Asserts that AlooChat refuses what was sent, for this reason.
pub fn invalid(answer: Answer, why: &str) {
    declined(answer, 400, &format!("Invalid input data: {why}"));
}

/// Asserts a problem of which its status says everything but this.
pub fn problem(answer: Answer, status: u16, title: &str, detail: &str) {
    let expected = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    let answer = answer.expect_status(status).expect_json(&expected, &[]);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer}");
}

/// Asserts a problem of a type of its own.
pub fn problem_of(answer: Answer, status: u16, of_type: &str) {
    let answer = answer.expect_status(status);
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer}");
    assert_eq!(answer.text_of("type"), format!("urn:patchbay:problem:{of_type}"), "{answer}");
}

/// An integration of Slack that is not connected yet, made through AlooChat.
pub fn a_team(name: &str) -> Value {
    json!({ "name": name, "type": "slack" })
}
