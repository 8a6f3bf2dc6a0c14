//! What a new integration is called, and what programs call it.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{is_made_of, minimal};
use crate::given::Acme;
use crate::novu_given::{faulted, with};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_integration_that_is_not_named_has_its_providers_name(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel, name, slug) in [
        ("nodemailer", "email", "Custom SMTP", "custom-smtp"),
        ("sendinblue", "email", "Brevo (formerly Sendinblue)", "brevo-formerly-sendinblue"),
        ("africas-talking", "sms", "Africa's Talking", "africa-s-talking"),
        ("rocket-chat", "chat", "Rocket.Chat", "rocket-chat"),
        ("fcm", "push", "Firebase Cloud Messaging", "firebase-cloud-messaging"),
        ("novu", "in_app", "Novu Inbox", "novu-inbox"),
    ] {
        for empty in [json!({}), json!({ "name": "" })] {
            if provider == "novu" && empty != json!({}) {
                continue;
            }
            let body = with(json!({ "providerId": provider, "channel": channel }), empty);
            let made = novu.made(&body).await?;
            assert_eq!(made["name"], name);
            assert!(is_made_of(&made["identifier"], slug), "{made}");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_identifier_is_made_of_the_name(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (name, slug) in [
        ("Mail", "mail"),
        ("  Mail -- for  Us!! ", "mail-for-us"),
        ("Ünïcödé Maïl", "unicode-mail"),
        ("Crème Brûlée_2", "creme-brulee-2"),
        ("Çà & Ångström", "ca-angstrom"),
        ("a日本b", "a-b"),
        ("日本", "sendgrid"),
        ("---", "sendgrid"),
        ("🦀", "sendgrid"),
    ] {
        let made = novu.made(&with(minimal(), json!({ "name": name }))).await?;
        assert!(is_made_of(&made["identifier"], slug), "{made}");
    }
    let one = novu.made(&with(minimal(), json!({ "name": "Mail" }))).await?;
    let other = novu.made(&with(minimal(), json!({ "name": "Mail", "identifier": "" }))).await?;
    assert!(is_made_of(&other["identifier"], "mail"), "{other}");
    assert_ne!(one["identifier"], other["identifier"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_identifier_stays_when_the_name_changes(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&minimal()).await?;
    let id = made["_id"].as_str().unwrap();
    let changed = novu.updated(id, &json!({ "name": "Mail" })).await?;
    assert_eq!((&changed["name"], &changed["identifier"]), (&json!("Mail"), &made["identifier"]));
    // No text is like none at all.
    let nothing = novu.update(id, &json!({ "name": "", "identifier": "" })).await?;
    faulted(&nothing, 400, "No properties found for update");
    let changed = novu.updated(id, &json!({ "name": "", "identifier": "", "active": false })).await?;
    assert_eq!((&changed["name"], &changed["identifier"]), (&json!("Mail"), &made["identifier"]));
    Ok(())
}
