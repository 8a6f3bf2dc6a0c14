//! `?replace=true`: a new exchange in the place of an old one.

use anyhow::{Context, Result};
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

use super::{BAD_REQUEST, Slacked, TAKEN, connected, expect_nothing_connected};
use crate::given::refused;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_replaced_connection_keeps_its_id_and_its_old_token_is_revoked(
    #[case] backend: Backend,
) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let telex = &slacked.acme.telex;
    let old = connected(telex, "sandbox-ok-acme").await?;
    let before = telex.accessed().await?;
    let new = telex.replace_slack("sandbox-no-webhook-globex").await?.expect_status(200).access_token()?;
    assert_ne!(old, new);

    let after = telex.accessed().await?;
    for same in ["id", "user_id", "organisation_id", "created_at"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let [earlier, later] = [&before, &after].map(|shown| shown["updated_at"].as_str().map(str::to_owned));
    assert!(earlier < later, "{after}");
    assert_eq!((&after["access_token"], &after["team_name"]), (&json!(new), &json!("globex")));
    for gone in ["channel", "channel_id", "configuration_url", "url"] {
        assert_eq!(after[gone], "", "{gone} is still that of the old connection");
    }
    slacked.expect_revoked(&old).await?;
    assert!(slacked.sandbox.takes(&new).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_token_that_slack_gives_again_is_not_revoked(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let code = "your_oauth_code_here";
    let token = connected(&slacked.acme.telex, code).await?;
    let again = slacked.acme.telex.replace_slack(code).await?.expect_status(200);
    assert_eq!(again.access_token()?, token);
    // What was begun in the background is done before the end.
    slacked.restart().await?;
    assert_eq!(slacked.sandbox.revocations().await?, 0);
    assert!(slacked.sandbox.takes(&token).await?);
    assert_eq!(slacked.acme.telex.accessed().await?["access_token"], token);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn replacing_nothing_connects(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let token = acme.telex.replace_slack("sandbox-ok-acme").await?.expect_status(200).access_token()?;
    assert_eq!(acme.telex.accessed().await?["access_token"], token);
    assert_eq!((sandbox.exchanges().await?, sandbox.revocations().await?), (1, 0));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_replacement_that_fails_leaves_the_old_connection_alone(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let token = connected(&slacked.acme.telex, "sandbox-ok-acme").await?;
    let before = slacked.acme.telex.access().await?.text;
    for (code, status) in [("sandbox-used", 401), ("sandbox-500", 500), ("sandbox-no-token", 500)] {
        drop(slacked.acme.telex.replace_slack(code).await?.expect_status(status));
    }
    slacked.restart().await?;
    assert_eq!(slacked.acme.telex.access().await?.text, before);
    assert_eq!(slacked.sandbox.revocations().await?, 0);
    assert!(slacked.sandbox.takes(&token).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_token_that_cannot_be_revoked_holds_up_nothing(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    for code in ["sandbox-throttled-a", "sandbox-revoked-b", "sandbox-ok-c"] {
        drop(slacked.acme.telex.replace_slack(code).await?.expect_status(200));
    }
    slacked.restart().await?;
    assert_eq!(slacked.sandbox.revocations().await?, 2);
    assert_eq!(slacked.acme.telex.accessed().await?["team_name"], "c");
    let logs = slacked.acme.service.server().logs()?;
    let unrevoked = logs.lines().filter(|line| line.contains("a grant was not revoked")).count();
    assert_eq!(unrevoked, 1, "one is revoked already, the other stays and is told of:\n{logs}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn replace_is_true_or_false_and_nothing_else(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let exchange =
        |query: &str| acme.telex.exchanging(query).json(&json!({ "oauth_code": "sandbox-ok" })).send();
    for query in ["?replace=banana", "?replace=", "?replace=TRUE", "?replace=1", "?replace=true&replace=true"]
    {
        let answer = exchange(query).await?;
        assert_eq!(answer.header("www-authenticate"), BAD_REQUEST, "{query}");
        let error = refused(answer, 401, "Invalid request body");
        assert!(!error.contains("banana"), "{error}");
    }
    expect_nothing_connected(&acme.telex).await?;
    assert_eq!(sandbox.exchanges().await?, 0);
    drop(exchange("?replace=false&more=banana").await?.expect_status(200));
    refused(exchange("?replace=false").await?, 409, TAKEN);
    assert_eq!(sandbox.exchanges().await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_parallel_replacements_the_last_one_stays_and_every_other_is_revoked(
    #[case] backend: Backend,
) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let telex = &slacked.acme.telex;
    let mut tokens = vec![connected(telex, "sandbox-ok-first").await?];
    let id = telex.accessed().await?["id"].clone();
    let mut replacements = JoinSet::new();
    for number in 0..8 {
        let telex = telex.clone();
        replacements.spawn(async move { telex.replace_slack(&format!("sandbox-ok-team{number}")).await });
    }
    for answer in replacements.join_all().await {
        let answer = answer?;
        match answer.status {
            200 => tokens.push(answer.access_token()?),
            _ => assert_eq!(refused(answer, 409, TAKEN), "the same is being done right now"),
        }
    }
    assert!(tokens.len() > 1, "none was replaced");
    assert_eq!(slacked.sandbox.exchanges().await?, u64::try_from(tokens.len())?);
    let shown = telex.accessed().await?;
    assert_eq!(shown["id"], id);
    let last = tokens.iter().position(|token| shown["access_token"] == token.as_str());
    let last = tokens.remove(last.context("T2 shows a token that nobody was given")?);
    for token in tokens {
        slacked.expect_revoked(&token).await?;
    }
    assert!(slacked.sandbox.takes(&last).await?);
    Ok(())
}
