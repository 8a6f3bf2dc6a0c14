//! The pairs of request and answer that the contract was written from, each under both
//! prefixes and in an organisation of its own.

use anyhow::Result;
use patchbay_tests::{Backend, Service};
use rstest::rstest;
use serde_json::json;

use crate::given::CREDENTIAL;
use crate::play::{Play, plays};

/// The integration that TX-05 and TX-06 are given.
async fn instagram(play: &Play<'_>) -> Result<String> {
    let url = "https://instagram.example/app.json";
    play.telex()
        .created(&json!({ "name": "instagram", "json_url": url, "auth_credential": CREDENTIAL }))
        .await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_03_creates_an_integration(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-03").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_04_lists_an_app_of_the_built_in_catalogue(#[case] backend: Backend) -> Result<()> {
    let slack = "[{ name = 'Slack', provider = 'slack', \
         json_url = 'https://system-integration.telex.im/slack.json', app_url = 'https://slack.com', \
         app_logo = 'https://media.tifi.tv/telexbucket/public/logos/slack.png', \
         app_description = 'Slack is a cloud-based team business and communication platform.' }]";
    let service = Service::builder(backend).config("telex.catalogue", slack).start().await?;
    for play in plays(&service).await? {
        play.fixture("TX-04").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_05_changes_an_integration(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let instagram = instagram(&play).await?;
        play.fixture_about("TX-05", &[("{integration}", &instagram)]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_06_deletes_the_integration_that_tx_05_changed(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let instagram = instagram(&play).await?;
        play.fixture_about("TX-05", &[("{integration}", &instagram)]).await?;
        play.fixture_about("TX-06", &[("{integration}", &instagram)]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e1_refuses_a_request_without_a_key(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-E1").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e2_refuses_an_organisation_id_that_is_no_uuid(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-E2").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e3_knows_no_other_organisation(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-E3").await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e4_refuses_the_same_app_a_second_time(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        play.fixture("TX-03").await?;
        play.fixture("TX-E4").await?;
    }
    Ok(())
}
