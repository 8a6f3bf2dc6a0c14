//! T11 with `?effective=true`: what is in force in a channel.

use anyhow::Result;
use patchbay_tests::{Backend, Settings};
use rstest::rstest;
use serde_json::json;

use super::{a_shop, invalid, pair, pairs};
use crate::given::{Acme, UNKNOWN_ID, refused};

async fn effective(settings: &Settings) -> Result<Vec<(String, String)>> {
    let answer = settings.request("GET", "?effective=true").send().await?;
    Ok(answer.expect_status(200).setting_pairs())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_channel_sets_covers_what_the_integration_sets(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let (whole, general) = (acme.telex.settings(&shop), acme.telex.channel(&shop, "general"));
    assert_eq!(effective(&general).await?, []);
    general.put("shape", "round").await?;
    general.put("size", "6").await?;
    whole.put("colour", "red").await?;
    whole.put("size", "5").await?;
    whole.put("Shape", "square").await?;

    let own = pairs([("shape", "round"), ("size", "6")]);
    assert_eq!(general.pairs().await?, own);
    let not = general.request("GET", "?effective=false").send().await?.expect_status(200);
    assert_eq!(not.setting_pairs(), own);
    let expected = pairs([("colour", "red"), ("size", "6"), ("Shape", "square"), ("shape", "round")]);
    assert_eq!(effective(&general).await?, expected);

    let elsewhere = acme.telex.channel(&shop, "random");
    let expected = pairs([("colour", "red"), ("size", "5"), ("Shape", "square")]);
    assert_eq!(effective(&elsewhere).await?, expected);
    assert_eq!(elsewhere.pairs().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn everything_in_force_is_shown_as_the_channels(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let id = acme.telex.settings(&shop).put("colour", "red").await?;
    let general = acme.telex.channel(&shop, "general");
    let listed = general.request("GET", "?effective=true").send().await?.expect_status(200);
    let expected = json!({
        "status": "success", "status_code": 200,
        "message": "Channel Integration settings retrieved successfully",
        "data": [{
            "id": id, "org_id": acme.tenant.id, "integration_id": shop, "channel_id": "general",
            "form_field_value": "red", "form_field_label": "colour", "created_at": "", "updated_at": "",
        }],
    });
    drop(listed.expect_json(&expected, &["data[].created_at", "data[].updated_at"]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn effective_is_true_or_false_and_nothing_else(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let general = acme.telex.channel(&shop, "general");
    for query in
        ["?effective=", "?effective=1", "?effective=TRUE", "?effective", "?effective=true&effective=true"]
    {
        invalid(general.request("GET", query).send().await?);
    }
    drop(general.request("GET", "?something=else&effective=true").send().await?.expect_status(200));
    Ok(())
}

/// The secret of the integration is none the less one.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secrets_in_force_are_masked_and_revealed_like_others(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    acme.telex.settings(&shop).put("token", "the-secret-of-the-shop").await?;
    let masked = acme.may(&["settings:read"]).await?.channel(&shop, "general");
    assert_eq!(effective(&masked).await?, pairs([("token", "********shop")]));
    let general = acme.telex.channel(&shop, "general");
    let shown = general.request("GET", "?effective=true").send().await?.expect_status(200);
    assert_eq!(shown.setting_pairs(), pairs([("token", "the-secret-of-the-shop")]));
    assert_eq!(shown.header("cache-control"), "no-store");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_is_in_force_where_there_is_no_integration(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let general = acme.telex.channel(UNKNOWN_ID, "general");
    for query in ["", "?effective=true"] {
        refused(general.request("GET", query).send().await?, 404, super::NOT_THERE);
    }
    refused(general.add(&pair("colour", "red")).await?, 404, super::NOT_THERE);
    Ok(())
}
