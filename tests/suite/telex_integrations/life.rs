//! How integrations come, stay and go, and what a request may spell differently.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, an_integration, every, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_created_changed_and_deleted_is_so_after_a_restart(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let kept = acme.telex.created(&an_integration("kept")).await?;
    let changed = acme.telex.created(&an_integration("before")).await?;
    let deleted = acme.telex.created(&an_integration("deleted")).await?;
    drop(acme.telex.update(&changed, &json!({ "name": "after" })).await?.expect_status(200));
    drop(acme.telex.delete(&deleted).await?.expect_status(200));
    let before = acme.telex.list().await?.expect_status(200);
    assert_eq!(every(&before, "id"), [kept.clone(), changed]);

    acme.service.restart().await?;
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    assert_eq!(telex.list().await?.expect_status(200).text, before.text);
    let found = telex.find(&kept).await?.expect_status(200).json();
    assert_eq!(found["data"]["auth_credential"], an_integration("kept")["auth_credential"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_deleted_is_gone_for_every_request(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    drop(acme.telex.delete(&id).await?.expect_status(200));
    refused(acme.telex.delete(&id).await?, 404, "Integration not found");
    refused(acme.telex.update(&id, &json!({ "name": "x" })).await?, 404, "Integration not found");
    refused(acme.telex.find(&id).await?, 404, "Integration not found");
    assert_eq!(acme.telex.list().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_slash_at_the_end_of_a_path_is_tolerated(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (number, telex) in acme.below_each_prefix().iter().enumerate() {
        let sent = an_integration(&format!("shop {number}"));
        let made = telex.request("POST", "/").json(&sent).send().await?.expect_status(201).json();
        let one = format!("/{}/", made["data"]["id"].as_str().unwrap());
        drop(telex.request("GET", "/").send().await?.expect_status(200));
        drop(telex.request("GET", &one).send().await?.expect_status(200));
        let renamed = telex.request("PATCH", &one).json(&json!({ "name": "other" })).send().await?;
        assert_eq!(renamed.expect_status(200).json()["data"]["name"], "other");
        drop(telex.request("DELETE", &one).send().await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ids_in_a_path_may_be_in_upper_case(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let shouted = acme.telex.about(&acme.tenant.id.to_uppercase());
    let found = shouted.find(&id.to_uppercase()).await?.expect_status(200).json();
    assert_eq!(found["data"]["id"], id.as_str());
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_may_be_called_anything_and_hold_unknown_members(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let sent = |name: &str| {
        let Value::Object(mut body) = an_integration(name) else { unreachable!("it is an object") };
        body.insert("id".into(), json!(UNKNOWN_ID));
        body.insert("is_system_integration".into(), json!(true));
        body.insert("nothing we know".into(), json!([{ "deep": [null, 1.5e300] }]));
        Value::Object(body)
    };
    let create = || acme.telex.request("POST", "");
    for (name, request) in [
        ("nameless", create()),
        ("a form", create().header("content-type", "application/x-www-form-urlencoded")),
        ("plain", create().header("content-type", "text/plain; charset=latin-9")),
        ("odd", create().header("content-type", "no media type")),
    ] {
        let made = request.nameless_body(sent(name).to_string()).send().await?.expect_status(201).json();
        assert_ne!(made["data"]["id"], UNKNOWN_ID, "an id was taken over");
        assert_eq!(made["data"]["is_system_integration"], false);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_of_a_delete_request_is_ignored(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for body in ["{}", "[", "\u{fffd}"] {
        let id = acme.telex.created(&an_integration("shop")).await?;
        let deleting = acme.telex.request("DELETE", &format!("/{id}")).body(body);
        drop(deleting.send().await?.expect_status(200));
    }
    Ok(())
}
