//! What the answers look like, member by member, under both prefixes.

use anyhow::Result;
use patchbay_tests::{Backend, is_timestamp, is_uuid};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, CREDENTIAL, an_integration, every};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_a_request_leaves_out_is_empty(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (number, telex) in acme.below_each_prefix().iter().enumerate() {
        let name = format!("shop {number}");
        let made = telex.create(&json!({ "name": name, "json_url": "an address" })).await?;
        let schema = json!({
            "properties": {
                "event": { "type": "string", "description": "The name of the event" },
                "timestamp": { "type": "string", "description": "The time when the event was triggered" },
            },
            "type": "object",
        });
        let data = json!({
            "id": "", "name": name, "json_url": "an address", "json_schema": schema, "auth_credential": "",
            "integration_type": "", "is_system_integration": false, "created_at": "",
        });
        let expected = json!({
            "status": "success", "status_code": 201, "message": "Integration app created successfully",
            "data": data,
        });
        let made = made.expect_status(201).expect_json(&expected, &["data.id", "data.created_at"]);
        assert_eq!(made.header("content-type"), "application/json");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_new_integration_has_a_version_7_id_and_the_time_of_its_making(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let made = acme.telex.create(&an_integration("shop")).await?.expect_status(201).json();
    let [id, at] = ["id", "created_at"].map(|member| made["data"][member].as_str().unwrap().to_owned());
    assert!(is_uuid(&id, &['7']), "{id}");
    assert!(is_timestamp(&at), "{at}");

    let listed = acme.telex.list().await?.expect_status(200);
    let times = ["created_at", "updated_at"].map(|member| every(&listed, member).concat());
    assert_eq!(times, [at.clone(), at]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_shows_neither_credential_nor_type(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    drop(acme.telex.created(&an_integration("shop")).await?);
    let expected = json!({
        "status": "success", "status_code": 200, "message": "Integrations retrieved successfully.",
        "data": [{
            "id": "", "app_name": "shop", "json_url": "not-a-url-for-shop", "app_url": "", "app_logo": "",
            "app_description": "", "is_system_integration": false, "is_active": true, "created_at": "",
            "updated_at": "",
        }],
    });
    for telex in acme.below_each_prefix() {
        let volatile = ["data[].id", "data[].created_at", "data[].updated_at"];
        let listed = telex.list().await?.expect_status(200).expect_json(&expected, &volatile);
        assert!(!listed.text.contains(&CREDENTIAL[CREDENTIAL.len() - 4..]), "{listed}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_organisation_without_integrations_lists_none(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let expected = json!({
        "status": "success", "status_code": 200, "message": "Integrations retrieved successfully.", "data": [],
    });
    for telex in acme.below_each_prefix() {
        drop(telex.list().await?.expect_status(200).expect_json(&expected, &[]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_list_is_oldest_first(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let names = ["m", "z", "a", "k", "b"];
    for name in names {
        acme.telex.created(&an_integration(name)).await?;
    }
    assert_eq!(every(&acme.telex.list().await?, "app_name"), names);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_integration_is_shown_with_all_that_a_list_leaves_out(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let expected = json!({
        "status": "success", "status_code": 200, "message": "Integration retrieved successfully",
        "data": {
            "id": id, "app_name": "shop", "json_url": "not-a-url-for-shop", "app_url": "", "app_logo": "",
            "app_description": "", "is_system_integration": false, "is_active": true, "created_at": "",
            "updated_at": "", "name": "shop", "integration_type": "filter", "auth_credential": CREDENTIAL,
        },
    });
    for telex in acme.below_each_prefix() {
        let found = telex.find(&id).await?.expect_status(200);
        drop(found.expect_json(&expected, &["data.created_at", "data.updated_at"]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn changing_and_deleting_show_the_same_view(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (number, telex) in acme.below_each_prefix().iter().enumerate() {
        let name = format!("shop {number}");
        let id = telex.created(&json!({ "name": name, "json_url": "before" })).await?;
        let expected = |message: &str| {
            json!({
                "status": "success", "status_code": 200, "message": message,
                "data": {
                    "id": id, "name": name, "json_url": "after", "auth_credential": "",
                    "integration_type": "", "is_system_integration": false, "created_at": "",
                },
            })
        };
        let changed = telex.update(&id, &json!({ "json_url": "after" })).await?.expect_status(200);
        let changed =
            changed.expect_json(&expected("Integrations updated successfully"), &["data.created_at"]);
        let deleted = telex.delete(&id).await?.expect_status(200);
        let deleted =
            deleted.expect_json(&expected("Integrations deleted successfully"), &["data.created_at"]);
        assert_eq!(changed.json()["data"], deleted.json()["data"]);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_are_trimmed_and_other_texts_are_kept_as_they_came(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let sent = json!({
        "name": " \t Blümchen & \"Söhne\" 🦀\n", "json_url": " https://A.example/ ",
        "auth_credential": " s p a c e s \u{1F980} ", "integration_type": " Filter ",
    });
    let made = acme.telex.create(&sent).await?.expect_status(201).json();
    let id = made["data"]["id"].as_str().unwrap();
    for shown in [made.clone(), acme.telex.find(id).await?.expect_status(200).json()] {
        let shown = &shown["data"];
        assert_eq!(shown["name"], "Blümchen & \"Söhne\" 🦀");
        for member in ["json_url", "auth_credential", "integration_type"] {
            assert_eq!(shown[member], sent[member], "{member}");
        }
    }
    Ok(())
}
