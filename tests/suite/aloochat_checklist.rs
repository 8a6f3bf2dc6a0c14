//! What AlooChat's clients rely on most, point by point. Points 1 and 3 have more to them:
//! the pairs are played in `aloochat_fixtures`, and `aloochat_secrets` looks for what was handed
//! in wherever it must not be.

use std::path::Path;

use anyhow::Result;
use patchbay_tests::{Backend, aloochat_fixture};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, a_shop, declined, invalid};

/// Whoever adds a pair has it played.
#[test]
fn point_1_all_fixtures() -> Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/aloochat_fixtures.rs");
    let played = std::fs::read_to_string(file)?;
    for id in (1..=19).map(|n| format!("AC-{n:02}")).chain((1..=9).map(|n| format!("AC-E{n}"))) {
        let is_played = played.contains(&format!("\"{id}\""));
        assert_eq!(is_played, aloochat_fixture(&id).is_ok(), "{id}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_2_member_order_eight_members_always(#[case] backend: Backend) -> Result<()> {
    const MEMBERS: &str = "id name type config is_active visibility company_id agent_id";
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let members = |shown: &Value| shown.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let made =
        aloochat.create(&json!({ "type": "notion", "name": "least" })).await?.expect_status(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(members(&made), MEMBERS);
    assert_eq!((&made["config"], &made["agent_id"]), (&json!({}), &Value::Null));
    let sent = json!({ "agent_id": "a", "config": { "z": 1, "a": { "y": 2, "b": 3 } } });
    let changed = aloochat.update(id, &sent).await?.expect_status(200).json();
    let found = aloochat.find(id).await?.expect_status(200).json();
    let listed = aloochat.list("").await?.expect_status(200).json();
    for shown in [&changed, &found, &listed[0]] {
        assert_eq!(members(shown), MEMBERS);
        // What is inside comes in the order in which it was sent.
        assert_eq!(shown["config"].to_string(), r#"{"z":1,"a":{"y":2,"b":3}}"#);
    }
    let types = aloochat.types().await?.expect_status(200).json();
    assert!(types.as_array().unwrap().iter().all(|one| members(one) == "type name description"));
    let full = aloochat.list("?include=timestamps,secret_keys").await?.expect_status(200).json();
    assert_eq!(members(&full[0]), format!("{MEMBERS} secret_keys created_at updated_at"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_4_put_of_an_object_just_read_back_leaves_the_stored_secret_intact(
    #[case] backend: Backend,
) -> Result<()> {
    const CREDENTIAL: &str = "what is kept under the name by which another API shows it";
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let headers = json!({ "Authorization": "Bearer planted", "X-Custom-Header": "value" });
    let config =
        json!({ "base_url": "https://api.example.com", "auth_credential": CREDENTIAL, "headers": headers });
    let id = aloochat.created(&json!({ "name": "Any API", "type": "custom_api", "config": config })).await?;
    let read = aloochat.find(&id).await?.expect_status(200);
    for query in ["", "?include=secret_keys,timestamps"] {
        let read = aloochat.request("GET", &format!("/{id}{query}")).send().await?.expect_status(200);
        let after = aloochat.update(&id, &read.json()).await?.expect_status(200);
        assert_eq!(after.text, aloochat.find(&id).await?.text);
    }
    assert_eq!(aloochat.find(&id).await?.text, read.text);
    assert_eq!(aloochat.secret_keys(&id).await?, ["auth_credential", "headers.Authorization"]);
    assert_eq!(acme.telex.find(&id).await?.json()["data"]["auth_credential"], CREDENTIAL);
    // Nothing has changed, so there is no new version.
    assert_eq!(aloochat.find(&id).await?.header("etag"), read.header("etag"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_5_config_key_with_null_removes_it_and_config_mode_replace_drops_the_rest(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let config = json!({ "team_id": "T1", "default_channel": "general", "bot_token": "xoxb-1", "signing_secret": "s" });
    let id = aloochat.created(&json!({ "name": "Slack", "type": "slack", "config": config })).await?;
    let sent = json!({ "config": { "team_id": null, "signing_secret": null, "absent": null } });
    let changed = aloochat.update(&id, &sent).await?.expect_status(200).json();
    assert_eq!(changed["config"], json!({ "default_channel": "general" }));
    assert_eq!(aloochat.secret_keys(&id).await?, ["bot_token"]);
    let sent = json!({ "config": { "team_id": "T2" } });
    for (query, config, secrets) in [
        ("?config_mode=merge", json!({ "default_channel": "general", "team_id": "T2" }), vec!["bot_token"]),
        ("?config_mode=replace", json!({ "team_id": "T2" }), vec![]),
    ] {
        let changed = aloochat.update_with(&id, query, &sent).await?.expect_status(200).json();
        assert_eq!(changed["config"].to_string(), config.to_string(), "{query}");
        assert_eq!(aloochat.secret_keys(&id).await?, secrets, "{query}");
    }
    // What is not sent is not replaced.
    let kept = aloochat.update_with(&id, "?config_mode=replace", &json!({ "name": "x" })).await?;
    assert_eq!(kept.expect_status(200).json()["config"], json!({ "team_id": "T2" }));
    invalid(
        aloochat.update_with(&id, "?config_mode=both", &sent).await?,
        "config_mode: must be merge or replace",
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_6_agent_id_null_unlinks_other_nulls_are_400(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    for agent in [json!("agent 7"), Value::Null] {
        let changed = aloochat.update(&id, &json!({ "agent_id": agent })).await?.expect_status(200).json();
        assert_eq!(changed["agent_id"], agent);
    }
    for (member, why) in [
        ("name", "must be a string"),
        ("type", "must be a string"),
        ("config", "must be an object"),
        ("is_active", "must be a boolean"),
        ("visibility", "must be private or public"),
    ] {
        let mut body = a_shop("x");
        body[member] = Value::Null;
        let why = format!("{member}: {why}");
        invalid(aloochat.update(&id, &json!({ member: null })).await?, &why);
        let is_required = ["name", "type"].contains(&member);
        let why = if is_required { format!("{member}: required") } else { why };
        invalid(aloochat.create(&body).await?, &why);
    }
    let mut body = a_shop("linked to nobody");
    body["agent_id"] = Value::Null;
    drop(aloochat.create(&body).await?.expect_status(201));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_7_two_creates_with_the_same_body_give_two_ids(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let (one, other) = (aloochat.created(&a_shop("shop")).await?, aloochat.created(&a_shop("shop")).await?);
    assert_ne!(one, other);
    assert_eq!(aloochat.listed("id").await?, [one, other]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_8_types_is_never_taken_for_an_id(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    assert!(aloochat.types().await?.expect_status(200).json().is_array());
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        for slash in ["", "/"] {
            let answer =
                aloochat.request(method, &format!("/types{slash}")).json(&a_shop("x")).send().await?;
            assert_eq!(answer.header("allow"), "GET, HEAD", "{answer}");
            declined(answer, 405, "Method not allowed");
        }
    }
    declined(aloochat.channel("GET", "types", "general").send().await?, 404, "Integration not found");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_9_company_a_cannot_read_change_or_delete_bs_integration(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let before = aloochat.find(&id).await?.expect_status(200).text;
    let globex = acme.service.organisation("globex").await?;
    let stranger = aloochat.with_key(&globex.full_key().await?);
    // Public is for every agent of the company, and nobody beyond.
    drop(aloochat.update(&id, &json!({ "visibility": "public" })).await?.expect_status(200));
    drop(aloochat.update(&id, &json!({ "visibility": "private" })).await?.expect_status(200));
    for id in [id.as_str(), UNKNOWN_ID, "no-uuid"] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let asked = stranger.request(method, &format!("/{id}")).json(&json!({ "name": "intruder" }));
            declined(asked.send().await?, 404, "Integration not found");
        }
        for method in ["GET", "PUT", "DELETE"] {
            let asked = stranger.channel(method, id, "general").json(&json!({ "a": "b" }));
            declined(asked.send().await?, 404, "Integration not found");
        }
    }
    assert_eq!(stranger.list("").await?.expect_status(200).json(), json!([]));
    assert_eq!(aloochat.find(&id).await?.expect_status(200).text, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_10_both_header_names_work_and_both_missing_is_401(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let asked = || aloochat.anonymous("GET", "/integrations");
    for header in ["x-api-key", "X-API-Key", "x-api-token", "X-Api-Token"] {
        drop(asked().header(header, &acme.key).send().await?.expect_status(200));
    }
    // x-api-key decides where both are sent.
    let both = |key: &str, token: &str| asked().header("x-api-token", token).header("x-api-key", key);
    drop(both(&acme.key, "nonsense").send().await?.expect_status(200));
    for request in [
        asked(),
        both("nonsense", &acme.key),
        both("", &acme.key),
        asked().header("x-api-key", format!("{}0", acme.key)),
        asked().header("x-api-key", "caf\u{e9}"),
        asked().bearer(&acme.key),
        asked().header("x-agent-api-key", &acme.key),
    ] {
        declined(request.send().await?, 401, "Invalid or missing API key");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_11_body_array_or_number_is_400_with_one_string_in_detail(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    for body in [json!([]), json!([{ "name": "a" }]), json!(7), json!("text"), json!(true), Value::Null] {
        invalid(aloochat.create(&body).await?, "body: must be a JSON object");
        invalid(aloochat.update(&id, &body).await?, "body: must be a JSON object");
        let channel = aloochat.channel("PUT", &id, "general").json(&body).send().await?;
        invalid(channel, "body: must be a JSON object");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_12_a_type_change_is_400(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let same = aloochat.update(&id, &json!({ "type": "shopify", "name": "store" })).await?.expect_status(200);
    for other in ["zendesk", "Shopify", "fax", ""] {
        let sent = json!({ "type": other, "name": "x", "config": { "api_version": "x" } });
        invalid(aloochat.update(&id, &sent).await?, "type: cannot be changed");
    }
    assert_eq!(aloochat.find(&id).await?.text, same.text);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn point_13_is_active_as_text_is_400(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    for wrong in [json!("true"), json!("false"), json!(1), json!([true])] {
        let mut body = a_shop("x");
        body["is_active"] = wrong.clone();
        invalid(aloochat.create(&body).await?, "is_active: must be a boolean");
        invalid(aloochat.update(&id, &json!({ "is_active": wrong })).await?, "is_active: must be a boolean");
    }
    assert_eq!(aloochat.find(&id).await?.json()["is_active"], true);
    Ok(())
}
