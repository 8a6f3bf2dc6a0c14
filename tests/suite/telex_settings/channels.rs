//! Channels: any text without a slash, and each for itself.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{NO_SETTING, a_shop, done, invalid, pair, pairs};
use crate::given::{UNKNOWN_ID, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_channel_is_called_what_its_path_says_decoded(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let long = "c".repeat(255);
    let crabs = "%F0%9F%A6%80".repeat(255);
    for (channel, shown) in [
        ("general", "general"),
        ("0192202e-b6f3-7d23-8025-3f60675cc031", "0192202e-b6f3-7d23-8025-3f60675cc031"),
        ("settings", "settings"),
        ("a%20b", "a b"),
        ("%20a%20", " a "),
        ("a+b", "a+b"),
        ("a%2Bb%2b", "a+b+"),
        ("100%25", "100%"),
        ("a%252Fb", "a%2Fb"),
        ("%2541", "%41"),
        ("caf%C3%A9", "café"),
        ("%3Fa=b%26c%23d", "?a=b&c#d"),
        ("a%5Cb%22%27;--", "a\\b\"';--"),
        ("{setting}", "{setting}"),
        (&long, &long),
        (&crabs, &"🦀".repeat(255)),
    ] {
        let settings = acme.telex.channel(&shop, channel);
        settings.put("colour", channel).await?;
        let listed = settings.list().await?.expect_status(200);
        assert_eq!(listed.json()["data"][0]["channel_id"], shown, "{channel}");
        assert_eq!(listed.setting_pairs(), pairs([("colour", channel)]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn two_spellings_of_one_channel_are_one_channel(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for (one, other) in [("abc", "%61b%63"), ("caf%c3%a9", "caf%C3%A9"), ("a%2bb", "a+b"), ("~x", "%7Ex")] {
        acme.telex.channel(&shop, one).put("colour", one).await?;
        acme.telex.channel(&shop, other).put("size", other).await?;
        let expected = pairs([("colour", one), ("size", other)]);
        assert_eq!(acme.telex.channel(&shop, one).pairs().await?, expected);
        assert_eq!(acme.telex.channel(&shop, other).pairs().await?, expected);
    }
    let (lower, upper) = (acme.telex.channel(&shop, "general"), acme.telex.channel(&shop, "General"));
    lower.put("colour", "red").await?;
    assert_eq!(upper.pairs().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_channel_is_refused_by_every_operation(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for channel in [
        &"c".repeat(256),
        &"%F0%9F%A6%80".repeat(256),
        "a%2Fb",
        "%2f",
        "%00",
        "a%00b",
        "%20",
        "%20%09",
        "%FF",
        "a%C3",
        "%F0%9F%A6",
        "%ED%A0%80",
        "100%",
        "%2",
        "%zz",
        "%2%35",
    ] {
        let settings = acme.telex.channel(&shop, channel);
        for answer in [
            settings.add(&pair("colour", "red")).await?,
            settings.list().await?,
            settings.change(UNKNOWN_ID, &pair("colour", "red")).await?,
            settings.delete(UNKNOWN_ID).await?,
        ] {
            let error = invalid(answer);
            assert!(error.starts_with("channel id "), "{error}");
        }
    }
    let rows = acme.service.database().texts("SELECT channel AS text FROM settings")?;
    assert_eq!(rows, [""; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_channel_without_a_name_is_no_route(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for channel in ["", "a/b"] {
        let settings = acme.telex.channel(&shop, channel);
        refused(settings.list().await?, 404, "Not found");
        refused(settings.add(&pair("colour", "red")).await?, 404, "Not found");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_setting_is_found_in_its_own_channel_only(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let [whole, general, random] = [
        acme.telex.settings(&shop),
        acme.telex.channel(&shop, "general"),
        acme.telex.channel(&shop, "random"),
    ];
    let of_whole = whole.put("colour", "red").await?;
    let of_general = general.put("colour", "red").await?;
    for (settings, id) in [(&whole, &of_general), (&general, &of_whole), (&random, &of_general)] {
        refused(settings.change(id, &pair("colour", "blue")).await?, 404, NO_SETTING);
        refused(settings.delete(id).await?, 404, NO_SETTING);
    }
    assert_eq!((whole.value().await?, general.value().await?), ("red".to_owned(), "red".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_setting_that_is_deleted_is_gone(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for (settings, message) in [
        (acme.telex.settings(&shop), "Integration setting deleted successfully"),
        (acme.telex.channel(&shop, "general"), "Channel Integration setting deleted successfully"),
    ] {
        let id = settings.put("colour", "red").await?;
        settings.put("size", "5").await?;
        done(settings.delete(&id).await?, message);
        assert_eq!(settings.pairs().await?, pairs([("size", "5")]));
        refused(settings.delete(&id).await?, 404, NO_SETTING);
        refused(settings.change(&id, &json!({ "form_field_value": "x" })).await?, 404, NO_SETTING);
    }
    Ok(())
}
