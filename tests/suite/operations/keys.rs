//! API keys on the command line.

use anyhow::Result;
use patchbay_tests::{Backend, Service, eventually, is_timestamp, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, refused};

/// Whether `text` is a key: the prefix, and 64 hex digits of which the last eight are the
/// checksum of all before them.
fn is_key(text: &str, prefix: &str) -> bool {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    if digits.len() != 64 || !digits.chars().all(hex) {
        return false;
    }
    let (start, checksum) = text.split_at(text.len() - 8);
    checksum == format!("{:08x}", crc32fast::hash(start.as_bytes()))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_new_key_is_described_and_its_text_is_shown_once(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let acme = service.organisation("acme").await?;
    let command = ["key", "create", "--organisation", &acme.id, "--name", "reader"];
    let options = ["--permission", "settings:read", "--permission", "integrations:read"];
    let made = service.command(&[command.as_slice(), &options].concat()).await?.expect_status(0);
    let made = made.expect_document();
    let members: Vec<_> = made.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "id",
            "key",
            "prefix",
            "organisation_id",
            "environment_id",
            "kind",
            "permissions",
            "expires_at",
            "created_at"
        ]
    );
    let [id, key, prefix] = ["id", "key", "prefix"].map(|member| made[member].as_str().unwrap());
    assert!(is_uuid(id, &['7']) && is_key(key, "ck_"), "{made}");
    assert_eq!(prefix, &key[..11]);
    assert_eq!(made["organisation_id"], acme.id.as_str());
    assert_eq!(made["permissions"], json!(["integrations:read", "settings:read"]));
    assert_eq!((&made["kind"], &made["environment_id"]), (&json!("generic"), &json!(null)));
    assert_eq!(made["expires_at"], json!(null));

    let listed = service.command(&["key", "list", "--organisation", &acme.id]).await?.expect_status(0);
    assert!(!listed.stdout.contains(key), "a list shows a key's text");
    let listed = listed.expect_document();
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    let listed = listed[0].as_object().unwrap();
    assert!(!listed.contains_key("key"));
    for member in members.iter().filter(|member| **member != "key") {
        assert_eq!(listed[*member], made[*member], "{member}");
    }
    for member in ["last_used_at", "revoked_at"] {
        assert_eq!(listed[member], json!(null), "{member}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_kind_of_key_has_its_prefix_and_opens_the_door(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (kind, prefix) in
        [("generic", "ck_"), ("zapier", "zap_"), ("make", "make_"), ("custom", "cst_"), ("webhook", "whk_")]
    {
        let key = acme.tenant.key_with(&["--kind", kind, "--permission", "integrations:read"]).await?;
        assert!(is_key(&key.text, prefix), "{kind}: {}", key.text);
        drop(acme.telex.with_key(&key.text).list().await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_that_the_service_knows_is_refused_soon_after_its_revocation(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let key = acme.tenant.key(&["integrations:read"]).await?;
    let telex = acme.telex.with_key(&key.text);
    drop(telex.list().await?.expect_status(200));
    acme.tenant.revoke(&key).await?;
    // The command and the service are two processes: five seconds are promised.
    let told = || async { Ok(telex.list().await?.status != 200) };
    eventually("the service has heard of the revocation", told).await?;
    refused(telex.list().await?, 401, "Unauthorized");

    let listed = acme.service.command(&["key", "list", "--organisation", &acme.tenant.id]).await?;
    let listed = listed.expect_status(0).expect_document();
    let revoked = listed.as_array().unwrap().iter().find(|listed| listed["id"] == key.id.as_str());
    assert!(revoked.unwrap()["revoked_at"].is_string());
    drop(acme.telex.list().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_may_be_given_an_end(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for expires_in in ["90d", "12h", "30m", "3600s"] {
        let options = ["--permission", "integrations:read", "--expires-in", expires_in];
        let key = acme.tenant.key_with(&options).await?;
        drop(acme.telex.with_key(&key.text).list().await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_of_another_organisations_environment_cannot_be_made(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let acme = service.organisation("acme").await?;
    let globex = service.organisation("globex").await?;
    let command = ["key", "create", "--name", "x", "--all-permissions", "--organisation", &acme.id];
    let command = [command.as_slice(), &["--environment", &globex.default_environment]].concat();
    let said = service.command(&command).await?.expect_refusal();
    assert!(said.contains("environment"), "{said}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_limit_of_its_own_changes_nothing_of_how_a_key_is_shown(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let acme = service.organisation("acme").await?;
    let create = ["key", "create", "--organisation", &acme.id, "--name", "x", "--all-permissions"];
    let plain = service.command(&create).await?.expect_status(0).expect_document();
    let limited = [create.as_slice(), &["--requests-per-minute", "60000000"]].concat();
    let limited = service.command(&limited).await?.expect_status(0).expect_document();
    let members = |document: &Value| document.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&limited), members(&plain));
    let listed = service.command(&["key", "list", "--organisation", &acme.id]).await?.expect_status(0);
    let listed = listed.expect_document();
    assert_eq!(members(&listed[0]), members(&listed[1]));
    let wrong = [create.as_slice(), &["--requests-per-minute", "0"]].concat();
    drop(service.command(&wrong).await?.expect_status(2));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_preset_stands_for_the_permissions_of_one_api(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (preset, expected) in [("telex", 6), ("aloochat", 2), ("isao", 10), ("hubster", 4), ("novu", 2)] {
        let key = acme.tenant.key_with(&["--preset", preset]).await?;
        let listed = listed(&acme, &key.id).await?;
        assert_eq!(listed["permissions"].as_array().map(Vec::len), Some(expected), "{listed}");
        drop(acme.telex.with_key(&key.text).list().await?.expect_status(200));
    }
    Ok(())
}

/// A key as `key list` shows it.
async fn listed(acme: &Acme, id: &str) -> Result<Value> {
    let all = acme.service.command(&["key", "list", "--organisation", &acme.tenant.id]).await?;
    let all = all.expect_status(0).expect_document();
    let listed = all.as_array().unwrap().iter().find(|listed| listed["id"] == id);
    Ok(listed.unwrap().clone())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_is_shown_when_a_key_was_last_used_and_kept_to_a_minute(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let (used, refused, unused) = (
        acme.tenant.key(&["integrations:read"]).await?,
        acme.tenant.key(&["settings:read"]).await?,
        acme.tenant.key(&["integrations:read"]).await?,
    );
    drop(acme.telex.with_key(&used.text).list().await?.expect_status(200));
    drop(acme.telex.with_key(&refused.text).list().await?.expect_status(403));
    let noted = || async { Ok(listed(&acme, &used.id).await?["last_used_at"].is_string()) };
    eventually("the use is saved", noted).await?;
    let first = listed(&acme, &used.id).await?["last_used_at"].clone();
    assert!(is_timestamp(first.as_str().unwrap()), "{first}");
    assert!(listed(&acme, &refused.id).await?["last_used_at"].is_string(), "it is the key's use that counts");
    assert_eq!(listed(&acme, &unused.id).await?["last_used_at"], json!(null));

    // What was used again within the minute is not written again, and what was not saved yet
    // is saved when the service ends.
    drop(acme.telex.with_key(&used.text).list().await?.expect_status(200));
    drop(acme.telex.with_key(&unused.text).list().await?.expect_status(200));
    acme.service.restart().await?;
    assert_eq!(listed(&acme, &used.id).await?["last_used_at"], first);
    assert!(listed(&acme, &unused.id).await?["last_used_at"].is_string());
    Ok(())
}
