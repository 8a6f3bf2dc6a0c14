//! The connection as one of the integrations: T4 to T9 know it too.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{Slacked, TAKEN, connected, expect_nothing_connected};
use crate::given::{every, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_is_listed_as_an_active_system_integration(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    let shown = acme.telex.accessed().await?;
    let listed = acme.telex.list().await?.expect_status(200);
    let expected = json!([{
        "id": shown["id"],
        "app_name": "Slack",
        "json_url": "",
        "app_url": "https://slack.com",
        "app_logo": "",
        "app_description": "Team messaging platform integration",
        "is_system_integration": true,
        "is_active": true,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }]);
    assert_eq!(listed.json()["data"].to_string(), expected.to_string());

    // Wherever else it is shown, its token is not.
    let id = every(&listed, "id").remove(0);
    let found = acme.telex.find(&id).await?.expect_status(200);
    assert_eq!(found.json()["data"]["auth_credential"], "");
    let custom = acme.telex.list_custom().await?.expect_status(200);
    assert_eq!(custom.json()["data"], json!([]));
    for answer in [listed, found, custom] {
        assert!(!answer.text.contains(&token) && answer.header("cache-control").is_empty(), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_can_be_renamed_and_paused_and_stays_connected(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    let before = acme.telex.accessed().await?;
    let id = every(&acme.telex.list().await?, "id").remove(0);

    let renamed = acme.telex.update(&id, &json!({ "name": "Our Slack" })).await?.expect_status(200);
    assert_eq!(renamed.json()["data"]["name"], "Our Slack");
    assert_eq!(renamed.json()["data"]["is_system_integration"], true);
    let paused = acme.telex.update(&id, &json!({ "is_active": false })).await?.expect_status(200);
    assert!(![&renamed, &paused].iter().any(|answer| answer.text.contains(&token)));
    let listed = acme.telex.list().await?.json()["data"][0].clone();
    assert_eq!((&listed["app_name"], &listed["is_active"]), (&json!("Our Slack"), &json!(false)));

    let mut after = acme.telex.accessed().await?;
    assert_ne!(after["updated_at"], before["updated_at"]);
    after["updated_at"] = before["updated_at"].clone();
    assert_eq!(after, before);
    refused(acme.telex.exchange("sandbox-ok-other").await?, 409, TAKEN);
    assert_eq!(sandbox.exchanges().await?, 1);

    // What was replaced keeps what its owner made of it.
    drop(acme.telex.replace_slack("sandbox-ok-other").await?.expect_status(200));
    let listed = acme.telex.list().await?.json()["data"][0].clone();
    assert_eq!((&listed["app_name"], &listed["is_active"]), (&json!("Our Slack"), &json!(false)));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_credential_of_ones_own_beside_it_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    let id = every(&acme.telex.list().await?, "id").remove(0);
    let own = json!({ "auth_credential": "a-credential-of-ones-own", "json_url": "not-a-url" });
    drop(acme.telex.update(&id, &own).await?.expect_status(200));
    acme.telex.settings(&id).put("greeting", "hello").await?;
    assert_eq!(acme.telex.accessed().await?["access_token"], token);
    let found = acme.telex.find(&id).await?.expect_status(200).json();
    assert_eq!(found["data"]["auth_credential"], "a-credential-of-ones-own");
    drop(acme.telex.replace_slack("sandbox-ok-other").await?.expect_status(200));
    let found = acme.telex.find(&id).await?.expect_status(200).json();
    assert_eq!(found["data"]["auth_credential"], "a-credential-of-ones-own");
    assert_eq!(acme.telex.settings(&id).value().await?, "hello");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_for_custom_integrations_does_not_know_it(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    connected(&acme.telex, "sandbox-ok").await?;
    let id = every(&acme.telex.list().await?, "id").remove(0);
    for answer in [
        acme.telex.replace_manifest(&id, "https://slack.example/app.json").await?,
        acme.telex.delete_custom(&id).await?,
        acme.telex.put_entry(&id, "colour", &json!("red")).await?,
        acme.telex.entries(&id, "").await?,
    ] {
        refused(answer, 404, "Integration not found");
    }
    drop(acme.telex.access().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn deleted_it_is_gone_revoked_and_can_be_connected_again(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let telex = &slacked.acme.telex;
    let token = connected(telex, "sandbox-ok-acme").await?;
    let id = every(&telex.list().await?, "id").remove(0);
    telex.settings(&id).put("greeting", "hello").await?;

    let deleted = telex.delete(&id).await?.expect_status(200);
    assert!(!deleted.text.contains(&token), "{deleted}");
    assert_eq!(
        (&deleted.json()["data"]["id"], &deleted.json()["data"]["name"]),
        (&json!(id), &json!("Slack"))
    );
    expect_nothing_connected(telex).await?;
    let kept = "SELECT id AS text FROM integrations WHERE grant_tokens IS NOT NULL";
    assert_eq!(slacked.acme.service.database().texts(kept)?, [""; 0]);
    slacked.expect_revoked(&token).await?;
    refused(telex.delete(&id).await?, 404, "Integration not found");
    assert_eq!(telex.list().await?.json()["data"], json!([]));

    // The same team, by a code that Slack has not seen yet.
    let again = connected(telex, "sandbox-ok-acme-again").await?;
    let shown = telex.accessed().await?;
    assert_eq!((&shown["access_token"], shown["id"] == id), (&json!(again), false));
    assert_eq!(slacked.sandbox.revocations().await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_slack_that_cannot_revoke_does_not_keep_it_alive(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    connected(&slacked.acme.telex, "sandbox-throttled").await?;
    let id = every(&slacked.acme.telex.list().await?, "id").remove(0);
    drop(slacked.acme.telex.delete(&id).await?.expect_status(200));
    slacked.restart().await?;
    expect_nothing_connected(&slacked.acme.telex).await?;
    let logs = slacked.acme.service.server().logs()?;
    assert!(logs.contains("a grant was not revoked"), "the operator is not told:\n{logs}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_slack_that_is_gone_does_not_keep_it_alive_and_the_log_says_why(
    #[case] backend: Backend,
) -> Result<()> {
    let Slacked { mut acme, sandbox } = Slacked::on(backend).await?;
    connected(&acme.telex, "sandbox-ok").await?;
    let id = every(&acme.telex.list().await?, "id").remove(0);
    sandbox.stop().await?;
    drop(acme.telex.delete(&id).await?.expect_status(200));
    expect_nothing_connected(&acme.telex).await?;
    // What was begun in the background is done before the end.
    assert!(acme.service.server_mut().terminate().await?.success());
    let logs = acme.service.server().logs()?;
    let told = logs.lines().find(|line| line.contains("a grant was not revoked")).unwrap_or_default();
    assert!(told.contains(&id) && told.contains("the host cannot be reached"), "{logs}");
    Ok(())
}
