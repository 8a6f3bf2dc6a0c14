//! Who sees a credential in full, who sees its mask, and what a mask means written back.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, CREDENTIAL, MASKED, an_integration};

const WITHOUT_REVEAL: [&str; 2] = ["integrations:read", "integrations:write"];

/// The credential that an answer shows.
fn shown(answer: Answer) -> String {
    let answer = answer.expect_status(200);
    let credential = answer.json()["data"]["auth_credential"].as_str().unwrap().to_owned();
    if !credential.is_empty() && !credential.starts_with("********") {
        assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
    }
    credential
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn who_creates_sees_the_credential_and_no_cache_keeps_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let writer = acme.may(&["integrations:write"]).await?;
    let made = writer.create(&an_integration("shop")).await?.expect_status(201);
    assert_eq!(made.json()["data"]["auth_credential"], CREDENTIAL);
    assert_eq!(made.header("cache-control"), "no-store");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn without_the_permission_to_reveal_only_a_mask_is_shown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let masked = acme.may(&WITHOUT_REVEAL).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    assert_eq!(shown(masked.find(&id).await?), MASKED);
    assert_eq!(shown(masked.update(&id, &json!({ "name": "store" })).await?), MASKED);
    let new = json!({ "auth_credential": "a-new-credential-0042" });
    assert_eq!(shown(masked.update(&id, &new).await?), "********0042");
    assert_eq!(shown(masked.delete(&id).await?), "********0042");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn with_the_permission_to_reveal_everything_is_shown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    assert_eq!(shown(acme.telex.find(&id).await?), CREDENTIAL);
    assert_eq!(shown(acme.telex.update(&id, &json!({ "name": "store" })).await?), CREDENTIAL);
    assert_eq!(shown(acme.telex.delete(&id).await?), CREDENTIAL);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_shows_the_tail_of_long_credentials_and_nothing_of_short_ones(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let masked = acme.may(&WITHOUT_REVEAL).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for (credential, mask) in [
        ("", ""),
        ("x", "********"),
        ("12345678901", "********"),
        ("123456789012", "********9012"),
        ("🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀", "********🦀🦀🦀🦀"),
    ] {
        let sent = json!({ "auth_credential": credential });
        assert_eq!(shown(masked.update(&id, &sent).await?), mask, "{credential}");
        assert_eq!(shown(masked.find(&id).await?), mask, "{credential}");
        assert_eq!(shown(acme.telex.find(&id).await?), credential);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_written_back_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let masked = acme.may(&WITHOUT_REVEAL).await?;
    for (name, credential) in [("long", CREDENTIAL), ("short", "secret")] {
        let made = json!({ "name": name, "json_url": name, "auth_credential": credential });
        let id = acme.telex.created(&made).await?;
        let mask = shown(masked.find(&id).await?);
        for client in [&masked, &acme.telex] {
            let sent = json!({ "name": format!("{name} again"), "auth_credential": mask });
            drop(client.update(&id, &sent).await?.expect_status(200));
            assert_eq!(shown(acme.telex.find(&id).await?), credential);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn stars_that_are_not_the_mask_are_a_credential(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for stars in ["********", "********abcd", "************", "********tial more"] {
        let sent = json!({ "auth_credential": stars });
        let changed = acme.telex.update(&id, &sent).await?.expect_status(200).json();
        assert_eq!(changed["data"]["auth_credential"], stars);
        let found = acme.telex.find(&id).await?.expect_status(200).json();
        assert_eq!(found["data"]["auth_credential"], stars);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_in_a_new_integration_is_a_credential_like_any(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let sent = json!({ "name": "shop", "json_url": "x", "auth_credential": MASKED });
    let id = acme.telex.created(&sent).await?;
    let found = acme.telex.find(&id).await?.expect_status(200).json();
    assert_eq!(found["data"]["auth_credential"], MASKED);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_reveal_is_recorded_and_a_mask_is_not(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let masked = acme.may(&WITHOUT_REVEAL).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let reveals = || {
        acme.service
            .database()
            .texts("SELECT entity_id AS text FROM events WHERE event_type = 'credential.revealed'")
    };
    let before = reveals()?.len();
    drop(masked.find(&id).await?.expect_status(200));
    assert_eq!(reveals()?.len(), before);
    drop(acme.telex.find(&id).await?.expect_status(200));
    assert_eq!(reveals()?.len(), before + 1);
    assert!(reveals()?.contains(&id));
    Ok(())
}
