//! The same request again is answered as it was the first time.

use anyhow::Result;
use patchbay_tests::{Backend, Service};
use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{expect_same, is_replay, named};
use crate::given::{Acme, an_integration, every, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_named_post_and_patch_is_answered_again_and_done_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let telex = &acme.telex;
    let id = telex.created(&an_integration("shop")).await?;
    let setting = telex.settings(&id).put("colour", "red").await?;
    let of_channel = telex.channel(&id, "general").put("colour", "red").await?;
    let value = |value: &str| json!({ "form_field_value": value });
    let pair = |label: &str| json!({ "form_field_label": label, "form_field_value": "any" });
    for (method, below, body) in [
        ("POST", String::new(), an_integration("stall")),
        ("PATCH", format!("/{id}"), json!({ "name": "store" })),
        ("POST", format!("/{id}/settings"), pair("size")),
        ("PATCH", format!("/{id}/settings"), json!({ "id": setting, "form_field_value": "blue" })),
        ("PATCH", format!("/{id}/settings/{setting}"), value("green")),
        ("POST", format!("/{id}/channels/general/settings"), pair("size")),
        ("PATCH", format!("/{id}/channels/general/settings/{of_channel}"), value("blue")),
    ] {
        let first = named(telex, "once", method, &below, &body).await?;
        assert!((200..300).contains(&first.status), "{first}");
        for _ in 0..2 {
            expect_same(&first, &named(telex, "once", method, &below, &body).await?);
        }
    }
    assert_eq!(every(&telex.list().await?, "app_name"), ["store", "stall"]);
    // The last of several changes is not undone by a replay of an earlier one.
    drop(telex.update(&id, &json!({ "name": "market" })).await?.expect_status(200));
    let again = named(telex, "once", "PATCH", &format!("/{id}"), &json!({ "name": "store" })).await?;
    assert!(is_replay(&again));
    assert_eq!(every(&telex.list().await?, "app_name"), ["market", "stall"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_is_one_keys_own_and_counts_for_one_method_and_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let first = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    let other = acme.may(&["integrations:write"]).await?;
    let own = named(&other, "once", "POST", "", &an_integration("b")).await?.expect_status(201);
    assert!(!is_replay(&own));
    let quoted = named(&acme.telex, "\"once\"", "POST", "", &an_integration("a")).await?;
    expect_same(&first, &quoted);
    let below_the_other_prefix = acme.service.telex("/api/v1", &acme.tenant, &acme.key);
    let elsewhere = named(&below_the_other_prefix, "once", "POST", "", &an_integration("c")).await?;
    assert!(!is_replay(&elsewhere.expect_status(201)));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_for_another_content_is_refused_and_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    drop(named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201));
    let other = named(&acme.telex, "once", "POST", "", &an_integration("b")).await?;
    let why = refused(other, 422, "Unprocessable request");
    assert_eq!(why, "the idempotency key was used for another request");
    let query = named(&acme.telex, "once", "POST", "?x=1", &an_integration("a")).await?;
    refused(query, 422, "Unprocessable request");
    assert_eq!(every(&acme.telex.list().await?, "app_name"), ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_content_in_another_order_is_the_same_request(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let body = an_integration("a");
    let reversed: Map<_, _> = body.as_object().unwrap().clone().into_iter().rev().collect();
    let reversed = Value::Object(reversed);
    assert_ne!(reversed.to_string(), body.to_string());
    let first = named(&acme.telex, "once", "POST", "", &body).await?.expect_status(201);
    expect_same(&first, &named(&acme.telex, "once", "POST", "", &reversed).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_deleted_is_not_answered_for_any_more(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let first = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    let id = first.json()["data"]["id"].as_str().unwrap().to_owned();
    drop(acme.telex.delete(&id).await?.expect_status(200));
    let again = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    assert!(!is_replay(&again));
    assert_ne!(again.json()["data"]["id"], *id);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_answers_are_sealed_and_resealed_with_everything_else(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::of(Service::on(backend).await?).await?;
    let first = named(&acme.telex, "once", "POST", "", &an_integration("a")).await?.expect_status(201);
    let keys = |ids: &[&str]| {
        format!("{:?}", ids.iter().map(|id| patchbay_tests::master_key(id)).collect::<Vec<_>>())
    };
    acme.service.configure("secrets.keys", &keys(&["k2", "k1"]))?;
    acme.service.restart().await?;
    drop(acme.service.command(&["secrets", "rotate"]).await?.expect_status(0));
    acme.service.configure("secrets.keys", &keys(&["k2"]))?;
    acme.service.restart().await?;
    drop(acme.service.command(&["secrets", "verify"]).await?.expect_status(0));
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    expect_same(&first, &named(&telex, "once", "POST", "", &an_integration("a")).await?);
    Ok(())
}
