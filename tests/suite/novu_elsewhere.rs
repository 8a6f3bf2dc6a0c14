//! One model, several APIs: what Novu makes the others read and change, and the other way round.

use anyhow::Result;
use patchbay_tests::{Backend, Novu, master_key};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, a_shop, a_team, an_integration, every};
use crate::novu_given::{API_KEY, MASK, fault, faulted, mail, unused_mail, with};
use crate::telex_slack::{Slacked, connected};

/// Mail with these names, created in this order; answers their ids.
async fn mails(novu: &Novu, names: &[&str]) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for name in names {
        ids.push(novu.created(&mail(name)).await?);
    }
    Ok(ids)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_aloochat_made_of_a_provider_that_novu_knows_appears_and_disappears(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let id = aloochat.created(&a_team("Team")).await?;
    let shown = novu.found(&id).await?;
    for (member, value) in [
        ("_id", json!(id)),
        ("_environmentId", json!(acme.tenant.default_environment)),
        ("_organizationId", json!(acme.tenant.id)),
        ("name", json!("Team")),
        ("providerId", json!("slack")),
        ("channel", json!("chat")),
        ("active", json!(true)),
        ("deleted", json!(false)),
        ("primary", json!(false)),
        ("priority", json!(0)),
        ("conditions", json!([])),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    assert!(shown["identifier"].as_str().is_some_and(|text| !text.is_empty()), "{shown}");
    assert_eq!(novu.list().await?.elements(), [shown]);
    drop(aloochat.update(&id, &json!({ "name": "Crew", "is_active": false })).await?.expect_status(200));
    let shown = novu.found(&id).await?;
    assert_eq!((&shown["name"], &shown["active"]), (&json!("Crew"), &json!(false)));
    drop(aloochat.delete(&id).await?.expect_status(200));
    assert_eq!(novu.listed("_id").await?, [Value::Null; 0]);
    fault(&novu.find(&id).await?, 404);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_identifier_of_what_others_made_is_its_own_and_stays(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let mut seen = Vec::new();
    for _ in 0..2 {
        let id = aloochat.created(&a_team("Team")).await?;
        let first = novu.found(&id).await?["identifier"].clone();
        drop(aloochat.update(&id, &json!({ "name": "Crew" })).await?.expect_status(200));
        assert_eq!(novu.found(&id).await?["identifier"], first);
        seen.push(first);
    }
    assert_ne!(seen[0], seen[1]);
    assert_eq!(novu.listed("identifier").await?, seen);
    // It may be taken over as it was read, and then nobody else may have it.
    let id = novu.listed("_id").await?[0].as_str().unwrap().to_owned();
    drop(novu.update(&id, &json!({ "identifier": seen[0] })).await?.expect_status(200));
    let taken = novu.create(&with(unused_mail("a"), json!({ "identifier": seen[0] }))).await?;
    faulted(&taken, 409, "Integration with identifier already exists");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secrets_that_others_stored_are_masked_under_novus_names(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let config =
        json!({ "config": { "bot_token": "xoxb-planted-0123456789", "signing_secret": "planted-signing" } });
    let id = acme.aloochat().created(&with(a_team("Team"), config)).await?;
    let shown = novu.find(&id).await?.expect_status(200);
    assert!(!shown.text.contains("planted"), "{shown}");
    assert_eq!(shown.data()["credentials"]["signingSecret"], MASK, "{shown}");
    assert!(!novu.list().await?.text.contains("planted"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_sent_through_novu_leaves_what_it_does_not_know(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let config =
        json!({ "config": { "bot_token": "xoxb-planted-0123456789", "default_channel": "general" } });
    let id = aloochat.created(&with(a_team("Team"), config)).await?;
    let before = aloochat.find(&id).await?.expect_status(200).json();
    drop(novu.update(&id, &json!({ "name": "Crew" })).await?.expect_status(200));
    let after = aloochat.find(&id).await?.expect_status(200).json();
    assert_eq!((&after["config"], &after["name"]), (&before["config"], &json!("Crew")));
    assert!(aloochat.secret_keys(&id).await?.contains(&"bot_token".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_novu_changes_of_others_the_others_see(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let id = aloochat.created(&a_team("Team")).await?;
    drop(novu.update(&id, &json!({ "name": "Crew" })).await?.expect_status(200));
    assert_eq!(aloochat.listed("name").await?, ["Crew"]);
    assert_eq!(every(&acme.telex.list().await?, "app_name"), ["Crew"]);
    drop(novu.update(&id, &json!({ "active": false })).await?.expect_status(200));
    assert_eq!(aloochat.listed("is_active").await?, [false]);
    drop(novu.delete(&id).await?.expect_status(200));
    assert_eq!(aloochat.listed("id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_telex_connected_appears_without_its_tokens(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox: _sandbox } = Slacked::on(backend).await?;
    let token = connected(&acme.telex, "sandbox-ok-acme").await?;
    for novu in [acme.novu().await?, acme.revealing_novu()] {
        let listed = novu.list().await?.expect_status(200);
        assert_eq!(listed.of_each("providerId"), ["slack"], "{listed}");
        assert!(!listed.text.contains(&token), "{listed}");
        let id = listed.elements()[0]["_id"].as_str().unwrap().to_owned();
        let masked = novu.find(&id).await?.expect_status(200);
        assert_eq!(masked.data()["channel"], "chat");
    }
    let id = acme.novu().await?.listed("_id").await?[0].as_str().unwrap().to_owned();
    drop(acme.novu().await?.delete(&id).await?.expect_status(200));
    drop(acme.telex.access().await?.expect_status(404));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_novu_made_is_seen_renamed_and_deleted_in_aloochat_and_telex(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    assert_eq!(aloochat.listed("name").await?, ["a", "b", "c"]);
    assert_eq!(every(&acme.telex.list().await?, "app_name"), ["a", "b", "c"]);
    let shown = aloochat.find(&ids[0]).await?.expect_status(200);
    assert!(!shown.text.contains("planted"), "{shown}");
    assert_eq!((&shown.json()["type"], &shown.json()["is_active"]), (&json!("sendgrid"), &json!(true)));
    drop(aloochat.update(&ids[0], &json!({ "name": "z" })).await?.expect_status(200));
    drop(acme.telex.update(&ids[1], &json!({ "name": "y" })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["z 3*", "c 2", "y 1"]);
    drop(acme.telex.delete(&ids[2]).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["z 2*", "y 1"]);
    drop(aloochat.delete(&ids[0]).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["y 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pausing_through_others_takes_primary_and_priority_away(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let ids = mails(&novu, &["a", "b", "c"]).await?;
    drop(aloochat.update(&ids[0], &json!({ "is_active": false })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["c 2", "b 1", "a 0"]);
    drop(novu.set_primary(&ids[1]).await?.expect_status(200));
    drop(acme.telex.update(&ids[1], &json!({ "is_active": false })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["c 1", "a 0", "b 0"]);
    // Resumed they come back, and never as the primary one.
    drop(aloochat.update(&ids[0], &json!({ "is_active": true })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["a 2", "c 1", "b 0"]);
    drop(novu.set_primary(&ids[2]).await?.expect_status(200));
    drop(acme.telex.update(&ids[1], &json!({ "is_active": true })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["c 3*", "b 2", "a 1"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn pausing_through_others_while_it_is_made_primary_leaves_an_order(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let ids = mails(&novu, &["a", "b", "c", "d"]).await?;
    let mut racing = tokio::task::JoinSet::new();
    for id in ids.iter().chain(&ids) {
        racing.spawn(novu.request("POST", &format!("/{id}/set-primary")).send());
        racing.spawn(aloochat.request("PUT", &format!("/{id}")).json(&json!({ "is_active": false })).send());
        racing.spawn(
            acme.telex.request("PATCH", &format!("/{id}")).json(&json!({ "is_active": false })).send(),
        );
    }
    for answer in racing.join_all().await {
        drop(answer?.expect_status(200));
    }
    novu.order("email").await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_novu_has_no_name_for_is_left_out_and_not_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let shop = acme.aloochat().created(&a_shop("shop")).await?;
    let app = acme.telex.created(&an_integration("app")).await?;
    let own = novu.created(&mail("a")).await?;
    assert_eq!(novu.listed("_id").await?, [json!(own)]);
    assert_eq!(novu.active().await?.elements().len(), 1);
    for id in [&shop, &app] {
        fault(&novu.find(id).await?, 404);
        let gone = format!("Entity with id {id} not found");
        faulted(&novu.update(id, &json!({ "name": "x" })).await?, 404, &gone);
        faulted(&novu.patch(id, &json!({ "name": "x" })).await?, 404, &gone);
        faulted(&novu.set_primary(id).await?, 404, &format!("Integration with id {id} not found"));
        faulted(&novu.delete(id).await?, 404, &gone);
        let status = novu.request("GET", &format!("/webhook/provider/{id}/status")).send().await?;
        faulted(&status, 404, &format!("Integration for {id} was not found"));
    }
    assert_eq!(novu.delete(&own).await?.expect_status(200).data(), json!([]));
    assert_eq!(acme.aloochat().listed("name").await?, ["shop", "app"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn providers_that_nobody_knows_appear_elsewhere_under_their_own_name(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let (novu, aloochat) = (acme.novu().await?, acme.aloochat());
    let secret = json!({ "providerId": "acme-mail", "credentials": { "anything": "planted-0123456789" } });
    let id = novu.created(&with(mail("a"), secret)).await?;
    let shown = aloochat.find(&id).await?.expect_status(200);
    assert_eq!((&shown.json()["type"], &shown.json()["name"]), (&json!("acme-mail"), &json!("a")));
    assert!(!shown.text.contains("planted"), "{shown}");
    assert_eq!(every(&acme.telex.list().await?, "app_name"), ["a"]);
    let single = acme.telex.find(&id).await?.expect_status(200);
    assert!(!single.text.contains("planted"), "{single}");
    drop(aloochat.update(&id, &json!({ "name": "b", "is_active": false })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["b 0"]);
    let kept = acme.revealing_novu().found(&id).await?;
    assert_eq!(kept["credentials"], json!({ "anything": "planted-0123456789" }));
    drop(acme.telex.delete(&id).await?.expect_status(200));
    assert_eq!(novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_called_like_an_entry_is_not_taken_for_it_elsewhere(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let like = json!({ "providerId": "shopify", "channel": "chat", "credentials": { "access_token": "planted-token" } });
    let id = novu.created(&like).await?;
    for answer in [acme.aloochat().find(&id).await?, acme.telex.find(&id).await?] {
        assert!(!answer.expect_status(200).text.contains("planted"));
    }
    assert_eq!(novu.listed("providerId").await?, ["shopify"]);
    drop(acme.aloochat().update(&id, &json!({ "name": "renamed" })).await?.expect_status(200));
    assert_eq!(novu.listed("name").await?, ["renamed"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_of_others_are_free_here_and_stay_theirs(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let app = acme.telex.created(&an_integration("app")).await?;
    acme.aloochat().created(&a_shop("shop")).await?;
    for name in ["app", "shop", "app"] {
        novu.created(&mail(name)).await?;
    }
    // Telex's own rule still holds for its own.
    drop(acme.telex.create(&an_integration("app")).await?.expect_status(409));
    let id = novu.listed("_id").await?[0].as_str().unwrap().to_owned();
    drop(
        novu.update(&id, &json!({ "name": "shop", "identifier": "not-a-url-for-app" }))
            .await?
            .expect_status(200),
    );
    drop(acme.telex.find(&app).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_and_channels_of_others_go_with_what_novu_deletes(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let setting = acme.telex.settings(&id).put("colour", "red").await?;
    acme.telex.channel(&id, "general").put("colour", "blue").await?;
    assert!(!setting.is_empty());
    // A setting is no credential.
    assert_eq!(novu.found(&id).await?["credentials"], json!({ "apiKey": MASK, "from": "a@example.com" }));
    drop(novu.delete(&id).await?.expect_status(200));
    drop(acme.telex.settings(&id).list().await?.expect_status(404));
    let rows = "SELECT id AS text FROM settings";
    assert_eq!(acme.service.database().texts(rows)?, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn its_secrets_are_verified_and_rotated_with_all_others(#[case] backend: Backend) -> Result<()> {
    let mut acme = Acme::on(backend).await?;
    let id = mails(&acme.novu().await?, &["a", "b"]).await?.remove(0);
    let verified = acme.service.command(&["secrets", "verify"]).await?.expect_status(0).expect_document();
    assert!(verified["opened"].as_u64() >= Some(2), "{verified}");
    assert_eq!(verified["failed"], json!([]));
    for keys in [["k2", "k1"].as_slice(), &["k2"]] {
        let keys: Vec<_> = keys.iter().map(|id| master_key(id)).collect();
        acme.service.configure("secrets.keys", &format!("{keys:?}"))?;
        drop(acme.service.command(&["secrets", "rotate"]).await?.expect_status(0));
    }
    acme.service.restart().await?;
    assert_eq!(acme.revealing_novu().found(&id).await?["credentials"]["apiKey"], API_KEY);
    Ok(())
}
