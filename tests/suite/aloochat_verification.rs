//! Whether integrations work: found out by itself, on demand, and before they are stored.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, eventually};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::invalid;
use crate::telex_slack::{Slacked, connected};

/// A connection of Slack's with a token.
fn with_token(token: &str) -> Value {
    json!({"name": "Team", "type": "slack", "config": {"bot_token": token, "default_channel": "general"}})
}

/// What is known of the integrations, without asking anybody.
fn known(slacked: &Slacked) -> Result<Vec<String>> {
    let rows = "SELECT state || ' ' || coalesce(class, '-') AS text FROM health ORDER BY state";
    slacked.acme.service.database().texts(rows)
}

async fn verified(slacked: &Slacked, id: &str) -> Result<Answer> {
    slacked.acme.aloochat().request("POST", &format!("/{id}/verify")).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_new_is_verified_by_itself_soon_after(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let aloochat = slacked.acme.aloochat();
    let token = connected(&slacked.acme.telex, "sandbox-ok-acme").await?;
    let wrong = aloochat.created(&with_token("xoxb-rejected-0000-planted")).await?;
    eventually("a wrong token is found out", || async {
        Ok(known(&slacked)?.contains(&"broken credentials_rejected".to_owned()))
    })
    .await?;
    // What is changed is another connection, and has another turn.
    let change = json!({"config": {"bot_token": token}});
    drop(aloochat.update(&wrong, &change).await?.expect_status(200));
    eventually("the right token is found to be one", || async {
        Ok(!known(&slacked)?
            .iter()
            .any(|state| state.starts_with("broken") || state.starts_with("unverified")))
    })
    .await?;
    let actors = "SELECT actor AS text FROM events WHERE event_type = 'integration.health_changed'";
    let actors = slacked.acme.service.database().texts(actors)?;
    assert!(!actors.is_empty() && actors.iter().all(|actor| actor == "service"), "{actors:?}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn on_demand_the_provider_is_asked_at_once(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let token = connected(&slacked.acme.telex, "sandbox-ok-acme").await?;
    let id = slacked.acme.aloochat().created(&with_token(&token)).await?;
    let told = verified(&slacked, &id).await?.expect_status(200).json();
    let members: Vec<_> = told.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    assert_eq!(members, ["status", "checked_at", "reason"]);
    assert_eq!((&told["status"], &told["reason"]), (&json!("valid"), &Value::Null));
    let absent = verified(&slacked, "00000000-0000-7000-8000-000000000000").await?.expect_status(404);
    assert_eq!(absent.json(), json!({"detail": "Integration not found"}));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_to_be_verified_first_is_stored_only_if_its_provider_takes_it(
    #[case] backend: Backend,
) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let aloochat = slacked.acme.aloochat();
    let token = connected(&slacked.acme.telex, "sandbox-ok-acme").await?;
    let create = |token: &str| aloochat.request("POST", "?verify=true").json(&with_token(token));

    let refused = create("xoxb-rejected-0000-planted").send().await?;
    assert!(!refused.text.contains("planted"), "{refused}");
    invalid(refused, "config: credential rejected by provider");
    let listed = aloochat.listed("type").await?;
    assert_eq!(listed, [json!("slack")], "the connection alone");

    let id = create(&token).send().await?.expect_status(201).text_of("id");
    assert_eq!(verified(&slacked, &id).await?.expect_status(200).json()["status"], "valid");

    let Slacked { acme, sandbox } = slacked;
    drop(sandbox.stop().await?);
    let silent = acme.aloochat().request("POST", "?verify=true").json(&with_token(&token)).send().await?;
    assert_eq!(silent.expect_status(503).json(), json!({"detail": "Service unavailable"}));
    assert_eq!(acme.aloochat().listed("id").await?.len(), 2, "nothing more was stored");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_is_asked_about_what_is_created_paused(#[case] backend: Backend) -> Result<()> {
    let slacked = Slacked::on(backend).await?;
    let aloochat = slacked.acme.aloochat();
    let mut body = with_token("xoxb-rejected-0000-planted");
    body["is_active"] = json!(false);
    let paused = aloochat.created(&body).await?;
    let asked = aloochat.created(&with_token("xoxb-rejected-1111-planted")).await?;
    eventually("the other one is found out", || async {
        Ok(known(&slacked)?.contains(&"broken credentials_rejected".to_owned()))
    })
    .await?;
    assert_eq!(known(&slacked)?, ["broken credentials_rejected", "unverified -"]);
    assert_eq!(slacked.sandbox.checks().await?, 1);
    // It is once it is in use.
    drop(aloochat.update(&paused, &json!({"is_active": true})).await?.expect_status(200));
    eventually("it is asked about", || async { Ok(slacked.sandbox.checks().await? == 2) }).await?;
    drop(aloochat.delete(&asked).await?.expect_status(200));
    eventually("nothing is known of what is deleted", || async {
        Ok(known(&slacked)? == ["broken credentials_rejected"])
    })
    .await
}
