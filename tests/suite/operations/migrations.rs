//! Migrations on the command line.

use anyhow::Result;
use patchbay_tests::{Backend, CommandOutput, Service};
use rstest::rstest;

/// What a command prints is one document, if anything.
fn expect_document_or_nothing(output: &CommandOutput) {
    if !output.stdout.is_empty() {
        drop(output.expect_document());
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn migrations_are_reported_applied_and_then_done(#[case] backend: Backend) -> Result<()> {
    let installation = Service::builder(backend).config("database.auto_migrate", "false").prepare()?;
    for (command, status) in [
        (["migrate", "--check"].as_slice(), 1),
        (&["migrate"], 0),
        (&["migrate", "--check"], 0),
        (&["migrate"], 0),
    ] {
        expect_document_or_nothing(&installation.command(command).await?.expect_status(status));
    }
    let service = installation.serve().await?;
    drop(service.http().get("/readyz").send().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn several_processes_may_migrate_at_once(#[case] backend: Backend) -> Result<()> {
    let installation = Service::builder(backend).prepare()?;
    let migrate = || installation.command(&["migrate"]);
    let (one, two, three) = tokio::try_join!(migrate(), migrate(), migrate())?;
    for output in [one, two, three] {
        drop(output.expect_status(0));
    }
    drop(installation.command(&["migrate", "--check"]).await?.expect_status(0));
    Ok(())
}
