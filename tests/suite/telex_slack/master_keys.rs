//! The tokens under a change of master keys, and where one stands in the place of another.

use anyhow::Result;
use patchbay_tests::{Backend, master_key};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Slacked, connected, expect_nothing_connected};
use crate::given::refused;

async fn secrets(slacked: &Slacked, command: &str, status: i32) -> Result<Value> {
    let done = slacked.acme.service.command(&["secrets", command]).await?;
    Ok(done.expect_status(status).expect_document())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_tokens_move_to_the_next_key_and_are_counted(#[case] backend: Backend) -> Result<()> {
    let mut slacked = Slacked::on(backend).await?;
    let before = secrets(&slacked, "verify", 0).await?;
    let token = connected(&slacked.acme.telex, "sandbox-user-acme").await?;
    let verified = secrets(&slacked, "verify", 0).await?;
    assert_eq!(verified["opened"].as_u64(), before["opened"].as_u64().map(|count| count + 1));
    let shown = slacked.acme.telex.access().await?.text;

    let (old, new) = (master_key("k1"), master_key("k2"));
    slacked.acme.service.configure("secrets.keys", &format!("['{new}', '{old}']"))?;
    slacked.restart().await?;
    let rotated = secrets(&slacked, "rotate", 0).await?;
    assert_eq!((&rotated["resealed"], &rotated["already_current"]), (&verified["opened"], &json!(0)));
    slacked.acme.service.configure("secrets.keys", &format!("['{new}']"))?;
    slacked.restart().await?;
    assert_eq!(secrets(&slacked, "verify", 0).await?, verified);
    assert_eq!(slacked.acme.telex.access().await?.text, shown);

    // It opens where it is revoked, too.
    drop(slacked.acme.telex.replace_slack("sandbox-ok-globex").await?.expect_status(200));
    slacked.expect_revoked(&token).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn tokens_in_the_place_of_others_do_not_open(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let acme = &slacked.acme;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    let globex = acme.service.organisation("globex").await?;
    let other = acme.service.telex("", &globex, &globex.full_key().await?);
    let of_other = connected(&other, "sandbox-ok-globex").await?;
    let (org, id) = (&acme.tenant.id, acme.telex.accessed().await?["id"].clone());
    let id = id.as_str().unwrap_or_default();
    acme.service.database().execute(&format!(
        "UPDATE integrations SET grant_tokens = (SELECT grant_tokens FROM integrations \
         WHERE organisation_id <> '{org}') WHERE organisation_id = '{org}'"
    ))?;

    let verified = secrets(&slacked, "verify", 1).await?;
    assert_eq!(verified["failed"].as_array().map(Vec::len), Some(1), "{verified}");
    assert!(verified["failed"].to_string().contains(id), "{verified}");
    let shown = acme.telex.access().await?;
    assert!(!shown.text.contains(&of_other), "{shown}");
    refused(shown, 500, "Internal server error");
    drop(acme.telex.list().await?.expect_status(200));

    // It can be got rid of, or replaced; nobody else's token is revoked for it.
    drop(acme.telex.replace_slack("sandbox-ok-again").await?.expect_status(200));
    assert_eq!(acme.telex.accessed().await?["team_name"], "again");
    drop(acme.telex.delete(id).await?.expect_status(200));
    expect_nothing_connected(&acme.telex).await?;
    assert!(slacked.sandbox.takes(&token).await? && slacked.sandbox.takes(&of_other).await?);
    assert_eq!(other.accessed().await?["access_token"], of_other);
    Ok(())
}
