//! T18 and T19: the settings of custom integrations, in their own spelling. No other
//! integration is known to them.
//!
//! How one is installed is told in `telex_custom`: here a plain one is made custom in the
//! database, so that no manifest says anything of its settings.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Settings, Telex};
use rstest::rstest;
use serde_json::{Value, json};

use super::{a_shop, done, pairs};
use crate::given::{Acme, UNKNOWN_ID, refused};

/// Speaks T18 and T19 of one integration.
struct Custom(Settings);

impl Custom {
    async fn put(&self, name: &str, value: &Value) -> Result<()> {
        let entry = json!({ "setting_entry": { "field_name": name, "value": value } });
        let put = self.0.request("PUT", "").json(&entry).send().await?;
        done(put, "Integrations Settings updated successfully");
        Ok(())
    }

    /// Asserts what T19 shows, the order of the members too.
    async fn expect(&self, query: &str, data: Value) -> Result<Answer> {
        let expected = json!({
            "status": "success", "status_code": 200, "message": "Integrations retrieved successfully.",
            "data": data,
        });
        let shown = self.0.request("GET", query).send().await?;
        Ok(shown.expect_status(200).expect_json(&expected, &[]))
    }
}

/// An organisation with one custom integration, and the id of that.
async fn a_custom_app(backend: Backend) -> Result<(Acme, String)> {
    let (acme, shop) = a_shop(backend).await?;
    let change = format!("UPDATE integrations SET origin = 'custom' WHERE id = '{shop}'");
    acme.service.database().execute(&change)?;
    Ok((acme, shop))
}

