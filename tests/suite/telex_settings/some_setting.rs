//! T9 has no id in its path. Which setting it means, in this order: the one of the id that is
//! said elsewhere, the one of the label, the only one there is.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{NOT_THERE, UPDATED, a_shop, done, invalid, pairs};
use crate::given::{UNKNOWN_ID, an_integration, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_a_an_id_in_the_body_or_the_query_selects(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    let [colour, size] = [settings.put("colour", "red").await?, settings.put("size", "5").await?];

    let body = json!({ "id": size, "form_field_value": "6" });
    done(settings.change_some(&body).await?, UPDATED);
    assert_eq!(settings.pairs().await?, pairs([("colour", "red"), ("size", "6")]));

    let by_query = settings.request("PATCH", &format!("?setting_id={colour}"));
    let both = json!({ "form_field_label": "hue", "form_field_value": "blue" });
    done(by_query.json(&both).send().await?, UPDATED);
    assert_eq!(settings.pairs().await?, pairs([("hue", "blue"), ("size", "6")]));

    // The body's id wins, and an id wins over a label.
    let by_both = settings.request("PATCH", &format!("?setting_id={colour}"));
    let body = json!({ "id": size.to_uppercase(), "form_field_label": "width" });
    done(by_both.json(&body).send().await?, UPDATED);
    assert_eq!(settings.pairs().await?, pairs([("hue", "blue"), ("width", "6")]));

    // A null is no id.
    let by_query = settings.request("PATCH", &format!("?setting_id={colour}"));
    let body = json!({ "id": null, "form_field_value": "green" });
    done(by_query.json(&body).send().await?, UPDATED);
    assert_eq!(settings.pairs().await?, pairs([("hue", "green"), ("width", "6")]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_a_an_id_that_is_not_there_is_not_replaced_by_a_guess(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    settings.put("colour", "red").await?;
    let other = acme.telex.created(&an_integration("other")).await?;
    let elsewhere = acme.telex.settings(&other).put("colour", "theirs").await?;
    let of_channel = acme.telex.channel(&shop, "general").put("colour", "the channel's").await?;
    for id in [UNKNOWN_ID, "", "no-uuid", &elsewhere.replace('-', ""), &elsewhere, &of_channel] {
        let in_body = json!({ "id": id, "form_field_label": "colour", "form_field_value": "blue" });
        refused(settings.change_some(&in_body).await?, 404, NOT_THERE);
        let in_query = settings.request("PATCH", &format!("?setting_id={id}"));
        let body = json!({ "form_field_label": "colour", "form_field_value": "blue" });
        refused(in_query.json(&body).send().await?, 404, NOT_THERE);
    }
    assert_eq!(settings.value().await?, "red");
    assert_eq!(acme.telex.settings(&other).value().await?, "theirs");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_a_an_id_of_another_kind_is_a_fault(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    settings.put("colour", "red").await?;
    for id in [json!(7), json!(["x"]), json!({}), json!(true)] {
        let error = invalid(settings.change_some(&json!({ "id": id, "form_field_value": "blue" })).await?);
        assert!(error.contains("id"), "{error}");
    }
    let twice = settings.request("PATCH", "?setting_id=a&setting_id=b");
    invalid(twice.json(&json!({ "form_field_value": "blue" })).send().await?);
    assert_eq!(settings.value().await?, "red");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_b_a_label_selects_the_setting_that_has_just_that(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    settings.put("colour", "red").await?;
    settings.put("Colour", "green").await?;
    settings.put("size", "5").await?;
    let body = json!({ "form_field_label": " Colour ", "form_field_value": "blue" });
    done(settings.change_some(&body).await?, UPDATED);
    let expected = pairs([("colour", "red"), ("Colour", "blue"), ("size", "5")]);
    assert_eq!(settings.pairs().await?, expected);

    let before = settings.list().await?.text;
    done(settings.change_some(&json!({ "form_field_label": "colour" })).await?, UPDATED);
    assert_eq!(settings.list().await?.text, before, "a label without a value changes nothing");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_c_the_only_setting_takes_whatever_was_sent(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    settings.put("colour", "red").await?;
    acme.telex.channel(&shop, "general").put("beside", "it").await?;
    for (body, label, value) in [
        (json!({ "form_field_label": "hue" }), "hue", "red"),
        (json!({ "form_field_value": "blue" }), "hue", "blue"),
        (json!({ "form_field_label": "tint", "form_field_value": 7 }), "tint", "7"),
        (json!({ "form_field_label": null, "form_field_value": null }), "tint", "7"),
    ] {
        done(settings.change_some(&body).await?, UPDATED);
        assert_eq!(settings.pairs().await?, pairs([(label, value)]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_d_without_settings_there_is_none_to_change(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    acme.telex.channel(&shop, "general").put("colour", "beside it").await?;
    let settings = acme.telex.settings(&shop);
    for body in [json!({ "form_field_label": "colour" }), json!({ "form_field_value": "blue" })] {
        let error = refused(settings.change_some(&body).await?, 404, NOT_THERE);
        assert_eq!(error, "integration has no settings");
    }
    assert_eq!(settings.pairs().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn t9_e_of_several_settings_none_is_guessed(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let settings = acme.telex.settings(&shop);
    settings.put("colour", "red").await?;
    settings.put("size", "5").await?;
    let before = settings.list().await?.text;
    for body in [
        json!({ "form_field_label": "shape" }),
        json!({ "form_field_value": "round" }),
        json!({ "form_field_label": "SIZE", "form_field_value": "6" }),
    ] {
        let error = invalid(settings.change_some(&body).await?);
        assert!(error.split(' ').any(|word| word == "id"), "the need for an id is not named: {error}");
    }
    assert_eq!(settings.list().await?.text, before);
    Ok(())
}
