//! No two settings of one place share a label, and a change names what it changes.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{UPDATED, a_shop, both, done, invalid, pairs};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn renaming_onto_a_label_in_use_is_refused_and_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        settings.put("size", "5").await?;
        let before = settings.list().await?.text;
        for change in [
            json!({ "form_field_label": "size" }),
            json!({ "form_field_label": " size\n", "form_field_value": "new" }),
        ] {
            invalid(settings.change(&id, &change).await?);
        }
        assert_eq!(settings.list().await?.text, before);
        done(settings.change(&id, &json!({ "form_field_label": "Size" })).await?, UPDATED);
    }
    let by_id = json!({ "form_field_label": "size" });
    let whole = acme.telex.settings(&shop);
    let id = whole.list().await?.json()["data"][0]["id"].clone();
    let mut change = by_id.clone();
    change["id"] = id;
    invalid(whole.change_some(&change).await?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn renaming_or_deleting_frees_a_label(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let first = settings.put("colour", "red").await?;
        done(settings.change(&first, &json!({ "form_field_label": "hue" })).await?, UPDATED);
        let second = settings.put("colour", "blue").await?;
        assert_ne!(first, second);
        drop(settings.delete(&first).await?.expect_status(200));
        done(settings.change(&second, &json!({ "form_field_label": "hue" })).await?, UPDATED);
        let third = settings.put("colour", "green").await?;
        assert_eq!(settings.pairs().await?, pairs([("hue", "blue"), ("colour", "green")]));
        for id in [second, third] {
            drop(settings.delete(&id).await?.expect_status(200));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_one_member_leaves_the_other_alone_and_is_stamped(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        let first = settings.list().await?.json()["data"][0].clone();
        done(settings.change(&id, &json!({ "form_field_label": "hue" })).await?, UPDATED);
        assert_eq!(settings.pairs().await?, pairs([("hue", "red")]));
        let second = settings.list().await?.json()["data"][0].clone();
        done(settings.change(&id, &json!({ "form_field_value": "blue" })).await?, UPDATED);
        assert_eq!(settings.pairs().await?, pairs([("hue", "blue")]));
        let third = settings.list().await?.json()["data"][0].clone();
        // Times of this form sort as texts do.
        for (before, after) in [(&first, &second), (&second, &third)] {
            assert!(after["updated_at"].as_str() > before["updated_at"].as_str(), "{after}");
            assert_eq!((&after["id"], &after["created_at"]), (&before["id"], &before["created_at"]));
        }
    }
    Ok(())
}
