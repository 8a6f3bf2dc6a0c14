//! A value under a label that says it is secret: sealed, masked, revealed, and secret until
//! it is overwritten.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;
use serde_json::json;

use super::{UPDATED, a_shop, both, done, pair, pairs};
use crate::given::Acme;

const SECRET: &str = "xoxb-a-secret-of-the-shop";
const MASK: &str = "********shop";
const SECRET_LABELS: [&str; 12] = [
    "token",
    "Bot Token",
    "client_secret",
    "Password",
    "passwd",
    "API-Key",
    "api key",
    "private_key",
    "signing key",
    "Access-Key",
    "my credential",
    "Authorization header",
];

/// A client that may do everything with settings but see secrets.
async fn without_reveal(acme: &Acme) -> Result<Telex> {
    acme.may(&["integrations:read", "settings:read", "settings:write"]).await
}

/// The one value that an answer shows; in full only where no cache keeps it.
fn shown(answer: Answer) -> String {
    let answer = answer.expect_status(200);
    let mut pairs = answer.setting_pairs();
    assert_eq!(pairs.len(), 1, "{answer}");
    let (_, value) = pairs.remove(0);
    let kept = answer.header("cache-control") != "no-store";
    assert_eq!(
        kept,
        value.is_empty() || value.starts_with("********") || value.starts_with("plain"),
        "{answer}"
    );
    value
}

/// How the values are stored, in the order of making: plain text, or `sealed`.
fn stored(acme: &Acme) -> Result<Vec<String>> {
    acme.service
        .database()
        .texts("SELECT coalesce(value, 'sealed') AS text FROM settings ORDER BY created_at, id")
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_value_under_a_secret_label_is_sealed_masked_and_revealed(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
        for label in SECRET_LABELS {
            let id = ours.put(label, SECRET).await?;
            assert_eq!(shown(theirs.list().await?), MASK, "{label}");
            assert_eq!(shown(ours.list().await?), SECRET, "{label}");
            assert_eq!(stored(&acme)?, ["sealed"]);
            drop(ours.delete(&id).await?.expect_status(200));
        }
        for label in ["colour", "key", "auth"] {
            let id = ours.put(label, "plain-but-long-enough").await?;
            assert_eq!(shown(theirs.list().await?), "plain-but-long-enough", "{label}");
            assert_eq!(stored(&acme)?, ["plain-but-long-enough"]);
            drop(ours.delete(&id).await?.expect_status(200));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_shows_the_tail_of_long_values_and_nothing_of_short_ones(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
        for (value, mask) in [
            ("x", "********"),
            ("12345678901", "********"),
            ("123456789012", "********9012"),
            ("🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀", "********🦀🦀🦀🦀"),
            ("", ""),
            (" ", "********"),
        ] {
            theirs.put("token", value).await?;
            assert_eq!(shown(theirs.list().await?), mask, "{value}");
            assert_eq!(shown(ours.list().await?), value);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_under_a_secret_label_are_secret_too(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?.settings(&shop);
    let body = json!({ "form_field_label": "password", "form_field_value": 12_345 });
    drop(masked.add(&body).await?.expect_status(200));
    assert_eq!(shown(masked.list().await?), "********");
    assert_eq!(shown(acme.telex.settings(&shop).list().await?), "12345");
    assert_eq!(stored(&acme)?, ["sealed"]);
    Ok(())
}

/// In every way that a value can be written.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_mask_written_back_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    for secret in [SECRET, "short"] {
        for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
            let id = ours.put("token", secret).await?;
            let mask = shown(theirs.list().await?);
            let before = ours.list().await?.text;
            for writer in [&theirs, ours] {
                writer.put("token", &mask).await?;
                done(writer.change(&id, &json!({ "form_field_value": mask })).await?, UPDATED);
                done(writer.change(&id, &pair("token", &mask)).await?, UPDATED);
                assert_eq!(ours.list().await?.text, before);
            }
            drop(ours.delete(&id).await?.expect_status(200));
        }
    }
    let settings = acme.telex.settings(&shop);
    settings.put("token", SECRET).await?;
    for body in [json!({ "form_field_value": MASK }), pair("token", MASK)] {
        done(settings.change_some(&body).await?, UPDATED);
        assert_eq!(shown(settings.list().await?), SECRET);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn stars_that_are_not_the_mask_are_a_value(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for stars in ["********", "********abcd", "************", "********shop more"] {
            let id = settings.put("token", SECRET).await?;
            done(settings.change(&id, &json!({ "form_field_value": stars })).await?, UPDATED);
            assert_eq!(settings.value().await?, stars);
        }
        // What is no secret has no mask, and of what is not there none is known.
        settings.put("token", "").await?;
        settings.put("token", "********").await?;
        assert_eq!(settings.value().await?, "********");
    }
    let plain = acme.telex.channel(&shop, "plain");
    plain.put("colour", SECRET).await?;
    plain.put("colour", MASK).await?;
    assert_eq!(plain.value().await?, MASK);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_secret_stays_one_under_any_label_until_it_is_overwritten(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
        let id = theirs.put("token", SECRET).await?;
        let rename = |label: &str| json!({ "form_field_label": label });
        for label in ["colour", "size", "password", "shape"] {
            done(theirs.change(&id, &rename(label)).await?, UPDATED);
            assert_eq!(theirs.pairs().await?, pairs([(label, MASK)]));
            assert_eq!(ours.pairs().await?, pairs([(label, SECRET)]));
            assert_eq!(stored(&acme)?, ["sealed"]);
        }
        // With the mask beside the new label, and again under the label it has.
        done(theirs.change(&id, &pair("note", MASK)).await?, UPDATED);
        theirs.put("note", MASK).await?;
        assert_eq!(shown(theirs.list().await?), MASK);
        assert_eq!(stored(&acme)?, ["sealed"]);
        // Overwritten, it is what its label says.
        theirs.put("note", "plain now").await?;
        assert_eq!(shown(theirs.list().await?), "plain now");
        assert_eq!(stored(&acme)?, ["plain now"]);
        drop(ours.delete(&id).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_value_becomes_secret_with_its_label(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
        let id = theirs.put("note", SECRET).await?;
        assert_eq!(stored(&acme)?, [SECRET]);
        done(theirs.change(&id, &json!({ "form_field_label": "my token" })).await?, UPDATED);
        assert_eq!(stored(&acme)?, ["sealed"]);
        assert_eq!(theirs.pairs().await?, pairs([("my token", MASK)]));
        drop(ours.delete(&id).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_reveal_is_recorded_by_its_labels_and_a_mask_is_not(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let masked = without_reveal(&acme).await?;
    let reveals = || {
        acme.service.database().texts(
            "SELECT entity || ' ' || entity_id || ' ' || digest AS text FROM events \
             WHERE event_type = 'credential.revealed' AND digest LIKE '%settings%' ORDER BY id",
        )
    };
    let mut expected = Vec::new();
    for (ours, theirs) in both(&acme.telex, &shop).iter().zip(both(&masked, &shop)) {
        ours.put("colour", "red").await?;
        ours.put("empty token", "").await?;
        drop(ours.list().await?.expect_status(200));
        assert_eq!(reveals()?, expected, "nothing secret was shown");
        ours.put("token", SECRET).await?;
        ours.put("Password", SECRET).await?;
        drop(theirs.list().await?.expect_status(200));
        assert_eq!(reveals()?, expected, "only masks were shown");
        drop(ours.list().await?.expect_status(200));
        expected.push(format!(r#"integration {shop} {{"settings":["token","Password"]}}"#));
        assert_eq!(reveals()?, expected);
    }
    Ok(())
}
