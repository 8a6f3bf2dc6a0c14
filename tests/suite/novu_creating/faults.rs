//! What is wrong with a body is said at once, member by member, with what was sent.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::minimal;
use crate::given::Acme;
use crate::novu_given::{refused_members, unprocessable, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn all_faults_are_said_at_once_with_their_values(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let body = json!({
        "channel": "fax",
        "name": 7,
        "identifier": ["a"],
        "_environmentId": { "a": 1 },
        "active": "yes",
        "check": 1,
        "credentials": "all of them",
        "conditions": { "children": [] },
    });
    let answer = novu.create(&body).await?;
    let errors = unprocessable(&answer);
    let mut members: Vec<_> = errors.keys().map(String::as_str).collect();
    members.sort_unstable();
    let mut sent: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    sent.push("providerId");
    sent.sort_unstable();
    assert_eq!(members, sent);
    for member in ["channel", "name", "identifier", "_environmentId", "active", "check"] {
        assert_eq!(errors[member]["value"], body[member], "{member}");
    }
    assert!(errors["providerId"].get("value").is_none(), "nothing was sent: {answer}");
    assert!(!answer.text.contains("all of them"), "{answer}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_required_is_missed_when_it_is_absent_null_or_empty(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    refused_members(&novu.create(&json!({})).await?, &["providerId", "channel"]);
    refused_members(
        &novu.create(&json!({ "providerId": null, "channel": null })).await?,
        &["providerId", "channel"],
    );
    refused_members(
        &novu.create(&json!({ "providerId": "", "channel": "" })).await?,
        &["providerId", "channel"],
    );
    refused_members(&novu.create(&json!({ "providerId": "sendgrid" })).await?, &["channel"]);
    refused_members(&novu.create(&json!({ "channel": "email" })).await?, &["providerId"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_channel_is_one_of_five(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for channel in ["fax", "tool", "Email", "in-app", " email", "e-mail", "trigger"] {
        let answer = novu.create(&with(minimal(), json!({ "channel": channel }))).await?;
        let errors = unprocessable(&answer);
        assert_eq!((errors.len(), &errors["channel"]["value"]), (1, &json!(channel)), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_member_of_the_wrong_type_is_refused_in_a_change_too(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&minimal()).await?;
    for (member, wrong) in [
        ("name", vec![json!(7), json!(true), json!(["a"]), json!({})]),
        ("identifier", vec![json!(7), json!(false), json!([]), json!({})]),
        ("_environmentId", vec![json!(7), json!(true), json!([]), json!({})]),
        ("active", vec![json!("true"), json!(1), json!([]), json!({})]),
        ("check", vec![json!("true"), json!(0), json!([]), json!({})]),
        ("credentials", vec![json!("{}"), json!(7), json!(true), json!([])]),
        ("conditions", vec![json!("[]"), json!(7), json!(true), json!({})]),
    ] {
        for value in wrong {
            refused_members(&novu.create(&with(minimal(), json!({ member: value }))).await?, &[member]);
            refused_members(&novu.update(&id, &json!({ member: value })).await?, &[member]);
            refused_members(&novu.patch(&id, &json!({ member: value })).await?, &[member]);
        }
    }
    assert_eq!(novu.listed("name").await?, ["SendGrid"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_fault_deep_inside_is_named_by_its_path(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let child = json!({ "field": "a", "value": "b", "operator": "EQUAL", "on": "subscriber" });
    let wrong = with(child.clone(), json!({ "on": "nobody" }));
    let body = with(
        minimal(),
        json!({
            "name": 7,
            "credentials": { "port": [], "secure": "maybe", "apiKey": { "a": "b" } },
            "conditions": [{ "children": [child, wrong] }, { "value": "XOR", "children": [] }],
        }),
    );
    let expected = [
        "name",
        "credentials.port",
        "credentials.secure",
        "credentials.apiKey",
        "conditions.0.children.1.on",
        "conditions.1.value",
    ];
    refused_members(&novu.create(&body).await?, &expected);
    assert_eq!(novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_refused_secret_is_said_back(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&minimal()).await?;
    let secret = "SG.planted-0123456789";
    for credentials in [
        json!({ "apiKey": [secret] }),
        json!({ "apiKey": { secret: secret } }),
        json!({ "apiKey": format!("{secret}\0") }),
        json!({ "apiKey": secret, "secure": secret }),
        json!({ "apiKey": secret, "tlsOptions": secret }),
        json!({ "apiKey": secret, "port": { "a": secret } }),
        json!([secret]),
        json!(secret),
    ] {
        let body = json!({ "credentials": credentials, "name": 7 });
        for answer in [novu.create(&with(minimal(), body.clone())).await?, novu.update(&id, &body).await?] {
            assert!(!answer.text.contains("planted"), "{answer}");
            assert_eq!(unprocessable(&answer)["name"]["value"], 7, "{answer}");
        }
    }
    Ok(())
}
