//! T8 and T11: what is shown of settings, member by member, and in which order.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{a_shop, both, pairs};

const LISTED: [&str; 2] =
    ["Integration setting retrieved successfully", "Channel Integration settings retrieved successfully"];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_setting_is_shown_with_its_value_before_its_label(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let [in_whole, in_channel] = both(&acme.telex, &shop);
    let whole_id = in_whole.put("colour", "red").await?;
    let channel_id = in_channel.put("colour", "red").await?;
    let org = &acme.tenant.id;
    let [of_whole, of_channel] = [
        json!({
            "id": whole_id, "org_id": org, "integration_id": shop, "form_field_value": "red",
            "form_field_label": "colour", "created_at": "", "updated_at": "",
        }),
        json!({
            "id": channel_id, "org_id": org, "integration_id": shop, "channel_id": "general",
            "form_field_value": "red", "form_field_label": "colour", "created_at": "", "updated_at": "",
        }),
    ];
    for telex in acme.below_each_prefix() {
        for ((settings, message), data) in
            both(&telex, &shop).iter().zip(LISTED).zip([&of_whole, &of_channel])
        {
            let expected =
                json!({ "status": "success", "status_code": 200, "message": message, "data": [data] });
            let listed = settings.list().await?.expect_status(200);
            let listed = listed.expect_json(&expected, &["data[].created_at", "data[].updated_at"]);
            assert_eq!(listed.header("content-type"), "application/json");
            assert_eq!(listed.header("cache-control"), "", "nothing secret is shown");
        }
    }
    Ok(())
}

/// A channel needs no making.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn where_nothing_was_added_nothing_is_listed(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for telex in acme.below_each_prefix() {
        for (settings, message) in both(&telex, &shop).iter().zip(LISTED) {
            let expected = json!({ "status": "success", "status_code": 200, "message": message, "data": [] });
            drop(settings.list().await?.expect_status(200).expect_json(&expected, &[]));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_are_listed_oldest_first(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for label in ["m", "z", "a", "k", "token", "b"] {
            settings.put(label, "").await?;
        }
        settings.put("m", "changed later").await?;
        let expected =
            pairs([("m", "changed later"), ("z", ""), ("a", ""), ("k", ""), ("token", ""), ("b", "")]);
        assert_eq!(settings.pairs().await?, expected);
    }
    Ok(())
}
