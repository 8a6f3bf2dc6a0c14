//! One model, two APIs: what AlooChat writes Telex reads, and the other way round.

use anyhow::Result;
use patchbay_tests::{Backend, ManifestHost, Service};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, CREDENTIAL, a_shop, an_integration, declined, every, invalid, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_telex_made_is_shown_changed_and_deleted_in_aloochat(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = acme.telex.created(&an_integration("shop")).await?;
    let shown = aloochat.find(&id).await?.expect_status(200);
    let expected = json!({
        "id": id, "name": "shop", "type": "json_manifest", "config": {}, "is_active": true,
        "visibility": "private", "company_id": acme.tenant.id, "agent_id": null
    });
    assert_eq!(shown.json().to_string(), expected.to_string());
    assert_eq!(aloochat.list("").await?.json(), json!([expected]));
    // An object as it was read, its type among it, is sent back.
    assert_eq!(aloochat.update(&id, &shown.json()).await?.expect_status(200).text, shown.text);
    let sent = json!({ "name": "store", "is_active": false, "agent_id": "a", "config": { "note": "kept" } });
    drop(aloochat.update(&id, &sent).await?.expect_status(200));
    invalid(aloochat.update(&id, &json!({ "type": "shopify" })).await?, "type: cannot be changed");
    let telex = acme.telex.find(&id).await?.expect_status(200).json();
    assert_eq!((&telex["data"]["name"], &telex["data"]["is_active"]), (&json!("store"), &json!(false)));
    assert_eq!(telex["data"]["auth_credential"], CREDENTIAL);
    assert_eq!(aloochat.secret_keys(&id).await?, ["auth_credential"]);
    drop(aloochat.delete(&id).await?.expect_status(200));
    refused(acme.telex.find(&id).await?, 404, "Integration not found");
    // Its name and its address are free again.
    acme.telex.created(&an_integration("shop")).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_aloochat_made_is_shown_changed_and_deleted_in_telex(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let listed = acme.telex.list().await?.expect_status(200).json()["data"][0].clone();
    for (member, value) in [
        ("id", json!(id)),
        ("app_name", json!("shop")),
        ("json_url", json!("")),
        ("is_active", json!(true)),
        ("is_system_integration", json!(false)),
    ] {
        assert_eq!(listed[member], value, "{member}");
    }
    let single = acme.telex.find(&id).await?.expect_status(200);
    assert_eq!(single.json()["data"]["auth_credential"], "", "{single}");
    assert!(!single.text.contains("shpat"), "{single}");
    drop(acme.telex.update(&id, &json!({ "name": "store", "is_active": false })).await?.expect_status(200));
    let shown = aloochat.find(&id).await?.expect_status(200).json();
    assert_eq!(
        (&shown["name"], &shown["is_active"], &shown["type"]),
        (&json!("store"), &json!(false), &json!("shopify"))
    );
    assert_eq!(shown["config"], json!({ "shop_domain": "mystore.myshopify.com", "api_version": "2024-01" }));
    assert_eq!(aloochat.secret_keys(&id).await?, ["access_token"]);
    let gone = acme.telex.delete(&id).await?.expect_status(200);
    assert!(!gone.text.contains("shpat"), "{gone}");
    declined(aloochat.find(&id).await?, 404, "Integration not found");
    assert_eq!(every(&acme.telex.list().await?, "id"), [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_custom_integration_is_one_of_its_providers_own_name(#[case] backend: Backend) -> Result<()> {
    let host = ManifestHost::start().await?;
    let url = host.shows("/app.json", &json!({ "descriptions": { "app_name": "Watch" }, "is_active": true }));
    let origin = url.strip_suffix("/app.json").unwrap();
    let service = Service::builder(backend)
        .config("providers.json_manifest.base_url", &format!("'{origin}'"))
        .start()
        .await?;
    let acme = Acme::of(service).await?;
    let aloochat = acme.aloochat();
    let id = acme.telex.installed(&url).await?;
    let listed = aloochat.list("").await?.expect_status(200).json();
    assert_eq!((&listed[0]["id"], &listed[0]["type"]), (&json!(id), &json!("json_manifest")));
    // It has the name of its app in Telex, and its own one here.
    assert_eq!(aloochat.list("?q=watch").await?.json().as_array().unwrap().len(), 1);
    drop(aloochat.delete(&id).await?.expect_status(200));
    assert_eq!(acme.telex.list_custom().await?.json()["data"], json!([]));
    acme.telex.installed(&url).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_rename_onto_a_name_that_telex_holds_is_refused_and_names_nobody(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let body = |name: &str| json!({ "name": name, "json_url": "https://shop.example/app.json" });
    let first = acme.telex.created(&body("shop")).await?;
    let second = acme.telex.created(&body("store")).await?;
    for method in ["PUT", "PATCH"] {
        let answer =
            aloochat.request(method, &format!("/{second}")).json(&json!({ "name": "SHOP" })).send().await?;
        assert!(!answer.text.contains(&first), "{answer}");
        invalid(answer, "name: already taken");
    }
    // The rule is Telex's: what AlooChat makes may be called what it likes.
    let free = aloochat.created(&a_shop("shop")).await?;
    drop(aloochat.update(&free, &json!({ "name": "store" })).await?.expect_status(200));
    drop(aloochat.delete(&first).await?.expect_status(200));
    drop(aloochat.update(&second, &json!({ "name": "shop" })).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_of_one_environment_sees_and_writes_that_one_in_both(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let staging = acme.tenant.environment("staging").await?;
    let all = ["integrations:read", "integrations:write", "settings:read", "settings:write"];
    let bound = acme.tenant.key_in_environment(&staging, &all).await?.text;
    let here = acme.tenant.key_in_environment(&acme.tenant.default_environment, &all).await?.text;
    let (aloochat, telex) = (acme.aloochat().with_key(&bound), acme.telex.with_key(&bound));
    let inside = aloochat.created(&a_shop("inside")).await?;
    let by_telex = telex.created(&an_integration("by telex")).await?;
    let outside = acme.aloochat().created(&a_shop("outside")).await?;
    assert_eq!(aloochat.listed("id").await?, [json!(inside), json!(by_telex)]);
    assert_eq!(every(&telex.list().await?, "id"), [inside.clone(), by_telex]);
    assert_eq!(acme.aloochat().with_key(&here).listed("id").await?, [json!(outside)]);
    let everything: Vec<Value> = acme.aloochat().listed("name").await?;
    assert_eq!(everything, ["inside", "by telex", "outside"]);
    for id in [&outside] {
        declined(aloochat.find(id).await?, 404, "Integration not found");
        declined(aloochat.update(id, &json!({ "name": "x" })).await?, 404, "Integration not found");
        declined(
            aloochat.channel("PUT", id, "a").json(&json!({})).send().await?,
            404,
            "Integration not found",
        );
        declined(aloochat.delete(id).await?, 404, "Integration not found");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_channel_that_one_writes_the_other_reads(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let settings = acme.telex.channel(&id, "general");
    settings.put("colour", "red").await?;
    settings.put("token", "secret").await?;
    let channel = |method: &str| aloochat.channel(method, &id, "general");
    assert_eq!(channel("GET").send().await?.expect_status(200).json(), json!({ "colour": "red" }));
    drop(channel("PUT").json(&json!({ "colour": "blue", "size": 5 })).send().await?.expect_status(200));
    let pairs = settings.pairs().await?;
    let pairs: Vec<_> = pairs.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
    assert_eq!(pairs, [("colour", "blue"), ("token", "secret"), ("size", "5")]);
    drop(channel("DELETE").send().await?.expect_status(200));
    assert_eq!(settings.pairs().await?, []);
    Ok(())
}
