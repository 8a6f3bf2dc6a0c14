//! Requests that AlooChat's clients have named (`Idempotency-Key`): they have their effect once.

use anyhow::Result;
use patchbay_tests::{AlooChat, Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, a_shop, declined, invalid};
use crate::twins::{is_replay, of_64_at_once_one_counts};

async fn named(aloochat: &AlooChat, name: &str, method: &str, below: &str, body: &Value) -> Result<Answer> {
    aloochat.request(method, below).header("idempotency-key", name).json(body).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_64_at_once_one_has_its_effect_and_others_are_served_meanwhile(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let create = |name: &str| aloochat.request("POST", "").json(&a_shop(name));
    of_64_at_once_one_counts(
        201,
        || create("a"),
        |number| create(&format!("other {number}")),
        |answer| answer.json() == json!({ "detail": "Request in progress" }),
    )
    .await?;
    assert_eq!(aloochat.listed("name").await?.iter().filter(|name| **name == "a").count(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_again_is_answered_as_it_was_and_another_content_is_refused(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let first = named(&aloochat, "once", "POST", "", &a_shop("a")).await?.expect_status(201);
    let id = first.text_of("id");
    let again = named(&aloochat, "once", "POST", "", &a_shop("a")).await?;
    assert!(is_replay(&again) && !is_replay(&first));
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert_eq!(again.header("location"), first.header("location"));
    declined(named(&aloochat, "once", "POST", "", &a_shop("b")).await?, 422, "Idempotency key reused");
    let query = named(&aloochat, "once", "POST", "?include=timestamps", &a_shop("a")).await?;
    declined(query, 422, "Idempotency key reused");
    // What was never sound has no effect to speak of.
    invalid(named(&aloochat, "bad", "POST", "", &json!({})).await?, "name: required");
    drop(named(&aloochat, "bad", "POST", "", &a_shop("b")).await?.expect_status(201));

    let below = format!("/{id}");
    let changed =
        named(&aloochat, "once", "PATCH", &below, &json!({ "name": "c" })).await?.expect_status(200);
    drop(aloochat.update(&id, &json!({ "name": "d" })).await?.expect_status(200));
    let again = named(&aloochat, "once", "PATCH", &below, &json!({ "name": "c" })).await?;
    assert!(is_replay(&again));
    assert_eq!((&again.text, again.header("etag")), (&changed.text, changed.header("etag")));
    assert_eq!(aloochat.listed("name").await?, ["d", "b"]);
    // A request that can be repeated anyway needs no name.
    drop(named(&aloochat, "once", "PUT", &below, &json!({ "name": "e" })).await?.expect_status(200));
    drop(named(&aloochat, "once", "PUT", &below, &json!({ "name": "f" })).await?.expect_status(200));
    assert_eq!(aloochat.listed("name").await?, ["f", "b"]);
    Ok(())
}
