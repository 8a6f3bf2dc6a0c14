//! The pairs of request and answer that the contract was written from.

use anyhow::Result;
use patchbay_tests::{Backend, Service};
use rstest::rstest;

use crate::given::an_integration;
use crate::play::plays;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_07_adds_a_setting(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        play.fixture_about("TX-07", &[("{integration}", &shop)]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_08_lists_settings(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        play.telex().settings(&shop).put("Shallom Micah Bawa", "This is ").await?;
        play.fixture_about("TX-08", &[("{integration}", &shop)]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_09_renames_the_only_setting(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        play.fixture_about("TX-07", &[("{integration}", &shop)]).await?;
        play.fixture_about("TX-09", &[("{integration}", &shop)]).await?;
        let renamed = super::pairs([("Shallom Micah Bawa", "shallom")]);
        assert_eq!(play.telex().settings(&shop).pairs().await?, renamed);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_10_adds_a_setting_of_a_channel(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        play.fixture_about("TX-10", &[("{integration}", &shop), ("{channel}", "general")]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_11_lists_the_settings_of_a_channel(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        play.telex().channel(&shop, "general").put("I love", "you").await?;
        play.fixture_about("TX-11", &[("{integration}", &shop), ("{channel}", "general")]).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_12_changes_and_tx_13_deletes_a_setting_of_a_channel(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for play in plays(&service).await? {
        let shop = play.telex().created(&an_integration("shop")).await?;
        let general = play.telex().channel(&shop, "general");
        let id = general.put("I love", "you").await?;
        let places = [("{integration}", shop.as_str()), ("{channel}", "general"), ("{setting}", &id)];
        play.fixture_about("TX-12", &places).await?;
        assert_eq!(general.pairs().await?, super::pairs([("I love", "ouuuuuuu")]));
        play.fixture_about("TX-13", &places).await?;
        assert_eq!(general.pairs().await?, []);
    }
    Ok(())
}
