//! A secret never travels to a host that it was not sent with.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::of;
use crate::given::Acme;
use crate::novu_given::{MASK, fault, with};

/// Providers that send to where their owner says, and the member that says it.
fn free_hosts() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    vec![
        (
            "nodemailer",
            "email",
            "host",
            json!({ "host": "smtp.example.com", "port": "25", "password": "planted" }),
        ),
        ("kannel", "sms", "host", json!({ "host": "sms.example.com", "port": "25", "password": "planted" })),
        (
            "mobishastra",
            "sms",
            "baseUrl",
            json!({ "baseUrl": "https://a.example.com", "user": "u", "password": "planted" }),
        ),
        ("generic-sms", "sms", "baseUrl", json!({ "baseUrl": "https://a.example.com", "apiKey": "planted" })),
        (
            "email-webhook",
            "email",
            "webhookUrl",
            json!({ "webhookUrl": "https://a.example.com", "secretKey": "planted" }),
        ),
        (
            "push-webhook",
            "push",
            "webhookUrl",
            json!({ "webhookUrl": "https://a.example.com", "secretKey": "planted" }),
        ),
        (
            "braze",
            "email",
            "apiURL",
            json!({ "apiURL": "https://a.example.com", "appID": "a", "apiKey": "planted" }),
        ),
    ]
}

/// One that the catalogue does not know, of which nothing but its names can tell where it leads.
fn of_nobody() -> (&'static str, &'static str, &'static str, Value) {
    ("acme", "sms", "baseUrl", json!({ "baseUrl": "https://a.example.com", "apiKey": "planted" }))
}

fn elsewhere(member: &str) -> &'static str {
    if member == "host" { "evil.example" } else { "https://evil.example" }
}

/// The credentials with the mask in the place of their secret, and another host.
fn moved(credentials: &Value, member: &str) -> Value {
    let masked = credentials.to_string().replace("planted", MASK);
    with(serde_json::from_str(&masked).unwrap(), json!({ member: elsewhere(member) }))
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_host_needs_the_secrets_again(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel, member, credentials) in free_hosts().into_iter().chain([of_nobody()]) {
        let id = novu.created(&of(provider, channel, credentials.clone())).await?;
        let masked = json!({ "credentials": moved(&credentials, member) });
        let answer = novu.update(&id, &masked).await?;
        fault(&answer, 400);
        let alone = json!({ "credentials": { member: elsewhere(member) } });
        fault(&novu.patch(&id, &alone).await?, 400);
        fault(&novu.patch(&id, &masked).await?, 400);
        let kept = acme.revealing_novu().found(&id).await?;
        assert_eq!(kept["credentials"], credentials, "{provider}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_refused_host_is_named_as_it_was_sent(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let app_io = json!({ "AppIOBaseUrl": "https://a.example.com", "token": "planted" });
    let app_io = ("appio", "push", "AppIOBaseUrl", app_io);
    for (provider, channel, member, credentials) in free_hosts().into_iter().chain([app_io]) {
        let id = novu.created(&of(provider, channel, credentials.clone())).await?;
        let answer = novu.update(&id, &json!({ "credentials": moved(&credentials, member) })).await?;
        let named = format!("credentials.{member}");
        assert!(fault(&answer, 400).split([' ', ',']).any(|word| word == named), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn with_the_secrets_sent_again_or_left_out_the_host_may_change(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel, member, credentials) in free_hosts() {
        let id = novu.created(&of(provider, channel, credentials.clone())).await?;
        let anew = with(credentials, json!({ member: elsewhere(member) }));
        drop(novu.update(&id, &json!({ "credentials": anew })).await?.expect_status(200));
        let alone = json!({ "credentials": { member: elsewhere(member) } });
        drop(novu.update(&id, &alone).await?.expect_status(200));
        let kept = acme.revealing_novu().found(&id).await?;
        assert_eq!(kept["credentials"], alone["credentials"], "{provider}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_path_of_the_same_host_keeps_them(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let credentials = json!({ "baseUrl": "https://a.example.com/v1", "user": "u", "password": "planted" });
    let id = novu.created(&of("mobishastra", "sms", credentials)).await?;
    let path = json!({ "baseUrl": "https://a.example.com/v2", "user": "u", "password": MASK });
    drop(novu.update(&id, &json!({ "credentials": path })).await?.expect_status(200));
    for other in ["http://a.example.com/v2", "https://a.example.com:8443/v2", "https://b.example.com/v2"] {
        let sent = with(path.clone(), json!({ "baseUrl": other }));
        fault(&novu.update(&id, &json!({ "credentials": sent })).await?, 400);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_host_that_is_fixed_to_a_suffix_may_change(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let credentials =
        json!({ "apiKey": "planted", "user": "u", "domain": "d", "baseUrl": "https://api.mailgun.net" });
    let id = novu.created(&of("mailgun", "email", credentials)).await?;
    let europe =
        json!({ "apiKey": MASK, "user": "u", "domain": "d", "baseUrl": "https://api.eu.mailgun.net" });
    drop(novu.update(&id, &json!({ "credentials": europe })).await?.expect_status(200));
    for other in ["https://evil.example", "https://api.mailgun.net.evil.example", "https://evilmailgun.net"] {
        let sent = with(europe.clone(), json!({ "baseUrl": other }));
        let answer = novu.update(&id, &json!({ "credentials": sent })).await?;
        assert!(answer.status == 400 || answer.status == 422, "{answer}");
    }
    assert_eq!(acme.revealing_novu().found(&id).await?["credentials"]["baseUrl"], europe["baseUrl"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_user_in_a_url_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel, member, credentials) in free_hosts() {
        if member == "host" {
            continue;
        }
        let sent = with(credentials, json!({ member: "https://user:planted@a.example.com/x" }));
        let answer = novu.create(&of(provider, channel, sent)).await?;
        assert!(answer.status == 400 || answer.status == 422, "{answer}");
        fault(&answer, answer.status);
        assert!(!answer.text.contains("planted"), "{answer}");
    }
    assert_eq!(novu.listed("_id").await?.len(), 0);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_move_to_another_host_and_a_rename_at_once_change_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let credentials = json!({ "host": "smtp.example.com", "port": "25", "password": "planted" });
    let id = novu.created(&of("nodemailer", "email", credentials.clone())).await?;
    let sent = json!({ "name": "b", "active": true, "credentials": moved(&credentials, "host") });
    fault(&novu.update(&id, &sent).await?, 400);
    let kept = novu.found(&id).await?;
    assert_eq!((&kept["name"], &kept["active"]), (&json!("Custom SMTP"), &json!(false)));
    Ok(())
}
