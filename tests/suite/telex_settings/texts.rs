//! What becomes of labels and values: trimmed or not, text of numbers, limits.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::{UPDATED, a_shop, both, done, invalid, pair, pairs};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn labels_are_trimmed_and_values_are_kept_as_they_came(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let value = " \t 🦀 \"quoted\" \\ '; DROP TABLE settings; -- \n ";
        let id = settings.put(" \tläbel of 🦀\n", value).await?;
        assert_eq!(settings.pairs().await?, pairs([("läbel of 🦀", value)]));
        let change = json!({ "form_field_label": "  new one\n", "form_field_value": "  " });
        done(settings.change(&id, &change).await?, UPDATED);
        assert_eq!(settings.pairs().await?, pairs([("new one", "  ")]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_and_booleans_become_text(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for (sent, text) in [
            (json!(5), "5"),
            (json!(-7), "-7"),
            (json!(0), "0"),
            (json!(1.5), "1.5"),
            (json!(18_446_744_073_709_551_615_u64), "18446744073709551615"),
            (json!(true), "true"),
            (json!(false), "false"),
            (json!("5"), "5"),
        ] {
            let body = json!({ "form_field_label": "colour", "form_field_value": sent });
            drop(settings.add(&body).await?.expect_status(200));
            assert_eq!(settings.value().await?, text);
            let id = settings.put("colour", "something else").await?;
            done(settings.change(&id, &json!({ "form_field_value": sent })).await?, UPDATED);
            assert_eq!(settings.value().await?, text);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_empty_value_is_a_value(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "").await?;
        assert_eq!(settings.value().await?, "");
        settings.put("colour", "red").await?;
        done(settings.change(&id, &json!({ "form_field_value": "" })).await?, UPDATED);
        assert_eq!(settings.value().await?, "");
    }
    Ok(())
}

/// One character is one Unicode scalar value, whatever its bytes.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_text_may_have_its_limit_and_not_one_character_more(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for letter in ["x", "ß", "🦀"] {
            for (member, limit) in [("form_field_label", 255), ("form_field_value", 8192)] {
                let sent = |count: usize| {
                    let mut body = pair("colour", "red");
                    body[member] = Value::from(letter.repeat(count));
                    body
                };
                let added = settings.add(&sent(limit)).await?.expect_status(200);
                let (_, id) = added.header("location").rsplit_once('/').unwrap();
                assert_eq!(settings.list().await?.json()["data"][0][member], sent(limit)[member]);
                let before = settings.list().await?.text;

                let error = invalid(settings.add(&sent(limit + 1)).await?);
                assert!(error.contains(member), "{error}");
                let error = invalid(settings.change(id, &json!({ member: letter.repeat(limit + 1) })).await?);
                assert!(error.contains(member), "{error}");
                assert_eq!(settings.list().await?.text, before);
                done(settings.change(id, &json!({ member: letter.repeat(limit) })).await?, UPDATED);
                drop(settings.delete(id).await?.expect_status(200));
            }
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn blanks_around_a_label_do_not_count(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let label = "x".repeat(255);
    for settings in both(&acme.telex, &shop) {
        settings.put(&format!("  {label}\t"), "red").await?;
        assert_eq!(settings.pairs().await?, pairs([(&label, "red")]));
    }
    Ok(())
}
