//! T16: another manifest, or the present one read anew.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{Hosted, an_app, done, shows, with_settings};
use crate::given::{every, refused};

const REPLACED: &str = "Integrations updated successfully";

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn values_stay_where_their_label_does_and_new_ones_begin(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let settings = json!([
        { "label": "colour", "type": "text", "default": "red" },
        { "label": "dropped", "type": "number", "default": 1 },
    ]);
    let first = host.shows("/first.json", &with_settings("First", &settings));
    let id = acme.telex.installed(&first).await?;
    drop(acme.telex.put_entry(&id, "colour", &json!("blue")).await?.expect_status(200));
    let before = acme.telex.list_custom().await?.json()["data"][0].clone();

    let settings = json!([
        { "label": "colour", "type": "dropdown", "default": "green", "options": ["green"] },
        { "label": "size", "type": "number", "default": 5 },
    ]);
    let second = host.shows("/second.json", &with_settings("Second", &settings));
    done(acme.telex.replace_manifest(&id, &second).await?, 200, REPLACED);
    let pair = |name: &str, value: &str| json!({ "field_name": name, "value": value });
    let all = json!([pair("colour", "blue"), pair("dropped", "1"), pair("size", "5")]);
    let latest = json!({ "field_name": "size", "value": "5", "settings": all });
    shows(acme.telex.entries(&id, "").await?, &latest);

    let after = acme.telex.list_custom().await?.json()["data"][0].clone();
    assert_eq!((&after["app_name"], &after["json_url"]), (&json!("Second"), &json!(second)));
    assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
    assert_ne!(after["updated_at"], before["updated_at"]);

    // The new definitions count from now on; what is dropped takes anything.
    refused(acme.telex.put_entry(&id, "colour", &json!("red")).await?, 400, "Invalid input");
    drop(acme.telex.put_entry(&id, "dropped", &json!("anything")).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_address_is_read_anew(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let url = host.shows("/app.json", &an_app("First"));
    let id = acme.telex.installed(&url).await?;
    drop(host.shows("/app.json", &an_app("Second")));
    done(acme.telex.replace_manifest(&id, &url).await?, 200, REPLACED);
    assert_eq!(every(&acme.telex.list_custom().await?, "app_name"), ["Second"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_address_that_is_taken_or_useless_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let [one, two] = ["One", "Two"].map(|name| host.shows(&format!("/{name}.json"), &an_app(name)));
    acme.telex.installed(&one).await?;
    let id = acme.telex.installed(&two).await?;
    let before = acme.telex.list_custom().await?.text;
    refused(acme.telex.replace_manifest(&id, &one).await?, 409, "Integration app already exists");
    let nameless = host.shows("/nameless.json", &json!({}));
    for useless in [nameless.as_str(), &host.url("/missing.json"), "no url", "", &"x".repeat(2049)] {
        refused(acme.telex.replace_manifest(&id, useless).await?, 400, "Invalid input");
    }
    assert_eq!(acme.telex.list_custom().await?.text, before);
    Ok(())
}
