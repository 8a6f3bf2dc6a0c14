//! A Slack that the installation offers: listed before it is connected, and under the same id
//! afterwards.

use anyhow::Result;
use patchbay_tests::{Backend, InstallationBuilder, Telex, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Slacked, connected, expect_nothing_connected};
use crate::given::{every, refused};

const CATALOGUE: &str = "[{ name = 'Slack', provider = 'slack', \
    json_url = 'https://system-integration.telex.im/slack.json', app_url = 'https://slack.com', \
    app_logo = 'https://slack.com/logo.png', app_description = 'A chat.' }, \
    { name = 'Other', json_url = 'https://other.example/app.json' }]";

async fn offering(backend: Backend) -> Result<Slacked> {
    Slacked::with(backend, |builder: InstallationBuilder| builder.config("telex.catalogue", CATALOGUE)).await
}

/// The one entry of T4 that is Slack.
async fn listed(telex: &Telex) -> Result<Value> {
    let listed = telex.list().await?.expect_status(200).json();
    let is_slack = |entry: &&Value| entry["json_url"] == "https://system-integration.telex.im/slack.json";
    let entries = listed["data"].as_array().cloned().unwrap_or_default();
    let slack: Vec<_> = entries.iter().filter(is_slack).collect();
    assert_eq!((slack.len(), entries.len()), (1, 2), "{listed}");
    Ok(slack[0].clone())
}

fn expect_described(entry: &Value) {
    assert_eq!(entry["app_name"], "Slack");
    assert_eq!(entry["app_url"], "https://slack.com");
    assert_eq!(entry["app_logo"], "https://slack.com/logo.png");
    assert_eq!(entry["app_description"], "A chat.");
    assert_eq!(entry["is_system_integration"], true);
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_app_that_is_offered_is_connected_deleted_and_revived_under_one_id(
    #[case] backend: Backend,
) -> Result<()> {
    let slacked = offering(backend).await?;
    let telex = &slacked.acme.telex;
    let offered = listed(telex).await?;
    expect_described(&offered);
    assert_eq!(offered["is_active"], false);
    let id = offered["id"].as_str().unwrap_or_default();
    assert!(is_uuid(id, &['5']), "{id}");
    expect_nothing_connected(telex).await?;
    refused(telex.delete(id).await?, 404, "Integration not found");
    refused(telex.update(id, &json!({ "name": "x" })).await?, 404, "Integration not found");

    for round in 0..3 {
        let token = connected(telex, &format!("sandbox-ok-acme-{round}")).await?;
        let entry = listed(telex).await?;
        expect_described(&entry);
        assert_eq!((&entry["id"], &entry["is_active"]), (&json!(id), &json!(true)));
        assert_ne!(entry["created_at"], offered["created_at"]);
        let shown = telex.accessed().await?;
        assert_eq!((&shown["id"], &shown["access_token"]), (&json!(id), &json!(token)));
        assert_eq!(shown["created_at"], entry["created_at"]);
        // Nothing is left of its former life.
        assert_eq!(telex.settings(id).pairs().await?, []);
        assert_eq!(telex.channel(id, "general").pairs().await?, []);
        telex.settings(id).put("greeting", "hello").await?;
        telex.channel(id, "general").put("bot token", "a-secret-of-the-channel").await?;

        drop(
            telex
                .update(id, &json!({ "is_active": false, "auth_credential": "own" }))
                .await?
                .expect_status(200),
        );
        drop(telex.replace_slack(&format!("sandbox-ok-globex-{round}")).await?.expect_status(200));
        assert_eq!(listed(telex).await?["id"], id);
        slacked.expect_revoked(&token).await?;

        drop(telex.delete(id).await?.expect_status(200));
        assert_eq!(listed(telex).await?, offered);
        expect_nothing_connected(telex).await?;
        refused(telex.delete(id).await?, 404, "Integration not found");
    }
    connected(telex, "sandbox-ok-acme-last").await?;
    let found = telex.find(id).await?.expect_status(200).json();
    assert_eq!((&found["data"]["auth_credential"], &found["data"]["is_active"]), (&json!(""), &json!(true)));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_organisation_and_environment_has_an_id_of_its_own(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = offering(backend).await?;
    let may = ["oauth:exchange", "integrations:read", "integrations:write"];
    let environment = acme.tenant.environment("test").await?;
    let test = acme.telex.with_key(&acme.tenant.key_in_environment(&environment, &may).await?.text);
    let globex = acme.service.organisation("globex").await?;
    let other = acme.service.telex("", &globex, &globex.full_key().await?);

    let ids = [listed(&acme.telex).await?, listed(&test).await?, listed(&other).await?];
    let ids = ids.map(|entry| entry["id"].as_str().unwrap_or_default().to_owned());
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    connected(&test, "sandbox-ok-acme").await?;
    assert_eq!(listed(&test).await?["id"], ids[1].as_str());
    assert_eq!(listed(&other).await?["is_active"], false);
    expect_nothing_connected(&acme.telex).await?;
    connected(&acme.telex, "sandbox-ok-default").await?;
    assert_eq!(acme.telex.accessed().await?["id"], ids[0].as_str());
    drop(test.delete(&ids[1]).await?.expect_status(200));
    drop(acme.telex.access().await?.expect_status(200));
    expect_nothing_connected(&test).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_renamed_connection_is_not_offered_a_second_time(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = offering(backend).await?;
    connected(&acme.telex, "sandbox-ok").await?;
    let id = acme.telex.accessed().await?["id"].as_str().unwrap_or_default().to_owned();
    drop(acme.telex.update(&id, &json!({ "name": "Ours" })).await?.expect_status(200));
    let entry = listed(&acme.telex).await?;
    assert_eq!((&entry["id"], &entry["app_name"]), (&json!(id), &json!("Slack")));
    assert_eq!(acme.telex.find(&id).await?.json()["data"]["name"], "Ours");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_app_that_is_connected_already_is_not_offered(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let token = connected(&slacked.acme.telex, "sandbox-ok-acme").await?;
    let id = slacked.acme.telex.accessed().await?["id"].clone();
    slacked.acme.service.configure("telex.catalogue", CATALOGUE)?;
    slacked.restart().await?;
    let telex = &slacked.acme.telex;
    let shown = telex.accessed().await?;
    assert_eq!((&shown["access_token"], &shown["id"]), (&json!(token), &id));
    // It cannot be connected a second time, so there is no second Slack in the list.
    let mut names = every(&telex.list().await?, "app_name");
    names.sort();
    assert_eq!(names, ["Other", "Slack"]);
    drop(telex.replace_slack("sandbox-ok-other").await?.expect_status(200));
    assert_eq!(telex.accessed().await?["id"], id);
    drop(telex.delete(id.as_str().unwrap_or_default()).await?.expect_status(200));
    connected(telex, "sandbox-ok-third").await?;
    assert_eq!(telex.accessed().await?["id"], listed(telex).await?["id"]);
    Ok(())
}
