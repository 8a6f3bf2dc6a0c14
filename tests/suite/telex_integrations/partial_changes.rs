//! T5 changes what it names and leaves alone what it does not.

use anyhow::Result;
use patchbay_tests::{Backend, Telex};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, CREDENTIAL, an_integration, refused};

/// The members that T5 may change, as they are now.
async fn state(telex: &Telex, id: &str) -> Result<Value> {
    let shown = &telex.find(id).await?.expect_status(200).json()["data"];
    let members = ["name", "json_url", "auth_credential", "integration_type", "is_active"];
    Ok(members.iter().map(|member| (*member, shown[member].clone())).collect())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_one_member_leaves_the_others_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let mut expected = state(&acme.telex, &id).await?;
    for (member, value) in [
        ("name", json!("store")),
        ("json_url", json!("https://shop.example/app.json")),
        ("json_url", json!("some-very-weird-logo-url")),
        ("auth_credential", json!("another-credential")),
        ("integration_type", json!("output")),
        ("integration_type", json!("")),
        ("is_active", json!(false)),
        ("is_active", json!(true)),
    ] {
        drop(acme.telex.update(&id, &json!({ member: value })).await?.expect_status(200));
        expected[member] = value;
        assert_eq!(state(&acme.telex, &id).await?, expected, "after a change of {member}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn null_leaves_a_member_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let mut expected = state(&acme.telex, &id).await?;
    expected["name"] = json!("store");
    let sent = json!({
        "name": "store", "json_url": null, "auth_credential": null, "integration_type": null,
        "is_active": null,
    });
    drop(acme.telex.update(&id, &sent).await?.expect_status(200));
    assert_eq!(state(&acme.telex, &id).await?, expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn several_members_change_together_or_not_at_all(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let before = state(&acme.telex, &id).await?;
    let half_wrong = json!({ "name": "store", "integration_type": "x".repeat(65) });
    refused(acme.telex.update(&id, &half_wrong).await?, 400, "Invalid input");
    assert_eq!(state(&acme.telex, &id).await?, before);

    let all = json!({
        "name": "store", "json_url": "elsewhere", "auth_credential": "short", "integration_type": "output",
        "is_active": false,
    });
    drop(acme.telex.update(&id, &all).await?.expect_status(200));
    assert_eq!(state(&acme.telex, &id).await?, all);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_empty_credential_takes_it_away(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let changed = acme.telex.update(&id, &json!({ "auth_credential": "" })).await?.expect_status(200);
    assert_eq!(changed.json()["data"]["auth_credential"], "");
    assert_eq!(state(&acme.telex, &id).await?["auth_credential"], "");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_that_names_nothing_it_knows_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for body in [json!({}), json!({ "json_schema": {}, "id": id, "app_name": "x" })] {
        refused(acme.telex.update(&id, &body).await?, 400, "Invalid input");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_member_of_the_wrong_kind_is_refused_and_named(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let before = state(&acme.telex, &id).await?;
    for (member, value) in [
        ("name", json!("")),
        ("name", json!(" \t")),
        ("name", json!(7)),
        ("json_url", json!("")),
        ("json_url", json!(["https://a.example"])),
        ("auth_credential", json!({ "token": "x" })),
        ("integration_type", json!(false)),
        ("is_active", json!("true")),
        ("is_active", json!(1)),
    ] {
        let error = refused(acme.telex.update(&id, &json!({ member: value })).await?, 400, "Invalid input");
        assert!(error.contains(member), "{member} = {value}: {error}");
    }
    assert_eq!(state(&acme.telex, &id).await?, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_is_seen_in_the_list_and_stamped(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let listed = || async { Ok::<_, anyhow::Error>(acme.telex.list().await?.json()["data"][0].clone()) };
    let before = listed().await?;
    drop(acme.telex.update(&id, &json!({ "name": "store", "is_active": false })).await?.expect_status(200));
    let after = listed().await?;
    assert_eq!((&after["app_name"], &after["is_active"]), (&json!("store"), &json!(false)));
    assert_eq!(after["created_at"], before["created_at"]);
    // Times of this form sort as texts do.
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str(), "{after}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn parallel_changes_of_different_members_are_all_kept(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let change = |body: Value| {
        let (telex, id) = (acme.telex.clone(), id.clone());
        async move { telex.update(&id, &body).await }
    };
    for round in 0..10 {
        let [name, kind] = ["name", "kind"].map(|member| format!("{member} {round}"));
        let answers = tokio::try_join!(
            change(json!({ "name": name })),
            change(json!({ "integration_type": kind })),
            change(json!({ "is_active": round % 2 == 0 })),
        )?;
        for answer in [answers.0, answers.1, answers.2] {
            drop(answer.expect_status(200));
        }
        let expected = json!({
            "name": name, "json_url": "not-a-url-for-shop", "auth_credential": CREDENTIAL,
            "integration_type": kind, "is_active": round % 2 == 0,
        });
        assert_eq!(state(&acme.telex, &id).await?, expected);
    }
    Ok(())
}
