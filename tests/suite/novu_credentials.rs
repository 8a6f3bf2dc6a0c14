//! What becomes of credentials: which are kept, how they are read and shown, and to whom.

mod hosts;
mod kinds;
mod masks;
mod reveals;

use anyhow::Result;
use patchbay_tests::{Backend, Novu};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID};
use crate::novu_given::{API_KEY, MASK, faulted, mail, unused_mail, with};

/// One of a provider's that is not active, with these credentials.
fn of(provider: &str, channel: &str, credentials: Value) -> Value {
    let mut body = json!({ "providerId": provider, "channel": channel });
    body["credentials"] = credentials;
    body
}

/// What is shown of credentials once they were sent.
async fn shown(novu: &Novu, provider: &str, channel: &str, credentials: Value) -> Result<Value> {
    Ok(novu.made(&of(provider, channel, credentials)).await?["credentials"].clone())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn known_members_of_other_providers_are_kept_and_unknown_ones_dropped(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let sent = json!({
        "apiKey": "x", "domain": "mg.example.com", "accountSid": "AC1", "region": "eu", "port": 25,
        "hmac": true, "alertUid": "a", "appID": "b", "contentType": "plain",
        "unknown": "x", "nested": { "a": "b" }, "api_key": "x", "APIKEY": "x", "__proto__": "x", "": "x",
    });
    let expected = json!({
        "apiKey": MASK, "domain": "mg.example.com", "accountSid": "AC1", "region": "eu", "port": "25",
        "hmac": true, "alertUid": "a", "appID": "b", "contentType": "plain",
    });
    assert_eq!(shown(&novu, "sendgrid", "email", sent.clone()).await?, expected);
    let id = novu.created(&unused_mail("a")).await?;
    assert_eq!(novu.updated(&id, &json!({ "credentials": sent })).await?["credentials"], expected);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secret_members_of_other_providers_are_secret_here_too(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let sent = json!({
        "apiKey": "x", "secretKey": "x", "token": "x", "apiToken": "x", "password": "x", "accessKey": "x",
        "serviceAccount": "x", "signingSecret": "x", "webhookUrl": "https://hooks.example.com/planted",
    });
    let shown = shown(&acme.novu().await?, "ses", "email", sent.clone()).await?;
    for member in sent.as_object().unwrap().keys() {
        assert_eq!(shown[member], MASK, "{member}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_that_only_sound_secret_are_shown(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let sent = json!({
        "apiKeyRequestHeader": "X-Api-Key", "secretKeyRequestHeader": "X-Secret-Key", "authenticateByToken": true,
        "authenticationTokenKey": "token", "idPath": "id", "datePath": "date",
    });
    assert_eq!(shown(&acme.novu().await?, "generic-sms", "sms", sent.clone()).await?, sent);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_replaces_all_credentials(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let sent = json!({ "credentials": { "apiKey": "other", "senderName": "A" } });
    let changed = novu.updated(&id, &sent).await?;
    assert_eq!(changed["credentials"], json!({ "apiKey": MASK, "senderName": "A" }));
    assert_eq!(novu.found(&id).await?["credentials"], changed["credentials"]);
    drop(novu.update(&id, &json!({ "active": false })).await?.expect_status(200));
    assert_eq!(novu.updated(&id, &json!({ "credentials": {} })).await?["credentials"], json!({}));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_change_of_something_else_leaves_them(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    for change in
        [json!({ "name": "b" }), json!({ "active": false }), json!({ "name": "c", "credentials": null })]
    {
        let changed = novu.updated(&id, &change).await?;
        assert_eq!(changed["credentials"], json!({ "apiKey": MASK, "from": "a@example.com" }), "{change}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_patch_merges_them_member_by_member(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    let patched = novu.patch(&id, &json!({ "credentials": { "senderName": "A" } })).await?.expect_status(200);
    let expected = json!({ "apiKey": MASK, "from": "a@example.com", "senderName": "A" });
    assert_eq!(patched.data()["credentials"], expected);
    let patched = novu.patch(&id, &json!({ "credentials": { "from": "b" }, "name": "b" })).await?;
    let patched = patched.expect_status(200).data();
    assert_eq!(patched["credentials"], json!({ "apiKey": MASK, "from": "b", "senderName": "A" }));
    assert_eq!((&patched["name"], &patched["active"]), (&json!("b"), &json!(true)));
    let revealing = acme.revealing_novu().found(&id).await?;
    assert_eq!(revealing["credentials"]["apiKey"], API_KEY);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_patch_is_otherwise_like_a_put(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&mail("a")).await?;
    faulted(&novu.patch(&id, &json!({})).await?, 400, "No properties found for update");
    let answer = novu.patch(UNKNOWN_ID, &json!({ "name": "b" })).await?;
    faulted(&answer, 404, &format!("Entity with id {UNKNOWN_ID} not found"));
    let off = novu.patch(&id, &json!({ "active": false })).await?.expect_status(200).data();
    assert_eq!(
        (&off["active"], &off["primary"], &off["priority"]),
        (&json!(false), &json!(false), &json!(0))
    );
    let replaced = with(json!({ "credentials": { "apiKey": MASK } }), json!({ "active": true }));
    drop(novu.patch(&id, &replaced).await?.expect_status(200));
    Ok(())
}
