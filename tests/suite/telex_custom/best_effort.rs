//! T3 and T5 read a manifest where they can, and do without where they cannot.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{Hosted, an_app, with_settings};
use crate::given::{Acme, every, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_t3_can_read_describes_the_integration(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let mut app = with_settings("The App", &json!([{ "label": "colour", "type": "text", "default": "red" }]));
    app["data"]["integration_type"] = json!("modifier");
    app["data"]["is_active"] = json!(false);
    app["data"]["json_schema"] = json!({ "type": "object", "properties": { "b": {}, "a": {} } });
    let url = host.shows("/app.json", &app);
    let made = acme.telex.create(&json!({ "name": "mine", "json_url": url })).await?.expect_status(201);
    let data = made.json()["data"].clone();
    assert_eq!((&data["name"], &data["integration_type"]), (&json!("mine"), &json!("modifier")));
    // The schema as it came, the order of its members too.
    assert_eq!(data["json_schema"].to_string(), app["data"]["json_schema"].to_string());
    let listed = acme.telex.list().await?.json()["data"][0].clone();
    assert_eq!((&listed["app_name"], &listed["is_active"]), (&json!("The App"), &json!(false)));
    let settings = format!("/{}/settings", data["id"].as_str().unwrap());
    let settings = acme.telex.request("GET", &settings).send().await?;
    assert_eq!(every(&settings, "form_field_label"), ["colour"]);

    let other = host.shows("/other.json", &app);
    let said = json!({ "name": "mine", "json_url": other, "integration_type": "filter" });
    let made = acme.telex.create(&said).await?.expect_status(201);
    assert_eq!(made.json()["data"]["integration_type"], "filter");
    // Not installed through T14.
    assert_eq!(acme.telex.list_custom().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_cannot_be_read_is_done_without(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    for url in [
        host.url("/missing.json"),
        host.says("/html", "200 OK", "", "<html>"),
        "https://10.0.0.1/app.json".to_owned(),
        "http://127.0.0.1:1/app.json".to_owned(),
        "no url".to_owned(),
    ] {
        let made = acme.telex.create(&json!({ "name": "mine", "json_url": url })).await?.expect_status(201);
        assert_eq!(made.json()["data"]["json_schema"]["type"], "object", "{made}");
    }
    for listed in acme.telex.list().await?.json()["data"].as_array().unwrap() {
        assert_eq!((&listed["app_name"], &listed["app_url"]), (&json!("mine"), &json!("")));
        assert_eq!(listed["is_active"], true);
    }
    Ok(())
}

async fn app_name(acme: &Acme) -> Result<String> {
    Ok(every(&acme.telex.list().await?, "app_name").concat())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t5_reads_a_new_address_and_no_other(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let [first, second] = ["First", "Second"].map(|name| host.shows(&format!("/{name}.json"), &an_app(name)));
    let id = acme.telex.created(&json!({ "name": "mine", "json_url": first })).await?;
    assert_eq!(app_name(&acme).await?, "First");
    drop(acme.telex.update(&id, &json!({ "name": "still mine" })).await?.expect_status(200));
    drop(acme.telex.update(&id, &json!({ "json_url": first })).await?.expect_status(200));
    assert_eq!((app_name(&acme).await?, host.asked().len()), ("First".to_owned(), 1));
    drop(acme.telex.update(&id, &json!({ "json_url": second })).await?.expect_status(200));
    assert_eq!((app_name(&acme).await?, host.asked().len()), ("Second".to_owned(), 2));
    drop(acme.telex.update(&id, &json!({ "json_url": "no url" })).await?.expect_status(200));
    assert_eq!((app_name(&acme).await?, host.asked().len()), ("still mine".to_owned(), 2));
    Ok(())
}

/// An address that another custom integration has is taken for T5 too.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t5_keeps_custom_integrations_apart(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let [one, two] = ["One", "Two"].map(|name| host.shows(&format!("/{name}.json"), &an_app(name)));
    acme.telex.installed(&one).await?;
    let id = acme.telex.installed(&two).await?;
    let moved = acme.telex.update(&id, &json!({ "json_url": one })).await?;
    refused(moved, 409, "Integration app already exists");
    Ok(())
}
