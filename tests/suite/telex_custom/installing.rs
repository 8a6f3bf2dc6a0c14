//! T14, T15 and T17: what an app says of itself, and what becomes of it.

use anyhow::Result;
use patchbay_tests::{Backend, Telex};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Hosted, an_app, done, shows, with_settings};
use crate::given::{MASKED, UNKNOWN_ID, an_integration, every, refused};

const TAKEN: &str = "Integration app already exists";

async fn first(telex: &Telex) -> Result<Value> {
    Ok(telex.list_custom().await?.expect_status(200).json()["data"][0].clone())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_app_is_what_its_manifest_says(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let mut app = an_app("Banana");
    app["data"]["integration_type"] = json!("output");
    app["data"]["target_url"] = json!("https://app.example/target");
    let url = host.shows("/banana.json", &app);
    let id = acme.telex.installed(&url).await?;
    let listed = first(&acme.telex).await?;
    let members: Vec<_> = listed.as_object().unwrap().keys().cloned().collect();
    let expected = "id app_name json_url app_url app_logo app_description is_active created_at updated_at";
    assert_eq!(members.join(" "), expected);
    assert_eq!((&listed["app_name"], &listed["json_url"]), (&json!("Banana"), &json!(url)));
    assert_eq!((&listed["app_url"], &listed["is_active"]), (&json!("https://app.example"), &json!(true)));

    // The other operations know it too.
    assert_eq!(every(&acme.telex.list().await?, "id"), [id.as_str()]);
    let found = acme.telex.find(&id).await?.expect_status(200).json()["data"].clone();
    assert_eq!((&found["name"], &found["integration_type"]), (&json!("Banana"), &json!("output")));
    assert_eq!(found["is_system_integration"], false);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn only_what_was_installed_is_listed_as_custom(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    acme.telex.created(&an_integration("plain")).await?;
    let url = |n: usize| host.shows(&format!("/{n}.json"), &an_app(&format!("App {n}")));
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.push(acme.telex.installed(&url(n)).await?);
    }
    assert_eq!(every(&acme.telex.list_custom().await?, "id"), ids);
    assert_eq!(acme.telex.list().await?.json()["data"].as_array().unwrap().len(), 4);
    done(acme.telex.delete_custom(&ids[1]).await?, 200, "Integrations deleted successfully");
    assert_eq!(every(&acme.telex.list_custom().await?, "id"), [&*ids[0], &*ids[2]]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_address_is_installed_once_however_it_is_spelt(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let url = host.shows("/app.json", &an_app("First"));
    let id = acme.telex.installed(&url).await?;
    // Another name makes it no other app.
    drop(host.shows("/app.json", &an_app("Second")));
    drop(host.shows("/app.json/", &an_app("Third")));
    for spelling in [url.clone(), format!(" {url} "), url.replace("http", "HTTP"), format!("{url}/")] {
        refused(acme.telex.install(&spelling).await?, 409, TAKEN);
    }
    // A plain integration of the same address is something else.
    acme.telex.created(&json!({ "name": "plain", "json_url": url })).await?;
    done(acme.telex.delete_custom(&id).await?, 200, "Integrations deleted successfully");
    acme.telex.installed(&url).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_that_install_one_app_at_once_one_succeeds(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let url = host.shows("/app.json", &an_app("App"));
    let mut installing = JoinSet::new();
    for _ in 0..8 {
        let (telex, url) = (acme.telex.clone(), url.clone());
        installing.spawn(async move { telex.install(&url).await.map(|answer| answer.status) });
    }
    let mut statuses = installing.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_begin_with_the_values_that_the_manifest_names(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let none = host.shows("/0.json", &an_app("None"));
    let none = acme.telex.installed(&none).await?;
    shows(acme.telex.entries(&none, "").await?, &json!({ "field_name": "", "value": "" }));

    let one = json!([{ "label": "colour", "type": "text", "default": "red" }]);
    let one = host.shows("/1.json", &with_settings("One", &one));
    let one = acme.telex.installed(&one).await?;
    shows(acme.telex.entries(&one, "").await?, &json!({ "field_name": "colour", "value": "red" }));

    let three = json!([
        { "label": "size", "type": "number", "default": 5 },
        { "label": "wide", "type": "checkbox", "default": "Yes" },
        { "label": "without a value", "type": "text" },
        { "label": "parts", "type": "multi-select", "default": ["a", "b"], "options": ["a", "b"] },
    ]);
    let three = host.shows("/3.json", &with_settings("Three", &three));
    let three = acme.telex.installed(&three).await?;
    let pair = |name: &str, value: &str| json!({ "field_name": name, "value": value });
    let all = |wide: &str| json!([pair("size", "5"), pair("wide", wide), pair("parts", "a,b")]);
    // None was changed since: the first of the manifest counts.
    let latest = json!({ "field_name": "size", "value": "5", "settings": all("Yes") });
    shows(acme.telex.entries(&three, "").await?, &latest);
    let put = acme.telex.put_entry(&three, "wide", &json!(false)).await?;
    done(put, 200, "Integrations Settings updated successfully");
    let latest = json!({ "field_name": "wide", "value": "false", "settings": all("false") });
    shows(acme.telex.entries(&three, "").await?, &latest);
    shows(acme.telex.entries(&three, "?field_name=size").await?, &pair("size", "5"));
    refused(acme.telex.entries(&three, "?field_name=none").await?, 404, "Integration not found");
    Ok(())
}

/// The default of a secret is a secret.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_to_begin_with_is_masked_and_sealed(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let settings = json!([{ "label": "API key", "type": "text", "default": "a-default-credential-tial" }]);
    let url = host.shows("/app.json", &with_settings("App", &settings));
    let id = acme.telex.installed(&url).await?;
    let reader = acme.may(&["settings:read"]).await?;
    shows(reader.entries(&id, "").await?, &json!({ "field_name": "API key", "value": MASKED }));
    let full = json!({ "field_name": "API key", "value": "a-default-credential-tial" });
    let shown = acme.telex.entries(&id, "").await?;
    assert_eq!(shown.header("cache-control"), "no-store");
    shows(shown, &full);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_custom_integration_is_deleted_with_all_that_belongs_to_it(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let settings = json!([{ "label": "colour", "type": "text", "default": "red" }]);
    let url = host.shows("/app.json", &with_settings("App", &settings));
    let id = acme.telex.installed(&url).await?;
    done(acme.telex.delete_custom(&id).await?, 200, "Integrations deleted successfully");
    for gone in [
        acme.telex.delete_custom(&id).await?,
        acme.telex.replace_manifest(&id, &url).await?,
        acme.telex.put_entry(&id, "colour", &json!("blue")).await?,
        acme.telex.entries(&id, "").await?,
    ] {
        refused(gone, 404, "Integration not found");
    }
    Ok(())
}

/// The literal segment is no id, and an integration that is not custom is none here.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_not_custom_is_not_found(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let plain = acme.telex.created(&an_integration("plain")).await?;
    let url = host.shows("/app.json", &an_app("App"));
    for id in [plain.as_str(), UNKNOWN_ID, "no-uuid", "custom"] {
        refused(acme.telex.replace_manifest(id, &url).await?, 404, "Integration not found");
        refused(acme.telex.delete_custom(id).await?, 404, "Integration not found");
    }
    assert!(host.asked().is_empty(), "nothing is asked for an integration that is not there");
    drop(acme.telex.find(&plain).await?.expect_status(200));
    Ok(())
}
