//! The pairs of request and answer that the contract was written from.

use anyhow::Result;
use patchbay_tests::{Backend, Sandbox, Service};
use rstest::rstest;

use crate::play::plays;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_01_connects_slack_and_tx_02_shows_it(#[case] backend: Backend) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let service = Service::builder(backend).slack(&sandbox).start().await?;
    for play in plays(&service).await? {
        play.fixture("TX-01").await?;
        play.fixture("TX-02").await?;
    }
    assert_eq!(sandbox.exchanges().await?, 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tx_e6_refuses_a_body_without_a_code(#[case] backend: Backend) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let service = Service::builder(backend).slack(&sandbox).start().await?;
    for play in plays(&service).await? {
        play.fixture("TX-E6").await?;
    }
    assert_eq!(sandbox.exchanges().await?, 0);
    Ok(())
}
