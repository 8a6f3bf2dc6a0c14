//! What was recorded, as the operator reads it: who did what to what, newest first.

use anyhow::{Context, Result};
use patchbay_tests::{Backend, Service, Tenant, is_timestamp, is_uuid};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, an_integration};

const SECRET: &str = "planted-credential-0123456789";

/// The events of a tenant, as `patchbay audit list` shows them.
async fn audit(service: &Service, tenant: &Tenant, options: &[&str]) -> Result<Vec<Value>> {
    let command = [&["audit", "list", "--organisation", &tenant.id], options].concat();
    let printed = service.command(&command).await?.expect_status(0);
    assert_eq!(printed.stderr, "");
    assert!(!printed.stdout.contains("planted"), "a secret is shown: {}", printed.stdout);
    Ok(printed.expect_document().as_array().context("it is no array")?.clone())
}

/// What happened to one entity, oldest first: what, and who did it.
fn story<'a>(events: &'a [Value], kind: &str, id: &str) -> Vec<(&'a str, &'a Value)> {
    let about = json!({ "kind": kind, "id": id });
    let told = events.iter().rev().filter(|event| event["entity"] == about);
    told.map(|event| (event["type"].as_str().unwrap(), &event["actor"])).collect()
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_made_changed_deleted_and_revealed_is_there_with_who_did_it(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let one = acme.tenant.key_with(&["--all-permissions"]).await?;
    let other = acme.tenant.key_with(&["--preset", "telex"]).await?;
    let telex = acme.telex.with_key(&one.text);
    let sent = json!({ "name": "shop", "json_url": "x", "auth_credential": SECRET });
    let id = telex.created(&sent).await?;
    let changed = format!("{SECRET}, changed");
    drop(telex.update(&id, &json!({ "auth_credential": changed })).await?.expect_status(200));
    let setting = telex.settings(&id).put("bot token", SECRET).await?;
    let telex = acme.telex.with_key(&other.text);
    drop(telex.update(&id, &json!({ "name": "store" })).await?.expect_status(200));
    drop(telex.find(&id).await?.expect_status(200));
    drop(telex.settings(&id).list().await?.expect_status(200));
    drop(telex.settings(&id).delete(&setting).await?.expect_status(200));
    drop(telex.delete(&id).await?.expect_status(200));
    acme.tenant.revoke(&one).await?;

    let events = audit(&acme.service, &acme.tenant, &[]).await?;
    let operator = json!({ "kind": "operator" });
    let [one_did, other_did] = [&one, &other].map(|key| json!({ "kind": "key", "id": key.id }));
    assert_eq!(story(&events, "organisation", &acme.tenant.id), [("organisation.created", &operator)]);
    assert_eq!(story(&events, "key", &one.id), [("key.created", &operator), ("key.revoked", &operator)]);
    assert_eq!(
        story(&events, "integration", &id),
        [
            ("integration.created", &one_did),
            ("credential.revealed", &one_did),
            ("integration.updated", &one_did),
            ("credential.changed", &one_did),
            ("credential.revealed", &one_did),
            ("integration.updated", &other_did),
            ("credential.revealed", &other_did),
            ("credential.revealed", &other_did),
            ("credential.revealed", &other_did),
            ("integration.deleted", &other_did),
            ("credential.revealed", &other_did),
        ]
    );
    assert_eq!(
        story(&events, "setting", &setting),
        [("setting.changed", &one_did), ("setting.changed", &other_did)]
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_record_says_when_where_and_what_differs(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&json!({ "name": "shop", "json_url": "x" })).await?;
    drop(acme.telex.update(&id, &json!({ "name": "store" })).await?.expect_status(200));

    let events = audit(&acme.service, &acme.tenant, &[]).await?;
    for event in &events {
        let members: Vec<_> = event.as_object().unwrap().keys().collect();
        assert_eq!(members, ["id", "at", "type", "actor", "environment_id", "entity", "changes"]);
        assert!(is_uuid(event["id"].as_str().unwrap(), &['7']), "{event}");
        assert!(is_timestamp(event["at"].as_str().unwrap()), "{event}");
    }
    assert!(ids(&events).is_sorted_by(|newer, older| newer > older), "not newest first");
    let newest = &events[0];
    assert_eq!(newest["type"], "integration.updated");
    assert_eq!(newest["environment_id"], acme.tenant.default_environment.as_str());
    assert_eq!(newest["changes"], json!({ "before": { "name": "shop" }, "after": { "name": "store" } }));
    assert_eq!(events.last().unwrap()["environment_id"], Value::Null);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_list_ends_at_its_limit_and_at_its_time(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for number in 0..60 {
        acme.telex.created(&an_integration(&format!("shop {number}"))).await?;
    }
    let all = audit(&acme.service, &acme.tenant, &["--limit", "10000"]).await?;
    assert!(all.len() > 120, "only {} events", all.len());
    for (options, expected) in [
        (vec![], 100),
        (vec!["--limit", "1"], 1),
        (vec!["--limit", "101"], 101),
        (vec!["--since", "1999-12-31", "--limit", "7"], 7),
        (vec!["--since", "9999-12-31"], 0),
    ] {
        let listed = audit(&acme.service, &acme.tenant, &options).await?;
        assert_eq!(ids(&listed), ids(&all)[..expected], "{options:?}");
    }
    // Of the very time that is named, too; also when it is written in another zone.
    let middle = all[50]["at"].as_str().unwrap();
    let zoned = middle.replace('Z', "-00:00");
    for since in [middle, &zoned] {
        let listed = audit(&acme.service, &acme.tenant, &["--since", since, "--limit", "10000"]).await?;
        let expected: Vec<_> = all.iter().filter(|event| event["at"].as_str() >= Some(middle)).collect();
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected);
        assert!((51..all.len()).contains(&listed.len()));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisations_records_are_never_shown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let globex = acme.service.organisation("globex").await?;
    let key = globex.key_with(&["--all-permissions"]).await?;
    let telex = acme.service.telex("", &globex, &key.text);
    let theirs = telex.created(&an_integration("theirs")).await?;
    let ours = acme.telex.created(&an_integration("ours")).await?;
    // A stranger's refused attempt is no record of either.
    drop(acme.telex.delete(&theirs).await?.expect_status(404));

    let [acmes, globexs] = [&acme.tenant, &globex].map(|tenant| audit(&acme.service, tenant, &[]));
    let (acmes, globexs) = (acmes.await?, globexs.await?);
    assert!(ids(&acmes).iter().all(|id| !ids(&globexs).contains(id)));
    for (events, own, others) in [(&acmes, &ours, &theirs), (&globexs, &theirs, &ours)] {
        let text = Value::from(events.clone()).to_string();
        assert!(text.contains(own) && !text.contains(others), "{text}");
    }
    assert!(!Value::from(acmes).to_string().contains(&key.id));

    let command = ["audit", "list", "--organisation", UNKNOWN_ID];
    let why = acme.service.command(&command).await?.expect_refusal();
    assert!(why.contains("no such organisation"), "{why}");
    Ok(())
}
