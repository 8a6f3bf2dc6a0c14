//! N7: whether a provider reports what became of a message.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{chat, faulted, mail, push, text_messages, unused_mail, with};

/// The status of a provider, or of an integration, below both of the words for it.
async fn asked(novu: &Novu, which: &str) -> Result<Answer> {
    let one = novu.request("GET", &format!("/webhook/provider/{which}/status")).send().await?;
    let other = novu.request("GET", &format!("/webhooks/provider/{which}/status")).send().await?;
    assert_eq!(one.status, other.status, "{other}");
    if one.status == 200 {
        assert_eq!(one.text, other.text);
    } else {
        assert_eq!(one.json()["message"], other.json()["message"]);
    }
    Ok(one)
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_mail_and_text_messages_it_is_yes_or_no(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (body, provider) in [(mail("a"), "sendgrid"), (text_messages("b"), "twilio")] {
        let id = novu.created(&body).await?;
        let by_id = asked(&novu, &id).await?.expect_status(200);
        assert!(by_id.data().is_boolean(), "{by_id}");
        assert_eq!(asked(&novu, provider).await?.expect_status(200).data(), by_id.data());
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_nobody_has_was_not_found(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let gone = novu.created(&mail("a")).await?;
    drop(novu.delete(&gone).await?.expect_status(200));
    for which in ["sendgrid", "mailgun", "nobody", UNKNOWN_ID, &gone] {
        faulted(&asked(&novu, which).await?, 404, &format!("Integration for {which} was not found"));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_elsewhere_was_not_found_either(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.novu().await?.created(&mail("a")).await?;
    let staging = acme.tenant.environment("staging").await?;
    let bound = acme.tenant.key_in_environment(&staging, &["integrations:read"]).await?.text;
    let stranger = acme.service.organisation("another").await?.full_key().await?;
    for key in [bound, stranger] {
        for which in [id.as_str(), "sendgrid"] {
            let answer = asked(&acme.service.novu(&key), which).await?;
            faulted(&answer, 404, &format!("Integration for {which} was not found"));
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn without_credentials_there_is_nothing_to_say(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&with(unused_mail("a"), json!({ "credentials": {} }))).await?;
    let message = format!("Integration {id} doesn't have credentials set up");
    faulted(&asked(&novu, &id).await?, 400, &message);
    faulted(&asked(&novu, "sendgrid").await?, 400, &message);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn other_channels_do_not_support_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let team = json!({ "credentials": { "clientId": "a" }, "providerId": "slack" });
    for (body, provider, channel) in [(with(chat("a"), team), "slack", "chat"), (push("b"), "expo", "push")] {
        let id = novu.created(&with(body, json!({ "active": false }))).await?;
        let message = format!("Webhook for {provider}-{channel} is not supported yet");
        faulted(&asked(&novu, &id).await?, 400, &message);
        faulted(&asked(&novu, provider).await?, 400, &message);
    }
    Ok(())
}
