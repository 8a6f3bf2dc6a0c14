//! The pairs of request and answer that the contract was written from.

use anyhow::Result;
use patchbay_tests::{Backend, ManifestHost, Service};
use rstest::rstest;
use serde_json::json;

use super::{an_app, judging};
use crate::play::plays;

const BANANA: &str = "https://www.bananaisland.com/banana.json";

/// A service that fetches every manifest from a host that stands in for all others.
async fn stubbed(backend: Backend) -> Result<(Service, ManifestHost)> {
    let host = ManifestHost::start().await?;
    drop(host.shows("/banana.json", &an_app("Banana")));
    drop(host.shows("/orange.json", &an_app("Orange")));
    let slack = json!({ "data": { "is_active": false, "descriptions": {
        "app_name": "Slack",
        "app_url": "https://slack.com",
        "app_logo": "https://media.tifi.tv/telexbucket/public/logos/slack.png",
        "app_description": "Slack is a cloud-based team business and communication platform.",
    } } });
    drop(host.shows("/slack.json", &slack));
    let origin = format!("'{}'", host.origin());
    let service = judging(backend).config("providers.json_manifest.base_url", &origin).start().await?;
    Ok((service, host))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_14_installs_an_app(#[case] backend: Backend) -> Result<()> {
    let (service, host) = stubbed(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-14").await?;
    }
    assert_eq!(host.asked(), ["/banana.json"; 2]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_15_lists_what_was_installed(#[case] backend: Backend) -> Result<()> {
    let (service, _host) = stubbed(backend).await?;
    for play in plays(&service).await? {
        play.telex().installed("https://system-integration.telex.im/slack.json").await?;
        play.fixture("TX-15").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_16_to_tx_19_replace_set_show_and_delete(#[case] backend: Backend) -> Result<()> {
    let (service, _host) = stubbed(backend).await?;
    for play in plays(&service).await? {
        let id = play.telex().installed("https://orange.example/orange.json").await?;
        for fixture in ["TX-16", "TX-18", "TX-19", "TX-17"] {
            play.fixture_about(fixture, &[("{integration}", &id)]).await?;
        }
        // What was replaced is free again, and what was deleted too.
        play.telex().installed("https://orange.example/orange.json").await?;
        play.telex().installed(BANANA).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e5_refuses_what_is_no_url(#[case] backend: Backend) -> Result<()> {
    let (service, host) = stubbed(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-E5").await?;
        let answer = play.telex().install("not a url").await?;
        assert_eq!(answer.json()["error"], "json_url must be an absolute http(s) URL");
    }
    assert!(host.asked().is_empty());
    Ok(())
}
