//! The pairs of request and answer of the native API, each in an organisation of its own.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, PATCHBAY_PREFIX, Service, patchbay_fixture};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID, a_team, an_integration};

/// An organisation whose service has an application at Slack, which nobody is asked of.
async fn acme(backend: Backend) -> Result<Acme> {
    let service = Service::builder(backend)
        .config("providers.slack.client_id", "'an-application'")
        .config("providers.slack.client_secret", "'its-secret'");
    Acme::of(service.start().await?).await
}

/// Plays a fixture about the integration `id` with this key.
async fn fixture_with(acme: &Acme, name: &str, id: &str, key: &str) -> Result<Answer> {
    let present = |request: patchbay_tests::Request| request.bearer(key);
    patchbay_fixture(name)?.play(&acme.service.http(), PATCHBAY_PREFIX, &[("{id}", id)], present).await
}

async fn fixture(acme: &Acme, name: &str, id: &str) -> Result<Answer> {
    fixture_with(acme, name, id, &acme.key).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pb_01_shows_an_integration(#[case] backend: Backend) -> Result<()> {
    let acme = acme(backend).await?;
    let id = acme.telex.created(&an_integration("Shop")).await?;
    let shown = fixture(&acme, "PB-01", &id).await?;
    let ids = (shown.text_of("id"), shown.text_of("environment_id"));
    assert_eq!(ids, (id, acme.tenant.default_environment.clone()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pb_02_has_the_provider_asked(#[case] backend: Backend) -> Result<()> {
    let acme = acme(backend).await?;
    let config = json!({ "subdomain": "acme", "api_token": "a-very-secret-token" });
    let desk = json!({ "name": "Desk", "type": "zendesk", "config": config });
    let id = acme.aloochat().created(&desk).await?;
    let asked = fixture(&acme, "PB-02", &id).await?;
    assert!(!asked.text.contains("a-very-secret-token"), "{asked}");
    // What came of it is known from now on.
    let shown = acme.patchbay().find(&id).await?.expect_status(200);
    assert_eq!(shown.json()["health"]["class"], "incomplete", "{shown}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pb_03_hands_out_a_link(#[case] backend: Backend) -> Result<()> {
    let acme = acme(backend).await?;
    let id = acme.aloochat().created(&a_team("Team")).await?;
    let begun = fixture(&acme, "PB-03", &id).await?;
    assert_eq!(begun.header("cache-control"), "no-store");
    let url = begun.text_of("url");
    let link = url.rsplit_once("/oauth/start/").map(|(_, link)| link).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(link.len() == 43 && link.chars().all(is_plain), "{url}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pb_e1_to_e5_are_refusals(#[case] backend: Backend) -> Result<()> {
    let acme = acme(backend).await?;
    for name in ["PB-E1", "PB-E2"] {
        drop(fixture(&acme, name, UNKNOWN_ID).await?);
    }
    let id = acme.telex.created(&an_integration("Shop")).await?;
    let reader = acme.tenant.key(&["integrations:read"]).await?;
    drop(fixture_with(&acme, "PB-E3", &id, &reader.text).await?);
    for name in ["PB-E4", "PB-E5"] {
        drop(fixture(&acme, name, &id).await?);
    }
    Ok(())
}
