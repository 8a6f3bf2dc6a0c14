//! Whether integrations work, as Telex is told.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex, is_timestamp};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, an_integration, refused};
use crate::telex_slack::{Slacked, connected};

async fn verified(telex: &Telex, id: &str) -> Result<Answer> {
    telex.request("POST", &format!("/{id}/verify")).send().await
}

/// What is known of an integration once its provider was asked.
async fn health(telex: &Telex, id: &str) -> Result<(String, Value)> {
    let answer = verified(telex, id).await?.expect_status(200).json();
    let data = &answer["data"];
    assert!(is_timestamp(data["checked_at"].as_str().unwrap_or_default()), "{answer}");
    Ok((data["state"].as_str().unwrap_or_default().to_owned(), data["reason"].clone()))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_connection_is_valid_until_its_provider_rejects_it_twice(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    let shown = acme.telex.accessed().await?;
    let id = shown["id"].as_str().unwrap_or_default();
    assert_eq!(health(&acme.telex, id).await?, ("valid".to_owned(), Value::Null));

    sandbox.end(&token).await?;
    let (state, reason) = health(&acme.telex, id).await?;
    assert_eq!(state, "valid", "providers err");
    assert!(reason.as_str().unwrap_or_default().starts_with("credentials_rejected"), "{reason}");
    let (state, reason) = health(&acme.telex, id).await?;
    assert_eq!(state, "invalid");
    assert!(!reason.to_string().contains(&token), "{reason}");

    let recorded = acme.service.database();
    let changes = recorded
        .texts("SELECT event_type AS text FROM events WHERE event_type = 'integration.health_changed'")?;
    assert_eq!(changes.len(), 2, "from valid to degraded, and to broken");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_that_does_not_answer_says_nothing_of_a_connection(
    #[case] backend: Backend,
) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    drop(connected(&acme.telex, "sandbox-ok-acme").await?);
    let shown = acme.telex.accessed().await?;
    let id = shown["id"].as_str().unwrap_or_default();
    drop(sandbox.stop().await?);
    let (state, reason) = health(&acme.telex, id).await?;
    assert_eq!(state, "valid");
    assert!(reason.as_str().unwrap_or_default().starts_with("provider_unreachable"), "{reason}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_an_app_that_nobody_can_be_asked_about_nothing_is_known(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    assert_eq!(health(&acme.telex, &id).await?, ("unknown".to_owned(), Value::Null));
    let absent = verified(&acme.telex, "00000000-0000-7000-8000-000000000000").await?;
    refused(absent, 404, "Integration not found");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn verifying_changes_nothing_that_the_owner_has(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _running } = Slacked::on(backend).await?;
    drop(connected(&acme.telex, "sandbox-ok-acme").await?);
    let shown = acme.telex.accessed().await?;
    let id = shown["id"].as_str().unwrap_or_default();
    drop(verified(&acme.telex, id).await?.expect_status(200));
    let tag = |answer: &Answer| answer.header("etag").to_owned();
    let before = acme.telex.find(id).await?.expect_status(200);
    drop(verified(&acme.telex, id).await?.expect_status(200));
    let after = acme.telex.find(id).await?.expect_status(200);
    assert_eq!((tag(&before), before.json()), (tag(&after), after.json()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_is_asked_about_an_integration_that_is_paused(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    drop(connected(&acme.telex, "sandbox-ok-acme").await?);
    let shown = acme.telex.accessed().await?;
    let id = shown["id"].as_str().unwrap_or_default();
    drop(acme.telex.update(id, &json!({"is_active": false})).await?.expect_status(200));
    sandbox.forget_calls().await?;
    let known = verified(&acme.telex, id).await?.expect_status(200).json();
    assert_eq!(known["data"]["state"], "valid", "from the exchange");
    assert_eq!(sandbox.checks().await?, 0);
    Ok(())
}
