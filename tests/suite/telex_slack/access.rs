//! What T1 and T2 show, and to whom.

use anyhow::Result;
use patchbay_tests::{Backend, is_timestamp, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Slacked, connected, expect_nothing_connected};
use crate::given::every;

/// The members of T2, in their order.
const MEMBERS: [&str; 12] = [
    "id",
    "user_id",
    "organisation_id",
    "access_token",
    "team_id",
    "team_name",
    "channel",
    "channel_id",
    "configuration_url",
    "url",
    "created_at",
    "updated_at",
];

fn members(of: &Value) -> Vec<&str> {
    of.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The events of what was shown, by the key that saw it.
fn reveals(slacked: &Slacked) -> Result<usize> {
    let rows = slacked.acme.service.database();
    let rows =
        rows.texts("SELECT event_type AS text FROM events WHERE event_type = 'credential.revealed'")?;
    Ok(rows.len())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_connected_is_404_and_says_so(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    for telex in acme.below_each_prefix() {
        expect_nothing_connected(&telex).await?;
    }
    // Another integration called Slack is no connection of it.
    acme.telex.created(&json!({ "name": "Slack", "json_url": "https://slack.example/slack.json" })).await?;
    expect_nothing_connected(&acme.telex).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn all_twelve_members_are_texts_in_their_order(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let exchanged = acme.telex.exchange("sandbox-ok-acme").await?.expect_status(200);
    assert_eq!(members(&exchanged.json()), ["status", "status_code", "message", "data"]);
    let given = exchanged.json()["data"].clone();
    assert_eq!(members(&given), ["access_token", "incoming_webhook"]);
    let webhook = &given["incoming_webhook"];
    assert_eq!(members(webhook), ["channel", "channel_id", "configuration_url", "url"]);

    let shown = acme.telex.accessed().await?;
    assert_eq!(members(&shown), MEMBERS);
    assert!(MEMBERS.iter().all(|name| shown[name].as_str().is_some_and(|text| !text.is_empty())), "{shown}");
    assert_eq!(shown["access_token"], given["access_token"]);
    for same in ["channel", "channel_id", "configuration_url", "url"] {
        assert_eq!(shown[same], webhook[same], "{same}");
    }
    assert_eq!(shown["organisation_id"], acme.tenant.id.as_str());
    assert_eq!((&shown["team_id"], &shown["team_name"]), (&json!("TACME"), &json!("acme")));
    let text = |name: &str| shown[name].as_str().unwrap_or_default();
    assert!(is_uuid(text("id"), &['7']) && is_uuid(text("user_id"), &['7']), "{shown}");
    assert!(is_timestamp(text("created_at")) && is_timestamp(text("updated_at")), "{shown}");
    // It is the integration's id that is shown.
    assert_eq!(every(&acme.telex.list().await?, "id"), [text("id")]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn without_a_webhook_its_texts_are_empty(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let exchanged = acme.telex.exchange("sandbox-no-webhook-acme").await?.expect_status(200).json();
    let nothing = json!({ "channel": "", "channel_id": "", "configuration_url": "", "url": "" });
    assert_eq!(exchanged["data"]["incoming_webhook"], nothing);
    let reader = acme.may(&["integrations:read"]).await?;
    for shown in [acme.telex.accessed().await?, reader.accessed().await?] {
        assert_eq!(members(&shown), MEMBERS);
        for empty in ["channel", "channel_id", "configuration_url", "url"] {
            assert_eq!(shown[empty], "", "{empty}");
        }
        assert_ne!(shown["access_token"], "");
    }
    Ok(())
}

/// The checklist's ninth line, for T2.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_without_credentials_reveal_sees_masks(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let acme = &slacked.acme;
    let exchanger = acme.may(&["oauth:exchange"]).await?;
    let exchanged = exchanger.exchange("sandbox-ok-acme").await?.expect_status(200);
    assert_eq!(exchanged.header("cache-control"), "no-store", "{exchanged}");
    let given = exchanged.json()["data"].clone();
    assert_eq!(reveals(&slacked)?, 1, "T1 shows a token and does not record it");

    let full = acme.telex.access().await?.expect_status(200);
    assert_eq!(full.header("cache-control"), "no-store");
    assert_eq!(full.json()["data"]["url"], given["incoming_webhook"]["url"]);
    assert_eq!(reveals(&slacked)?, 2);

    let reader = acme.may(&["integrations:read"]).await?;
    let masked = reader.access().await?.expect_status(200);
    assert_eq!(masked.header("cache-control"), "", "{masked}");
    let mask = |secret: &Value| {
        let secret = secret.as_str().unwrap_or_default();
        format!("********{}", &secret[secret.len() - 4..])
    };
    let shown = masked.json()["data"].clone();
    assert_eq!(shown["access_token"], mask(&given["access_token"]));
    assert_eq!(shown["url"], mask(&given["incoming_webhook"]["url"]));
    let differ = |name: &&str| shown[name] != full.json()["data"][name];
    assert_eq!(MEMBERS.into_iter().filter(differ).collect::<Vec<_>>(), ["access_token", "url"]);
    assert_eq!(reveals(&slacked)?, 2, "a mask is no reveal");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_user_is_the_key_that_ran_the_exchange(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    let [first, second] =
        [acme.tenant.key(&["oauth:exchange"]).await?, acme.tenant.key(&["oauth:exchange"]).await?];
    connected(&acme.telex.with_key(&first.text), "sandbox-ok-1").await?;
    assert_eq!(acme.telex.accessed().await?["user_id"], first.id);
    acme.tenant.revoke(&first).await?;
    assert_eq!(acme.telex.accessed().await?["user_id"], first.id);
    drop(acme.telex.with_key(&second.text).replace_slack("sandbox-ok-2").await?.expect_status(200));
    assert_eq!(acme.telex.accessed().await?["user_id"], second.id);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_kind_of_token_connects(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    for (code, begins) in [
        ("sandbox-ok-a", "xoxb-"),
        ("sandbox-rotating-b", "xoxe.xoxb-"),
        ("sandbox-user-c", "xoxb-"),
        ("sandbox-no-webhook-d", "xoxb-"),
    ] {
        let token = acme.telex.replace_slack(code).await?.expect_status(200).access_token()?;
        assert!(token.starts_with(begins), "{code} gave {token}");
        let shown = acme.telex.access().await?.expect_status(200);
        assert_eq!(shown.access_token()?, token);
        assert!(!shown.text.contains("xoxp-") && !shown.text.contains("xoxe-"), "too much is shown: {shown}");
    }
    Ok(())
}
