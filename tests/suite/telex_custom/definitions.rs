//! What a manifest defines of a setting is kept by every operation that sets one.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Hosted, with_settings};
use crate::given::refused;

fn every_type() -> Value {
    json!([
        { "label": "text", "type": "text" },
        { "label": "required", "type": "text", "required": true },
        { "label": "number", "type": "number" },
        { "label": "checkbox", "type": "checkbox" },
        { "label": "dropdown", "type": "dropdown", "options": ["High", "Low"] },
        { "label": "several", "type": "multi-checkbox", "options": ["a", "b"] },
        { "label": "interval", "type": "text" },
        { "label": "API key", "type": "number" },
        { "label": "strange", "type": "strange" },
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_value_must_be_of_its_type(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let mut app = with_settings("App", &every_type());
    app["data"]["integration_type"] = json!("interval");
    app["data"]["tick_url"] = json!("https://app.example/tick");
    let id = acme.telex.installed(&host.shows("/app.json", &app)).await?;
    for (label, fine, wrong) in [
        ("number", json!(5), Some((json!("planted"), "number"))),
        ("checkbox", json!(true), Some((json!("planted"), "true or false"))),
        ("dropdown", json!("High"), Some((json!("planted"), "options"))),
        ("several", json!("a, b"), Some((json!("a,planted"), "options"))),
        ("required", json!("x"), Some((json!(""), "empty"))),
        ("interval", json!("*/5 * * * *"), Some((json!("planted"), "crontab"))),
        ("API key", json!("12345"), Some((json!("planted"), "number"))),
        ("text", json!("anything"), None),
        ("strange", json!("anything"), None),
        ("not defined", json!("anything"), None),
    ] {
        drop(acme.telex.put_entry(&id, label, &fine).await?.expect_status(200));
        let Some((wrong, why)) = wrong else { continue };
        let entry = acme.telex.put_entry(&id, label, &wrong).await?;
        let entry = refused(entry, 400, "Invalid input");
        let body = json!({ "form_field_label": label, "form_field_value": wrong });
        let settings = acme.telex.request("POST", &format!("/{id}/settings")).json(&body).send().await?;
        let settings = refused(settings, 400, "Invalid request");
        let patched = acme.telex.request("PATCH", &format!("/{id}/settings")).json(&body).send().await?;
        let patched = refused(patched, 400, "Invalid request");
        let channel = format!("/{id}/channels/general/settings");
        let channel = acme.telex.request("POST", &channel).json(&body).send().await?;
        let channel = refused(channel, 400, "Invalid request");
        for said in [entry, settings, patched, channel] {
            assert!(said.contains(why) && !said.contains("planted"), "{label}: {said}");
        }
    }
    Ok(())
}

/// The mask of a number is no number, and changes nothing all the same.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_mask_of_a_secret_can_be_written_back(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let id = acme.telex.installed(&host.shows("/app.json", &with_settings("App", &every_type()))).await?;
    drop(acme.telex.put_entry(&id, "API key", &json!("12345678901234567890")).await?.expect_status(200));
    let editor = acme.may(&["settings:read", "settings:write"]).await?;
    let mask = editor.entries(&id, "?field_name=API%20key").await?.json()["data"]["value"].clone();
    assert_eq!(mask, "********7890");
    drop(editor.put_entry(&id, "API key", &mask).await?.expect_status(200));
    let full = acme.telex.entries(&id, "?field_name=API%20key").await?;
    assert_eq!(full.json()["data"]["value"], "12345678901234567890");
    Ok(())
}
