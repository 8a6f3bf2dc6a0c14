//! N2, N3, N6, N8, N9 and N10: what is there, what of it is used, what is left.

use anyhow::Result;
use patchbay_tests::{Backend, id_of};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{chat, fault, faulted, inbox, mail, push, text_messages, unprocessable, unused_mail};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_shows_all_channels_in_the_order_of_creation(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    assert_eq!(novu.list().await?.expect_status(200).data(), json!([]));
    let mut made = Vec::new();
    for body in [push("z"), mail("y"), chat("x"), text_messages("w"), unused_mail("v"), inbox()] {
        made.push(novu.made(&body).await?);
    }
    assert_eq!(novu.list().await?.elements(), made);
    drop(novu.update(&id_of(&made[0])?, &json!({ "name": "changed" })).await?.expect_status(200));
    assert_eq!(novu.listed("name").await?, ["changed", "y", "x", "w", "v", "Novu Inbox"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_is_not_paged(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for number in 0..120 {
        novu.created(&unused_mail(&number.to_string())).await?;
    }
    let expected: Vec<_> = (0..120).map(|number| json!(number.to_string())).collect();
    assert_eq!(novu.listed("name").await?, expected);
    let asked = novu.request("GET", "?page=2&limit=5&offset=3").send().await?.expect_status(200);
    assert_eq!(asked.elements().len(), 120);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_active_ones_are_listed_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    for body in [unused_mail("b"), chat("c"), inbox()] {
        novu.created(&body).await?;
    }
    assert_eq!(novu.active().await?.expect_status(200).of_each("name"), ["a", "c", "Novu Inbox"]);
    drop(novu.update(&id, &json!({ "active": false })).await?.expect_status(200));
    let active = novu.active().await?.expect_status(200);
    assert_eq!(active.of_each("name"), ["c", "Novu Inbox"]);
    assert!(active.elements().iter().all(|one| one["active"] == true), "{active}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_deleted_is_gone_and_what_is_left_is_answered(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let [a, b] = [novu.created(&mail("a")).await?, novu.created(&chat("b")).await?];
    novu.created(&push("c")).await?;
    let left = novu.delete(&a).await?.expect_status(200);
    assert_eq!(left.of_each("name"), ["b", "c"]);
    assert_eq!(left.elements(), novu.list().await?.elements());
    assert!(!left.text.contains("deletedAt") && !left.text.contains("deletedBy"), "{left}");
    let gone = format!("Entity with id {a} not found");
    faulted(&novu.delete(&a).await?, 404, &gone);
    faulted(&novu.update(&a, &json!({ "name": "x" })).await?, 404, &gone);
    faulted(&novu.set_primary(&a).await?, 404, &format!("Integration with id {a} not found"));
    fault(&novu.find(&a).await?, 404);
    assert_eq!(novu.listed("_id").await?.len(), 2);
    assert_eq!(novu.delete(&b).await?.expect_status(200).elements().len(), 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_one_that_is_deleted_no_secret_is_left(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let sealed = "SELECT id AS text FROM integrations WHERE credentials IS NOT NULL";
    assert_eq!(acme.service.database().texts(sealed)?, [id.as_str()]);
    drop(novu.delete(&id).await?.expect_status(200));
    assert_eq!(acme.service.database().texts(sealed)?, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ids_that_are_none_and_such_that_nothing_has_are_not_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    novu.created(&mail("a")).await?;
    for id in [UNKNOWN_ID, "nope", "65f1a2b3c4d5e6f7a8b9c0d1", "7", "sendgrid"] {
        let message = format!("Entity with id {id} not found");
        faulted(&novu.update(id, &json!({ "name": "x" })).await?, 404, &message);
        faulted(&novu.delete(id).await?, 404, &message);
        fault(&novu.find(id).await?, 404);
    }
    assert_eq!(novu.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn without_a_member_to_change_an_update_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let before = novu.found(&id).await?;
    for nothing in [
        json!({}),
        json!({ "check": false }),
        json!({ "name": null, "active": null, "credentials": null, "conditions": null, "identifier": null }),
        json!({ "name": "", "identifier": "" }),
        json!({ "unknown": true, "providerId": "mailgun", "channel": "sms" }),
        json!({ "configurations": { "a": 1 }, "kind": "delivery", "removeNovuBranding": true }),
    ] {
        faulted(&novu.update(&id, &nothing).await?, 400, "No properties found for update");
    }
    assert_eq!(novu.found(&id).await?, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_is_seen_and_its_time_too(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&unused_mail("a")).await?;
    let id = id_of(&made)?;
    let change = json!({ "name": "b", "identifier": "c", "active": true });
    let changed = novu.updated(&id, &change).await?;
    for (member, value) in change.as_object().unwrap() {
        assert_eq!(changed[member], *value);
    }
    assert_eq!((&changed["_id"], &changed["createdAt"]), (&made["_id"], &made["createdAt"]));
    assert!(changed["updatedAt"].as_str() >= made["updatedAt"].as_str(), "{changed}");
    assert_eq!(novu.found(&id).await?, changed);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn limits_are_none_for_each_channel_and_unknown_ones_are_refused(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    novu.created(&mail("a")).await?;
    for channel in ["in_app", "email", "sms", "chat", "push"] {
        let limit = novu.request("GET", &format!("/{channel}/limit")).send().await?.expect_status(200);
        drop(limit.expect_json(&json!({ "data": { "limit": 0, "count": 0 } }), &[]));
    }
    for channel in ["fax", "tool", "EMAIL", UNKNOWN_ID] {
        unprocessable(&novu.request("GET", &format!("/{channel}/limit")).send().await?);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn whether_there_is_an_active_inbox_is_told(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let status = || async {
        let answer = novu.request("GET", "/in-app/status").send().await?.expect_status(200);
        Ok::<Value, anyhow::Error>(answer.data())
    };
    assert_eq!(status().await?, json!({ "active": false }));
    novu.created(&chat("a")).await?;
    let id = novu.created(&json!({ "providerId": "novu", "channel": "in_app" })).await?;
    assert_eq!(status().await?, json!({ "active": false }));
    drop(novu.update(&id, &json!({ "active": true })).await?.expect_status(200));
    assert_eq!(status().await?, json!({ "active": true }));
    let staging = acme.tenant.environment("staging").await?;
    let bound = acme.tenant.key_in_environment(&staging, &["integrations:read"]).await?;
    let there = acme.service.novu(&bound.text).request("GET", "/in-app/status").send().await?;
    assert_eq!(there.expect_status(200).data(), json!({ "active": false }));
    drop(novu.delete(&id).await?.expect_status(200));
    assert_eq!(status().await?, json!({ "active": false }));
    Ok(())
}
