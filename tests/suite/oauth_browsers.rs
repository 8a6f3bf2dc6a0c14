//! People who connect integrations in a browser: the link that they follow, the provider that they
//! are sent to, the way back. The sandbox plays the providers.

mod browser;
mod closed;
mod connecting;
mod others;
mod refreshing;
mod refusing;
mod secrecy;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, Sandbox, Service};
use serde_json::{Value, json};

use crate::given::{Acme, a_team};
pub use browser::Browser;
use browser::with_providers;

/// Where people may be sent in the end.
pub const DONE: &str = "https://app.example/done?from=patchbay";

/// What everybody sees who is not awaited.
const OVER: &str = "This does not work";

/// An organisation whose service has an application at each provider, which the sandbox plays.
pub struct Connecting {
    pub acme: Acme,
    pub sandbox: Sandbox,
}

impl Connecting {
    pub async fn on(backend: Backend) -> Result<Self> {
        Self::with(backend, |builder| builder).await
    }

    /// The same with other settings than the usual.
    pub async fn with(
        backend: Backend,
        set: impl FnOnce(InstallationBuilder) -> InstallationBuilder,
    ) -> Result<Self> {
        let sandbox = Sandbox::start().await?;
        let builder = with_providers(Service::builder(backend), &sandbox);
        let builder = builder.config("oauth.allowed_redirects", &format!("['{DONE}']"));
        Ok(Self { acme: Acme::of(set(builder).start().await?).await?, sandbox })
    }

    /// A browser that was nowhere yet.
    pub fn browser(&self) -> Browser {
        Browser::new(self.acme.service.http(), self.sandbox.origin())
    }

    /// An integration of Slack that nobody has connected.
    pub async fn team(&self) -> Result<String> {
        self.acme.aloochat().created(&a_team("Team")).await
    }

    /// One of Shopify, likewise.
    async fn shop(&self) -> Result<String> {
        let config = json!({ "shop_domain": "mystore.myshopify.com" });
        let shop = json!({ "name": "Shop", "type": "shopify", "config": config });
        self.acme.aloochat().created(&shop).await
    }

    /// A link that connects `id`.
    async fn link(&self, id: &str) -> Result<String> {
        self.acme.patchbay().link(id).await
    }

    /// A link that connects `id` and leads to [`DONE`] in the end.
    async fn link_to_done(&self, id: &str) -> Result<String> {
        let begun = self.acme.patchbay().authorizing(id).json(&json!({ "return_to": DONE }));
        Ok(begun.send().await?.expect_status(200).text_of("url"))
    }

    /// What is known of the health of `id`.
    pub async fn health(&self, id: &str) -> Result<Value> {
        let shown = self.acme.patchbay().find(id).await?.expect_status(200);
        Ok(shown.json()["health"].clone())
    }

    /// How often something of this type was recorded.
    async fn recorded(&self, event_type: &str) -> Result<usize> {
        let list = ["audit", "list", "--organisation", &self.acme.tenant.id];
        let listed = self.acme.service.command(&list).await?.expect_status(0).expect_document();
        let all = listed.as_array().cloned().unwrap_or_default();
        Ok(all.iter().filter(|event| event["type"] == event_type).count())
    }
}

/// Asserts a page of the service's own with this title.
pub fn expect_page(answer: Answer, status: u16, title: &str) -> Answer {
    let answer = answer.expect_status(status);
    assert!(answer.text.contains(&format!("<h1>{title}</h1>")), "{answer}");
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), value, "{answer}");
    }
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; frame-ancestors 'none'"), "{policy}");
    assert!(!answer.text.contains("<script") && !answer.text.contains("src="), "{answer}");
    answer
}
