//! Providers that the catalogue does not know.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::novu_given::{MASK, mail, with};

fn of(provider: &str, channel: &str) -> Value {
    json!({ "providerId": provider, "channel": channel })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_nobody_knows_is_accepted_and_named_by_its_id(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for (provider, channel, name) in [
        ("acme-mail", "email", "Acme-mail"),
        ("emailjs", "email", "Emailjs"),
        ("x", "sms", "X"),
        ("écho", "chat", "Écho"),
        ("7up", "push", "7up"),
        ("Already", "chat", "Already"),
        ("Sendgrid", "email", "Sendgrid"),
    ] {
        let made = novu.made(&of(provider, channel)).await?;
        assert_eq!((&made["providerId"], &made["channel"]), (&json!(provider), &json!(channel)));
        assert_eq!((&made["name"], &made["credentials"]), (&json!(name), &json!({})));
    }
    assert_eq!(novu.listed("_id").await?.len(), 7);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_id_may_have_any_channel_but_the_inbox(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for channel in ["email", "sms", "chat", "push"] {
        novu.created(&of("acme", channel)).await?;
    }
    drop(novu.create(&of("acme", "in_app")).await?.expect_status(400));
    assert_eq!(novu.listed("channel").await?, ["email", "sms", "chat", "push"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn all_its_texts_are_kept_and_secret_and_others_dropped(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let credentials =
        json!({ "apiKey": "a", "from": "b", "anything": "c", "Ünï cödé": "d", "host": "e", "empty": "" });
    let sent = with(
        of("acme", "email"),
        json!({ "credentials": with(credentials.clone(), json!({ "list": ["x"], "object": { "a": "b" } })) }),
    );
    let made = acme.novu().await?.made(&sent).await?;
    for (name, value) in credentials.as_object().unwrap() {
        if value != "" {
            assert_eq!(made["credentials"][name], MASK, "{name}: {made}");
        }
    }
    assert!(
        made["credentials"].get("list").is_none() && made["credentials"].get("object").is_none(),
        "{made}"
    );
    let revealed = acme.revealing_novu().found(made["_id"].as_str().unwrap()).await?;
    for (name, value) in credentials.as_object().unwrap() {
        if value != "" {
            assert_eq!(revealed["credentials"][name], *value, "{name}: {revealed}");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nothing_is_required_of_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let made = novu.made(&with(of("acme", "email"), json!({ "active": true }))).await?;
    assert_eq!(
        (&made["active"], &made["primary"], &made["priority"]),
        (&json!(true), &json!(true), &json!(1))
    );
    drop(novu.update(made["_id"].as_str().unwrap(), &json!({ "credentials": {} })).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_stands_in_the_order_with_the_others(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    novu.created(&mail("a")).await?;
    let id = novu.created(&with(of("acme", "email"), json!({ "active": true, "name": "b" }))).await?;
    assert_eq!(novu.order("email").await?, ["a 2*", "b 1"]);
    drop(novu.set_primary(&id).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["b 2*", "a 1"]);
    drop(novu.update(&id, &json!({ "active": false })).await?.expect_status(200));
    assert_eq!(novu.order("email").await?, ["a 1", "b 0"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn its_masks_keep_what_is_stored(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu
        .created(&with(of("acme", "sms"), json!({ "credentials": { "a": "1", "b": "2", "c": "3" } })))
        .await?;
    drop(novu.update(&id, &json!({ "credentials": { "a": MASK, "b": "new" } })).await?.expect_status(200));
    let revealed = acme.revealing_novu().found(&id).await?;
    assert_eq!(revealed["credentials"], json!({ "a": "1", "b": "new" }));
    drop(novu.patch(&id, &json!({ "credentials": { "d": "4", "b": MASK } })).await?.expect_status(200));
    let revealed = acme.revealing_novu().found(&id).await?;
    assert_eq!(revealed["credentials"], json!({ "a": "1", "b": "new", "d": "4" }));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ids_of_entries_that_novu_does_not_offer_are_nobodys_here(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    // Each is what the catalogue calls something; none is one of Novu's names.
    for (provider, channel) in [
        ("shopify", "chat"),
        ("json_manifest", "email"),
        ("twilio_sms", "sms"),
        ("custom_api", "push"),
        ("webchat", "chat"),
        ("_google", "email"),
        ("TwilioSMS", "sms"),
    ] {
        let sent = with(of(provider, channel), json!({ "credentials": { "anything": "x" }, "active": true }));
        let made = novu.made(&sent).await?;
        assert_eq!((&made["providerId"], &made["channel"]), (&json!(provider), &json!(channel)));
        assert_eq!(made["credentials"], json!({ "anything": MASK }));
    }
    assert_eq!(novu.listed("_id").await?.len(), 7);
    Ok(())
}
