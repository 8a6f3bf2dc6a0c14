//! T7 and T10 put a value under a label, whether it is there or not, and say where it is.

use anyhow::Result;
use patchbay_tests::{Backend, is_uuid};
use rstest::rstest;
use serde_json::json;

use super::{UPDATED, a_shop, both, done, pair, pairs};

const ADDED: [&str; 2] =
    ["Integration setting added successfully", "Channel Integration setting added successfully"];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_new_label_is_added_and_shows_nothing_but_where_it_is(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for telex in acme.below_each_prefix() {
        for (settings, message) in both(&telex, &shop).into_iter().zip(ADDED) {
            let added = settings.add(&pair("colour", "red")).await?;
            let (collection, id) = added.header("location").rsplit_once('/').unwrap();
            assert_eq!(collection, settings.path());
            assert!(is_uuid(id, &['7']), "{id}");
            done(added, message);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_label_that_is_there_gets_the_new_value(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for (settings, message) in both(&acme.telex, &shop).into_iter().zip(ADDED) {
        let id = settings.put("colour", "red").await?;
        settings.put("size", "5").await?;
        let before = settings.list().await?.json()["data"][0].clone();
        let again = settings.add(&pair(" colour ", "blue")).await?;
        assert_eq!(again.header("location"), format!("{}/{id}", settings.path()));
        done(again, message);

        let after = settings.list().await?;
        assert_eq!(after.setting_pairs(), pairs([("colour", "blue"), ("size", "5")]));
        let after = after.json()["data"][0].clone();
        assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
        // Times of this form sort as texts do.
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str(), "{after}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_pair_again_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for (label, value) in [("colour", "red"), ("token", "a secret"), ("empty token", "")] {
            settings.put(label, value).await?;
            let before = settings.list().await?.text;
            settings.put(label, value).await?;
            assert_eq!(settings.list().await?.text, before);
        }
    }
    Ok(())
}

/// Under each prefix, with and without a slash at the end.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn where_a_setting_is_said_to_be_it_can_be_changed_and_deleted(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let http = acme.service.http();
    for telex in acme.below_each_prefix() {
        for settings in [telex.settings(&shop), telex.channel(&shop, "a%20b%25%2B")] {
            for slash in ["", "/"] {
                let request = settings.request("POST", slash).json(&pair("colour", "red"));
                let location = request.send().await?.expect_status(200).header("location").to_owned();
                let there = |method: &str| http.request(method, &location).bearer(&acme.key);
                done(there("PATCH").json(&json!({ "form_field_value": "blue" })).send().await?, UPDATED);
                assert_eq!(settings.pairs().await?, pairs([("colour", "blue")]));
                drop(there("DELETE").send().await?.expect_status(200));
                assert_eq!(settings.pairs().await?, []);
            }
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_label_may_be_everywhere_once(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let other = acme.telex.created(&crate::given::an_integration("other")).await?;
    let mut places = Vec::new();
    for integration in [&shop, &other] {
        places.push(acme.telex.settings(integration));
        places
            .extend(["general", "General", "random"].map(|channel| acme.telex.channel(integration, channel)));
    }
    for (number, place) in places.iter().enumerate() {
        place.put("colour", &number.to_string()).await?;
    }
    for (number, place) in places.iter().enumerate() {
        assert_eq!(place.pairs().await?, pairs([("colour", &number.to_string())]));
    }
    Ok(())
}
