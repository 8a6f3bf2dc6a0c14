//! Telex's custom integrations (T14 to T19): apps that are installed by the manifest behind
//! their `json_url`; and what T3 and T5 make of a manifest where they can read one.

mod best_effort;
mod definitions;
mod fixtures;
mod hanging;
mod installing;
mod isolation;
mod refusals;
mod replacing;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, ManifestHost, Service};
use serde_json::{Value, json};

use crate::given::Acme;

/// An organisation whose service may reach a host of manifests on loopback.
struct Hosted {
    acme: Acme,
    host: ManifestHost,
}

/// A service that judges each address itself.
fn judging(backend: Backend) -> InstallationBuilder {
    Service::builder(backend).without("providers.json_manifest.base_url")
}

impl Hosted {
    async fn on(backend: Backend) -> Result<Self> {
        let allowed = "['127.0.0.1/32']";
        Self::of(judging(backend).config("outbound.allowed_private_networks", allowed)).await
    }

    async fn of(builder: InstallationBuilder) -> Result<Self> {
        Ok(Self { acme: Acme::of(builder.start().await?).await?, host: ManifestHost::start().await? })
    }
}

/// What an app says of itself.
fn an_app(name: &str) -> Value {
    json!({ "data": { "descriptions": {
        "app_name": name,
        "app_url": "https://app.example",
        "app_logo": "https://app.example/logo.png",
        "app_description": "An app.",
    } } })
}

/// The same with settings: a list of elements of `settings`.
fn with_settings(name: &str, settings: &Value) -> Value {
    let mut app = an_app(name);
    app["data"]["settings"] = settings.clone();
    app
}

/// Asserts a success that shows nothing.
fn done(answer: Answer, status: u16, message: &str) {
    let expected = json!({ "status": "success", "status_code": status, "message": message });
    drop(answer.expect_status(status).expect_json(&expected, &[]));
}

/// Asserts what T19 shows, the order of the members too.
fn shows(answer: Answer, data: &Value) {
    let message = "Integrations retrieved successfully.";
    let expected = json!({ "status": "success", "status_code": 200, "message": message, "data": data });
    drop(answer.expect_status(200).expect_json(&expected, &[]));
}