fn custom(telex: &Telex, id: &str) -> Custom {
    Custom(telex.settings(&format!("custom/{id}")))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t19_shows_none_as_empty_one_as_one_object_and_three_beside_the_latest(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, id) = a_custom_app(backend).await?;
    let [custom, elsewhere] = acme.below_each_prefix().map(|telex| custom(&telex, &id));
    custom.expect("", json!({ "field_name": "", "value": "" })).await?;
    custom.put(" colour ", &json!(" red ")).await?;
    custom.expect("", json!({ "field_name": "colour", "value": " red " })).await?;
    custom.put("size", &json!(5)).await?;
    elsewhere.put("wide", &json!(true)).await?;
    let all = |value: &str| {
        json!([
            { "field_name": "colour", "value": value },
            { "field_name": "size", "value": "5" },
            { "field_name": "wide", "value": "true" },
        ])
    };
    let latest = json!({ "field_name": "wide", "value": "true", "settings": all(" red ") });
    custom.expect("", latest).await?;

    custom.put("colour", &json!("blue")).await?;
    let latest = json!({ "field_name": "colour", "value": "blue", "settings": all("blue") });
    elsewhere.expect("", latest).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_pair_of_several_can_be_asked_for(#[case] backend: Backend) -> Result<()> {
    let (acme, id) = a_custom_app(backend).await?;
    let custom = custom(&acme.telex, &id);
    custom.put("colour & hue", &json!("red")).await?;
    custom.put("size", &json!(5)).await?;
    let colour = json!({ "field_name": "colour & hue", "value": "red" });
    custom.expect("?field_name=colour%20%26+hue", colour).await?;
    custom.expect("?field_name=%20size%20", json!({ "field_name": "size", "value": "5" })).await?;
    let unknown = custom.0.request("GET", "?field_name=Size").send().await?;
    refused(unknown, 404, "Integration not found");
    Ok(())
}

/// Two spellings of one store.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_written_in_one_spelling_is_read_in_the_other(#[case] backend: Backend) -> Result<()> {
    let (acme, id) = a_custom_app(backend).await?;
    let (custom, settings) = (custom(&acme.telex, &id), acme.telex.settings(&id));
    custom.put("colour", &json!("red")).await?;
    assert_eq!(settings.pairs().await?, pairs([("colour", "red")]));
    settings.put("colour", "blue").await?;
    acme.telex.channel(&id, "general").put("size", "a channel's own").await?;
    custom.expect("", json!({ "field_name": "colour", "value": "blue" })).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secrets_are_masked_revealed_and_written_back_here_too(#[case] backend: Backend) -> Result<()> {
    let (acme, id) = a_custom_app(backend).await?;
    let revealing = custom(&acme.telex, &id);
    let masked = custom(&acme.may(&["settings:read", "settings:write"]).await?, &id);
    masked.put("token", &json!("the-secret-of-the-app")).await?;
    let mask = json!({ "field_name": "token", "value": "********-app" });
    masked.expect("", mask.clone()).await?;
    masked.put("token", &mask["value"]).await?;
    let full = json!({ "field_name": "token", "value": "the-secret-of-the-app" });
    let shown = revealing.expect("?field_name=token", full).await?;
    assert_eq!(shown.header("cache-control"), "no-store");
    let reveals = "SELECT entity_id AS text FROM events WHERE event_type = 'credential.revealed'";
    assert!(acme.service.database().texts(reveals)?.contains(&id));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_integration_that_is_not_custom_is_not_known(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    acme.telex.settings(&shop).put("colour", "red").await?;
    for telex in acme.below_each_prefix() {
        for id in [shop.as_str(), UNKNOWN_ID, "no-uuid", "settings"] {
            let custom = telex.settings(&format!("custom/{id}"));
            let entry = json!({ "setting_entry": { "field_name": "colour", "value": "blue" } });
            refused(custom.request("PUT", "").json(&entry).send().await?, 404, "Integration not found");
            for query in ["", "?field_name=colour", "?field_name=other"] {
                refused(custom.request("GET", query).send().await?, 404, "Integration not found");
            }
        }
    }
    assert_eq!(acme.telex.settings(&shop).value().await?, "red");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_has_its_own_words_for_the_organisation(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let entry = json!({ "setting_entry": { "field_name": "colour", "value": "blue" } });
    for (organisation, status, put, get) in [
        (UNKNOWN_ID, 404, "Integration not found", "Organisation not found"),
        ("no-uuid", 400, "Invalid input", "Invalid organisation_id or request"),
    ] {
        let custom = acme.telex.about(organisation).settings(&format!("custom/{shop}"));
        refused(custom.request("PUT", "").json(&entry).send().await?, status, put);
        refused(custom.list().await?, status, get);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_fault_of_an_entry_is_named_by_its_path(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let custom = acme.telex.settings(&format!("custom/{shop}"));
    for (body, named) in [
        (json!({}), vec!["setting_entry is required"]),
        (json!({ "field_name": "a", "value": "b" }), vec!["setting_entry is required"]),
        (json!({ "setting_entry": null }), vec!["setting_entry is required"]),
        (json!({ "setting_entry": "a" }), vec!["setting_entry must be an object"]),
        (json!({ "setting_entry": [] }), vec!["setting_entry must be an object"]),
        (json!({ "setting_entry": {} }), vec!["setting_entry.field_name", "setting_entry.value"]),
        (
            json!({ "setting_entry": { "field_name": 5, "value": {} } }),
            vec!["setting_entry.field_name", "setting_entry.value"],
        ),
        (
            json!({ "setting_entry": { "field_name": " ", "value": "\0" } }),
            vec!["setting_entry.field_name", "setting_entry.value"],
        ),
        (
            json!({ "setting_entry": { "field_name": "x".repeat(256), "value": "x".repeat(8193) } }),
            vec!["setting_entry.field_name", "setting_entry.value"],
        ),
    ] {
        let error = refused(custom.request("PUT", "").json(&body).send().await?, 400, "Invalid input");
        for member in named {
            assert!(error.contains(member), "{member} is not named: {error}");
        }
    }
    for query in ["?field_name=", "?field_name=%20", "?field_name=%00", "?field_name=a&field_name=b"] {
        refused(custom.request("GET", query).send().await?, 400, "Invalid organisation_id or request");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_word_custom_is_never_an_integration(#[case] backend: Backend) -> Result<()> {
    let (acme, _) = a_shop(backend).await?;
    let settings = acme.telex.settings("custom");
    refused(settings.list().await?, 405, "Method not allowed");
    refused(settings.add(&super::pair("colour", "red")).await?, 405, "Method not allowed");
    Ok(())
}
