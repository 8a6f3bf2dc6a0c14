//! The document on adding a provider, followed: its file, and nothing else, makes a provider that
//! is offered, verified, connected and played.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use patchbay_tests::{Backend, Sandbox, Service, eventually};
use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;

use crate::given::Acme;
use crate::oauth_browsers::{Browser, expect_page};

/// The file that the document shows.
fn shown() -> Result<String> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/adding-a-provider.md");
    let document = fs::read_to_string(document)?;
    let (_, rest) = document.split_once("```toml\n").context("no file")?;
    Ok(rest.split_once("```").context("no end")?.0.to_owned())
}

/// A service that knows the provider of the document, which the sandbox plays.
async fn followed(backend: Backend) -> Result<(Acme, Sandbox, TempDir)> {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("pipedrive.toml"), shown()?)?;
    let sandbox = Sandbox::with_providers(folder.path()).await?;
    let service = Service::builder(backend)
        .config("catalogue.directory", &format!("'{}'", folder.path().display()))
        .config("providers.pipedrive.base_url", &format!("'{}'", sandbox.url("/pipedrive")))
        .config("providers.pipedrive.client_id", &format!("'{}'", sandbox.client_id()))
        .config("providers.pipedrive.client_secret", &format!("'{}'", sandbox.client_secret()));
    Ok((Acme::of(service.start().await?).await?, sandbox, folder))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn its_file_has_nothing_to_be_found_fault_with(#[case] backend: Backend) -> Result<()> {
    let (acme, _sandbox, folder) = followed(backend).await?;
    let file = folder.path().join("pipedrive.toml").display().to_string();
    let checked = acme.service.command(&["providers", "check", &file]).await?;
    drop(checked.expect_status(0));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn its_keys_are_told_from_wrong_ones(#[case] backend: Backend) -> Result<()> {
    let (acme, _sandbox, _folder) = followed(backend).await?;
    let new = |token: &str| json!({ "name": token, "type": "pipedrive", "config": { "api_token": token } });
    let aloochat = acme.aloochat();
    let asked = async |token: &str| aloochat.request("POST", "?verify=true").json(&new(token)).send().await;
    drop(asked("a-good-key").await?.expect_status(201));
    drop(asked("a-rejected-key").await?.expect_status(400));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn people_connect_it_in_a_browser(#[case] backend: Backend) -> Result<()> {
    let (acme, sandbox, _folder) = followed(backend).await?;
    let bare = json!({ "name": "Sales", "type": "pipedrive", "config": {} });
    let id = acme.aloochat().created(&bare).await?;
    let mut browser = Browser::new(acme.service.http(), sandbox.origin());
    let shown = browser.choose(&acme.patchbay().link(&id).await?, "allow").await?;
    let shown = expect_page(shown, 200, "Connected");
    assert!(shown.text.contains("Pipedrive is connected."), "{shown}");
    let found = acme.patchbay().find(&id).await?.expect_status(200).json();
    assert_eq!(found["health"]["state"], "valid", "{found}");
    assert!(found["facts"]["company_id"].is_i64(), "{found}");
    drop(acme.aloochat().delete(&id).await?.expect_status(200));
    let is_given_back = async || {
        let calls = sandbox.calls().await?;
        Ok(calls.iter().any(|call| call.step.as_deref() == Some("disconnect") && call.answer == "ok"))
    };
    eventually("what was granted is given back", is_given_back).await
}
