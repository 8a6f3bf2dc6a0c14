//! Which providers a channel has.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::given::Acme;
use crate::novu_given::{fault, faulted, inbox, with};

const ONE_INBOX: &str = "One environment can only have one In app provider";

fn of(provider: &str, channel: &str) -> Value {
    json!({ "providerId": provider, "channel": channel })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_of_the_catalogue_has_its_own_channel_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel) in [
        ("sendgrid", "sms"),
        ("sendgrid", "in_app"),
        ("twilio", "email"),
        ("slack", "push"),
        ("fcm", "chat"),
        ("infobip-sms", "email"),
        ("novu", "email"),
        ("novu", "chat"),
    ] {
        let message = format!("Provider {provider} does not support channel {channel}");
        faulted(&novu.create(&of(provider, channel)).await?, 400, &message);
    }
    assert_eq!(novu.listed("_id").await?, [Value::Null; 0]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn novus_own_mail_and_text_messages_cannot_be_created(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel) in [("novu-email", "email"), ("novu-sms", "sms")] {
        let message = format!("Creating Novu integration for {provider} provider is not allowed");
        faulted(&novu.create(&of(provider, channel)).await?, 400, &message);
        let active = with(of(provider, channel), json!({ "active": true }));
        faulted(&novu.create(&active).await?, 400, &message);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn only_novu_itself_is_in_app(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for provider in ["somebody-else", "Novu", "novu-inbox"] {
        fault(&novu.create(&of(provider, "in_app")).await?, 400);
    }
    let made = novu.made(&with(inbox(), json!({ "credentials": { "hmac": "true" } }))).await?;
    assert_eq!(made["credentials"], json!({ "hmac": true }));
    assert_eq!((&made["primary"], &made["priority"]), (&json!(false), &json!(0)));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_environment_has_one_inbox(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&of("novu", "in_app")).await?;
    faulted(&novu.create(&inbox()).await?, 400, ONE_INBOX);
    let staging = acme.tenant.environment("staging").await?;
    let elsewhere = with(inbox(), json!({ "_environmentId": staging }));
    novu.created(&elsewhere).await?;
    faulted(&novu.create(&elsewhere).await?, 400, ONE_INBOX);
    faulted(&novu.update(&id, &json!({ "_environmentId": staging })).await?, 400, ONE_INBOX);
    drop(novu.delete(&id).await?.expect_status(200));
    novu.created(&inbox()).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_inboxes_at_once_one_is_made(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut racing = JoinSet::new();
    for _ in 0..16 {
        racing.spawn(novu.request("POST", "").json(&inbox()).send());
    }
    let mut made = 0;
    for answer in racing.join_all().await {
        let answer = answer?;
        if answer.status == 201 {
            made += 1;
        } else {
            faulted(&answer, 400, ONE_INBOX);
        }
    }
    assert_eq!((made, novu.listed("_id").await?.len()), (1, 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_environment_may_have_many_of_any_other_provider(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for _ in 0..3 {
        novu.created(&of("sendgrid", "email")).await?;
        novu.created(&of("discord", "chat")).await?;
    }
    assert_eq!(novu.listed("name").await?.len(), 6);
    Ok(())
}
