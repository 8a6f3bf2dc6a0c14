//! Which refusals are given again, and which leave nothing.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{expect_same, is_replay, named};
use crate::given::{Acme, UNKNOWN_ID, an_integration, every, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_refused_effect_stays_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("a")).await?;
    let conflict = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(409);
    drop(acme.telex.delete(&id).await?.expect_status(200));
    expect_same(&conflict, &named(&acme.telex, "once", "POST", "", &an_integration("a")).await?);
    let below = format!("/{UNKNOWN_ID}");
    let missing =
        named(&acme.telex, "once", "PATCH", &below, &json!({ "name": "b" })).await?.expect_status(404);
    expect_same(&missing, &named(&acme.telex, "once", "PATCH", &below, &json!({ "name": "b" })).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_had_no_effect_to_begin_with_leaves_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    drop(named(&acme.telex, "once", "POST", "", &json!({ "name": "" })).await?.expect_status(400));
    let reader = acme.may(&["integrations:read"]).await?;
    drop(named(&reader, "once", "POST", "", &an_integration("a")).await?.expect_status(403));
    let stranger = acme.telex.with_key("ck_nonsense");
    drop(named(&stranger, "once", "POST", "", &an_integration("a")).await?.expect_status(401));
    let broken = acme.telex.request("POST", "").header("idempotency-key", "once").body("{broken");
    drop(broken.send().await?.expect_status(400));
    let huge = acme.telex.request("POST", "").header("idempotency-key", "once").body(" ".repeat(300_000));
    drop(huge.send().await?.expect_status(413));
    let made = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    assert!(!is_replay(&made));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_name_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let long = "x".repeat(256);
    for name in ["", "\"\"", " ", "two words", "a\"b", &long] {
        let answer = named(&acme.telex, name, "POST", "", &an_integration("a")).await?;
        let why = refused(answer, 400, "Invalid request");
        assert_eq!(why, "Idempotency-Key is not one name of 1 to 255 visible characters", "{name}");
    }
    let twice = acme.telex.request("POST", "").header("idempotency-key", "a").header("idempotency-key", "b");
    refused(twice.json(&an_integration("a")).send().await?, 400, "Invalid request");
    let long = "x".repeat(255);
    drop(named(&acme.telex, &long, "POST", "", &an_integration("a")).await?.expect_status(201));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_has_its_effect_once_by_itself_needs_no_name(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("a")).await?;
    let get = || acme.telex.request("GET", "").header("idempotency-key", "two words");
    let before = get().send().await?.expect_status(200);
    acme.telex.created(&an_integration("b")).await?;
    let after = get().send().await?.expect_status(200);
    assert!(!is_replay(&after) && every(&before, "id").len() < every(&after, "id").len());
    let delete = || acme.telex.request("DELETE", &format!("/{id}")).header("idempotency-key", "once");
    drop(delete().send().await?.expect_status(200));
    drop(delete().send().await?.expect_status(404));
    Ok(())
}
