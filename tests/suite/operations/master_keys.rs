//! Master keys: making them, changing from one to the next, and checking what they open.

use std::collections::HashSet;

use anyhow::Result;
use patchbay_tests::{Backend, CommandLine, Telex, master_key};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;

const SECRETS: usize = 7;

/// Creates integrations with credentials, and with secret settings of the same text, and
/// answers the id and the credential of each.
async fn with_credentials(telex: &Telex) -> Result<Vec<(String, String)>> {
    let mut made = Vec::new();
    for number in 0..SECRETS {
        let credential = format!("credential number {number}");
        let sent =
            json!({ "name": format!("shop {number}"), "json_url": "x", "auth_credential": credential });
        let id = telex.created(&sent).await?;
        telex.settings(&id).put("token", &credential).await?;
        telex.channel(&id, "general").put("token", &credential).await?;
        made.push((id, credential));
    }
    Ok(made)
}

async fn expect_credentials(telex: &Telex, made: &[(String, String)]) -> Result<()> {
    for (id, credential) in made {
        let found = telex.find(id).await?.expect_status(200).json();
        assert_eq!(found["data"]["auth_credential"], credential.as_str());
        assert_eq!(telex.settings(id).value().await?, *credential);
        assert_eq!(telex.channel(id, "general").value().await?, *credential);
    }
    Ok(())
}

async fn secrets(acme: &Acme, command: &str) -> Result<Value> {
    Ok(acme.service.command(&["secrets", command]).await?.expect_status(0).expect_document())
}

fn counted(document: &Value, member: &str) -> usize {
    usize::try_from(document[member].as_u64().unwrap()).unwrap()
}

#[tokio::test]
async fn a_master_key_can_be_made_before_there_is_anything_else() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let commands = CommandLine::in_folder(folder.path());
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let made = commands.json(&["secrets", "generate-key"]).await?;
        let members: Vec<_> = made.as_object().unwrap().keys().collect();
        assert_eq!(members, ["id", "key"]);
        assert!(seen.insert(made["key"].to_string()), "the same key twice");
        assert!(seen.insert(made["id"].to_string()), "the same id twice");
    }
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_made_key_is_accepted_as_it_was_printed(#[case] backend: Backend) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let made = CommandLine::in_folder(folder.path()).json(&["secrets", "generate-key"]).await?;
    let entry = match (made["id"].as_str().unwrap(), made["key"].as_str().unwrap()) {
        (_, key) if key.contains(':') => key.to_owned(),
        (id, key) => format!("{id}:{key}"),
    };
    let builder = patchbay_tests::Service::builder(backend);
    let service = builder.config("secrets.keys", &format!("['{entry}']")).start().await?;
    let acme = Acme::of(service).await?;
    let made = with_credentials(&acme.telex).await?;
    expect_credentials(&acme.telex, &made).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_secret_moves_to_the_next_key_while_the_service_runs(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let made = with_credentials(&acme.telex).await?;
    let verified = secrets(&acme, "verify").await?;
    assert_eq!(verified["failed"], json!([]));
    let opened = counted(&verified, "opened");
    assert!(opened >= 3 * SECRETS, "{verified}");

    let (old, new) = (master_key("k1"), master_key("k2"));
    acme.service.configure("secrets.keys", &format!("['{new}', '{old}']"))?;
    acme.service.restart().await?;
    acme.telex = acme.service.telex("", &acme.tenant, &acme.key);
    expect_credentials(&acme.telex, &made).await?;

    let rotated = secrets(&acme, "rotate").await?;
    let members: Vec<_> = rotated.as_object().unwrap().keys().collect();
    assert_eq!(members, ["resealed", "already_current"]);
    assert_eq!((counted(&rotated, "resealed"), counted(&rotated, "already_current")), (opened, 0));
    expect_credentials(&acme.telex, &made).await?;
    let again = secrets(&acme, "rotate").await?;
    assert_eq!((counted(&again, "resealed"), counted(&again, "already_current")), (0, opened));

    acme.service.configure("secrets.keys", &format!("['{new}']"))?;
    acme.service.restart().await?;
    expect_credentials(&acme.service.telex("", &acme.tenant, &acme.key), &made).await?;
    assert_eq!(secrets(&acme, "verify").await?, verified);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_in_the_place_of_another_does_not_open(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let made = with_credentials(&acme.telex).await?;
    let (moved, other) = (&made[0].0, &made[1].0);
    acme.service.database().execute(&format!(
        "UPDATE integrations SET credentials = (SELECT credentials FROM integrations WHERE id = '{other}') \
         WHERE id = '{moved}'"
    ))?;

    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(1).expect_document();
    assert_eq!(verified["failed"].as_array().map(Vec::len), Some(1), "{verified}");
    assert!(verified["failed"].to_string().contains(moved), "{verified}");

    let found = acme.telex.find(moved).await?.expect_status(500);
    assert_eq!(found.json()["message"], "Internal server error");
    assert!(!found.text.contains("credential number"), "{found}");
    expect_credentials(&acme.telex, &made[1..]).await?;
    drop(acme.telex.list().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_setting_in_the_place_of_another_does_not_open(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let made = with_credentials(&acme.telex).await?;
    let general = acme.telex.channel(&made[0].0, "general");
    let moved = general.put("token", "the moved secret").await?;
    let other = acme.telex.settings(&made[1].0).put("token", "the other secret").await?;
    acme.service.database().execute(&format!(
        "UPDATE settings SET sealed = (SELECT sealed FROM settings WHERE id = '{other}') WHERE id = '{moved}'"
    ))?;

    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(1).expect_document();
    assert_eq!(verified["failed"].as_array().map(Vec::len), Some(1), "{verified}");
    assert!(verified["failed"].to_string().contains(&moved), "{verified}");

    let listed = general.list().await?.expect_status(500);
    assert_eq!(listed.json()["message"], "Internal server error");
    assert!(!listed.text.contains("the other secret"), "{listed}");
    // It can be got rid of, or overwritten with something that opens.
    drop(general.delete(&moved).await?.expect_status(200));
    general.put("token", "a new secret").await?;
    assert_eq!(general.value().await?, "a new secret");
    Ok(())
}
