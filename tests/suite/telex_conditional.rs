//! Conditional requests: an answer that the client has already, and a change that is meant for
//! one version.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, CREDENTIAL, MASKED, an_integration, every, refused};

async fn get(telex: &Telex, id: &str, known: &str) -> Result<Answer> {
    telex.request("GET", &format!("/{id}")).header("if-none-match", known).send().await
}

async fn rename(telex: &Telex, id: &str, meant: &str, name: &str) -> Result<Answer> {
    let request = telex.request("PATCH", &format!("/{id}")).header("if-match", meant);
    request.json(&json!({ "name": name })).send().await
}

async fn delete(telex: &Telex, id: &str, meant: &str) -> Result<Answer> {
    telex.request("DELETE", &format!("/{id}")).header("if-match", meant).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_it_changes(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let first = acme.telex.find(&id).await?.expect_status(200);
    let tag = first.header("etag").to_owned();
    assert_eq!(acme.telex.find(&id).await?.header("etag"), tag);
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let same = get(&acme.telex, &id, &known).await?.expect_status(304);
        assert_eq!((same.text.as_str(), same.header("etag")), ("", tag.as_str()), "{known}");
    }
    for unknown in ["\"other\"", "nonsense", "*"] {
        drop(get(&acme.telex, &id, unknown).await?.expect_status(200));
    }
    drop(acme.telex.update(&id, &json!({ "is_active": false })).await?.expect_status(200));
    let changed = get(&acme.telex, &id, &tag).await?.expect_status(200);
    assert_ne!(changed.header("etag"), tag);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn masks_and_secrets_have_tags_of_their_own(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let full = acme.telex.find(&id).await?.expect_status(200);
    let reader = acme.may(&["integrations:read"]).await?;
    let masked = get(&reader, &id, full.header("etag")).await?.expect_status(200);
    assert_eq!(masked.json()["data"]["auth_credential"], MASKED);
    let shown = get(&acme.telex, &id, masked.header("etag")).await?.expect_status(200);
    assert_eq!(shown.json()["data"]["auth_credential"], CREDENTIAL);
    drop(get(&reader, &id, masked.header("etag")).await?.expect_status(304));
    Ok(())
}

/// Showing a secret is recorded; saying that nothing is new shows none.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_new_opens_no_secret(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let first = acme.telex.find(&id).await?.expect_status(200);
    let list = ["audit", "list", "--organisation", &acme.tenant.id];
    let before = acme.service.command(&list).await?.expect_status(0).stdout;
    drop(get(&acme.telex, &id, first.header("etag")).await?.expect_status(304));
    assert_eq!(acme.service.command(&list).await?.expect_status(0).stdout, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_for_another_version_is_not_made(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let tag = acme.telex.find(&id).await?.header("etag").to_owned();
    drop(rename(&acme.telex, &id, &tag, "store").await?.expect_status(200));
    let current = acme.telex.find(&id).await?.header("etag").to_owned();
    for stale in [tag.as_str(), "\"other\"", "nonsense", &format!("W/{current}")] {
        let why = refused(rename(&acme.telex, &id, stale, "late").await?, 412, "Precondition failed");
        assert_eq!(why, "it was changed meanwhile", "{stale}");
        refused(delete(&acme.telex, &id, stale).await?, 412, "Precondition failed");
    }
    assert_eq!(every(&acme.telex.list().await?, "app_name"), ["store"]);
    drop(rename(&acme.telex, &id, &format!("{tag}, {current}"), "market").await?.expect_status(200));
    drop(rename(&acme.telex, &id, "*", "stall").await?.expect_status(200));
    let current = acme.telex.find(&id).await?.header("etag").to_owned();
    drop(delete(&acme.telex, &id, &current).await?.expect_status(200));
    drop(delete(&acme.telex, &id, "*").await?.expect_status(404));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_changes_for_one_version_one_is_made(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let tag = acme.telex.find(&id).await?.header("etag").to_owned();
    let changes: Vec<_> = (0..16)
        .map(|n| {
            let (telex, id, tag) = (acme.telex.clone(), id.clone(), tag.clone());
            tokio::spawn(async move { rename(&telex, &id, &tag, &format!("name {n}")).await })
        })
        .collect();
    let mut made = 0;
    for change in changes {
        match change.await??.status {
            200 => made += 1,
            412 => {}
            other => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
    Ok(())
}
