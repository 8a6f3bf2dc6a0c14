//! N1: what a new integration is where nothing is said of it, and what it cannot be.

mod faults;
mod identifiers;
mod limits;
mod names;
mod providers;

use anyhow::Result;
use patchbay_tests::{Backend, is_milliseconds, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::novu_given::mail;

/// Nothing but what has to be said.
fn minimal() -> Value {
    json!({ "providerId": "sendgrid", "channel": "email" })
}

/// Whether `text` is these words, a hyphen, and nine letters and digits.
fn is_made_of(text: &Value, words: &str) -> bool {
    let suffix = text.as_str().unwrap().strip_prefix(words).and_then(|rest| rest.strip_prefix('-'));
    suffix.is_some_and(|suffix| suffix.len() == 9 && suffix.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_integration_has_just_these_members_in_this_order(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&mail("a")).await?;
    let members: Vec<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "_id",
        "_environmentId",
        "_organizationId",
        "name",
        "identifier",
        "providerId",
        "channel",
        "credentials",
        "active",
        "deleted",
        "primary",
        "priority",
        "conditions",
        "createdAt",
        "updatedAt",
    ];
    assert_eq!(members, expected);
    assert!(is_uuid(made["_id"].as_str().unwrap(), &['7']), "{made}");
    for time in ["createdAt", "updatedAt"] {
        assert!(is_milliseconds(made[time].as_str().unwrap()), "{made}");
    }
    let ids = (&made["_organizationId"], &made["_environmentId"]);
    assert_eq!(ids, (&json!(acme.tenant.id), &json!(acme.tenant.default_environment)));
    // The same wherever it is shown.
    let id = made["_id"].as_str().unwrap();
    assert_eq!(novu.found(id).await?.to_string(), made.to_string());
    for answer in [novu.list().await?, novu.active().await?] {
        assert_eq!(answer.data(), json!([made]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_not_said_has_its_default(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let made = acme.novu().await?.made(&minimal()).await?;
    assert!(is_made_of(&made["identifier"], "sendgrid"), "{made}");
    for (member, value) in [
        ("name", json!("SendGrid")),
        ("credentials", json!({})),
        ("active", json!(false)),
        ("deleted", json!(false)),
        ("primary", json!(false)),
        ("priority", json!(0)),
        ("conditions", json!([])),
    ] {
        assert_eq!(made[member], value, "{member}");
    }
    assert_eq!(made["createdAt"], made["updatedAt"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn null_is_like_not_sent(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut body = minimal();
    for member in
        ["name", "identifier", "_environmentId", "credentials", "active", "check", "conditions", "kind"]
    {
        body[member] = Value::Null;
    }
    let made = novu.made(&body).await?;
    assert_eq!((&made["name"], &made["active"]), (&json!("SendGrid"), &json!(false)));
    assert_eq!((&made["credentials"], &made["conditions"]), (&json!({}), &json!([])));
    let nulls = json!({ "providerId": "sendgrid", "channel": "email", "credentials": { "apiKey": null, "from": "a" } });
    assert_eq!(novu.made(&nulls).await?["credentials"], json!({ "from": "a" }));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_new_integration_is_said_to_be_created_and_is_not_shown_a_null(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.create(&mail("a")).await?.expect_status(201);
    assert!(!made.text.contains("null"), "{made}");
    assert!(made.header("content-type").starts_with("application/json"), "{made}");
    assert!(made.headers.get("x-credentials-verified").is_none(), "{made}");
    assert!(!novu.list().await?.text.contains("null"));
    Ok(())
}
