//! Exchanges whose caller leaves, or whose service ends, before Slack has answered.

use std::time::Duration;

use anyhow::Result;
use patchbay_tests::{Answer, Backend, InstallationBuilder, eventually};
use rstest::rstest;
use tokio::task::JoinHandle;

use super::{Slacked, TAKEN, connected, expect_nothing_connected, expect_retry_after, stored};
use crate::given::refused;

/// Begins an exchange that Slack does not answer, and waits until Slack was asked.
async fn hanging(slacked: &Slacked) -> Result<JoinHandle<Result<Answer>>> {
    let telex = slacked.acme.telex.clone();
    let begun = tokio::spawn(async move { telex.exchange("sandbox-hang").await });
    eventually("Slack is asked", || async { Ok(slacked.sandbox.exchanges().await? > 0) }).await?;
    Ok(begun)
}

/// Slack has two seconds to answer.
async fn impatient(backend: Backend) -> Result<Slacked> {
    Slacked::with(backend, |builder: InstallationBuilder| builder.config("outbound.timeout_ms", "2000")).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_exchange_whose_caller_left_is_finished(#[case] backend: Backend) -> Result<()> {
    let slacked = impatient(backend).await?;
    hanging(&slacked).await?.abort();
    let telex = &slacked.acme.telex;
    // The lease is given back when Slack's time is over.
    eventually("another exchange is let through", || async {
        Ok(telex.exchange("sandbox-ok").await?.status == 200)
    })
    .await?;
    assert_eq!(slacked.sandbox.exchanges().await?, 2);
    drop(telex.access().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_service_that_is_told_to_end_finishes_its_exchanges(#[case] backend: Backend) -> Result<()> {
    let mut slacked = impatient(backend).await?;
    let begun = hanging(&slacked).await?;
    slacked.restart().await?;
    let answer = begun.await??;
    expect_retry_after(&answer, "30");
    assert_eq!(refused(answer, 500, "Internal server error"), "the provider did not answer in time");
    connected(&slacked.acme.telex, "sandbox-ok").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_killed_exchange_keeps_others_out_until_its_lease_ends(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let begun = hanging(&slacked).await?;
    slacked.acme.service.server_mut().kill9().await?;
    drop(begun.await?);
    slacked.restart().await?;

    let telex = &slacked.acme.telex;
    expect_nothing_connected(telex).await?;
    for answer in [telex.exchange("sandbox-ok").await?, telex.replace_slack("sandbox-ok").await?] {
        assert_eq!(refused(answer, 409, TAKEN), "the same is being done right now");
    }
    assert_eq!(slacked.sandbox.exchanges().await?, 1);
    let database = slacked.acme.service.database();
    let leases: Vec<_> = stored(database)?.into_iter().filter(|row| row.starts_with("lease")).collect();
    assert_eq!(leases.len(), 1, "{leases:?}");

    // As if its time were over: a minute, the time of a request and half a minute more.
    database.execute("UPDATE leases SET until = '2020-01-01 00:00:00'")?;
    connected(telex, "sandbox-ok").await?;
    assert!(!stored(database)?.iter().any(|row| row.starts_with("lease")));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_request_that_takes_too_long_leaves_its_exchange_running(#[case] backend: Backend) -> Result<()> {
    let hasty = |builder: InstallationBuilder| {
        builder.config("server.request_timeout_ms", "1500").config("outbound.timeout_ms", "4000")
    };
    let slacked = Slacked::with(backend, hasty).await?;
    let begun = hanging(&slacked).await?;
    let answer = tokio::time::timeout(Duration::from_secs(30), begun).await???;
    refused(answer, 504, "Request timed out");
    let telex = &slacked.acme.telex;
    assert_eq!(refused(telex.exchange("sandbox-ok").await?, 409, TAKEN), "the same is being done right now");
    eventually("another exchange is let through", || async {
        Ok(telex.exchange("sandbox-ok").await?.status == 200)
    })
    .await?;
    assert_eq!(slacked.sandbox.exchanges().await?, 2);
    let logs = slacked.acme.service.server().logs()?;
    assert!(logs.contains("a caller left while its connection was made"), "{logs}");
    Ok(())
}
