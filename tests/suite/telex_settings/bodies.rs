//! Bodies that cannot be meant, and bodies that are spelt differently.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{UPDATED, a_shop, both, done, invalid, pair};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_fault_of_a_new_setting_is_named_at_once(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        for body in [
            json!({}),
            json!({ "form_field_label": null, "form_field_value": null }),
            json!({ "form_field_label": 5, "form_field_value": [] }),
            json!({ "form_field_label": true, "form_field_value": {} }),
            json!({ "form_field_label": "", "form_field_value": ["x"] }),
            json!({ "form_field_label": " \t\n", "form_field_value": "\0" }),
            json!({ "form_field_label": "a\0b", "form_field_value": "x".repeat(8193) }),
            json!({ "form_field_label": "x".repeat(256), "form_field_value": "a\0b" }),
        ] {
            let error = invalid(settings.add(&body).await?);
            for member in ["form_field_label", "form_field_value"] {
                assert_eq!(error.matches(member).count(), 1, "{body}: {error}");
            }
        }
        assert_eq!(settings.pairs().await?, []);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_fault_of_a_change_is_named_at_once(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        let before = settings.list().await?.text;
        for body in [
            json!({ "form_field_label": 5, "form_field_value": [] }),
            json!({ "form_field_label": " ", "form_field_value": {} }),
            json!({ "form_field_label": "\0", "form_field_value": "\0" }),
            json!({ "form_field_label": "x".repeat(256), "form_field_value": "x".repeat(8193) }),
        ] {
            let mut answers = vec![settings.change(&id, &body).await?];
            if settings.path().ends_with(&format!("{shop}/settings")) {
                answers.push(settings.change_some(&body).await?);
            }
            for answer in answers {
                let error = invalid(answer);
                for member in ["form_field_label", "form_field_value"] {
                    assert_eq!(error.matches(member).count(), 1, "{body}: {error}");
                }
            }
        }
        assert_eq!(settings.list().await?.text, before);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_nothing_known_is_refused(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let whole = acme.telex.settings(&shop);
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        for body in [json!({}), json!({ "id": id }), json!({ "label": "size", "value": 5 })] {
            invalid(settings.change(&id, &body).await?);
        }
        for body in [json!([pair("a", "b")]), json!("text"), json!(null), json!(1)] {
            invalid(settings.add(&body).await?);
            invalid(settings.change(&id, &body).await?);
        }
        for body in ["", "{", "form_field_label=a", "\u{feff}{}"] {
            invalid(settings.request("POST", "").body(body).send().await?);
            invalid(settings.request("PATCH", &format!("/{id}")).body(body).send().await?);
        }
        assert_eq!(settings.value().await?, "red");
    }
    for body in [json!({}), json!({ "id": null }), json!([]), json!({ "setting_id": "x" })] {
        invalid(whole.change_some(&body).await?);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn null_and_absent_leave_a_setting_alone(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        let before = settings.list().await?.text;
        for body in [
            json!({ "form_field_label": null }),
            json!({ "form_field_value": null }),
            json!({ "form_field_label": null, "form_field_value": null }),
            json!({ "form_field_label": "colour" }),
            json!({ "form_field_label": "colour", "form_field_value": "red" }),
        ] {
            done(settings.change(&id, &body).await?, UPDATED);
            assert_eq!(settings.list().await?.text, before, "{body}");
        }
    }
    Ok(())
}

/// Only T9 knows a member `id`.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn unknown_members_and_any_content_type_are_tolerated(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let mut body = pair("colour", "red");
        body["id"] = json!({ "of": ["another", "kind"] });
        body["channel_id"] = json!("random");
        let request = settings.request("POST", "").header("content-type", "text/plain");
        let added = request.nameless_body(body.to_string()).send().await?.expect_status(200);
        let (_, id) = added.header("location").rsplit_once('/').unwrap();
        body["form_field_value"] = json!("blue");
        let request = settings.request("PATCH", &format!("/{id}"));
        done(request.nameless_body(body.to_string()).send().await?, UPDATED);
        assert_eq!(settings.value().await?, "blue");
        let request = settings.request("DELETE", &format!("/{id}"));
        drop(request.body("{ broken").send().await?.expect_status(200));
    }
    Ok(())
}
