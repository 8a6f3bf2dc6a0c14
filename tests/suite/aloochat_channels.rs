//! The settings of a channel as one object.

use anyhow::Result;
use patchbay_tests::{AlooChat, Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, a_shop, declined, invalid};

/// One channel of one integration.
struct Channel {
    acme: Acme,
    aloochat: AlooChat,
    id: String,
}

impl Channel {
    async fn on(backend: Backend) -> Result<Self> {
        let acme = Acme::on(backend).await?;
        let aloochat = acme.aloochat();
        let id = aloochat.created(&a_shop("shop")).await?;
        Ok(Self { acme, aloochat, id })
    }

    async fn put(&self, body: &Value) -> Result<Answer> {
        self.aloochat.channel("PUT", &self.id, "general").json(body).send().await
    }

    async fn shown(&self) -> Result<String> {
        let shown = self.aloochat.channel("GET", &self.id, "general").send().await?.expect_status(200);
        Ok(shown.text)
    }

    /// What Telex shows of it in full.
    async fn in_full(&self) -> Result<Vec<(String, String)>> {
        self.acme.telex.channel(&self.id, "general").pairs().await
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_put_is_all_that_is_shown(#[case] backend: Backend) -> Result<()> {
    let channel = Channel::on(backend).await?;
    assert_eq!(channel.shown().await?, "{}");
    let sent = json!({ "zone": "eu", " size ": 7, "ratio": 1.5, "loud": true, "note": "" });
    let put = channel.put(&sent).await?.expect_status(200);
    let stored = r#"{"zone":"eu","size":"7","ratio":"1.5","loud":"true","note":""}"#;
    assert_eq!((put.text.as_str(), channel.shown().await?.as_str()), (stored, stored));
    let put = channel.put(&json!({ "loud": "no", "new": "x", "size": null })).await?.expect_status(200);
    let stored = r#"{"loud":"no","new":"x"}"#;
    assert_eq!((put.text.as_str(), channel.shown().await?.as_str()), (stored, stored));
    // Another channel, and the integration as a whole, have settings of their own.
    let other = channel.aloochat.channel("GET", &channel.id, "random").send().await?.expect_status(200);
    assert_eq!(other.json(), json!({}));
    assert_eq!(channel.acme.telex.settings(&channel.id).pairs().await?, []);
    assert_eq!(channel.put(&json!({})).await?.expect_status(200).json(), json!({}));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn secrets_are_left_out_and_stay_until_they_are_sent_or_null(#[case] backend: Backend) -> Result<()> {
    let channel = Channel::on(backend).await?;
    drop(
        channel.put(&json!({ "colour": "red", "bot token": "one", "password": 7 })).await?.expect_status(200),
    );
    assert_eq!(channel.shown().await?, r#"{"colour":"red"}"#);
    let shown: Value = serde_json::from_str(&channel.shown().await?)?;
    drop(channel.put(&shown).await?.expect_status(200));
    let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    let expected = [pair("colour", "red"), pair("bot token", "one"), pair("password", "7")];
    assert_eq!(channel.in_full().await?, expected);
    drop(channel.put(&json!({ "bot token": "two", "password": null })).await?.expect_status(200));
    assert_eq!(channel.in_full().await?, [pair("bot token", "two")]);
    // A secret that Telex moved under a harmless label is still one.
    let settings = channel.acme.telex.channel(&channel.id, "general");
    let id = settings.list().await?.json()["data"][0]["id"].as_str().unwrap().to_owned();
    drop(settings.change(&id, &json!({ "form_field_label": "note" })).await?.expect_status(200));
    assert_eq!(
        channel.put(&json!({ "colour": "blue" })).await?.expect_status(200).text,
        r#"{"colour":"blue"}"#
    );
    assert_eq!(channel.in_full().await?, [pair("note", "two"), pair("colour", "blue")]);
    assert_eq!(
        channel.put(&json!({ "note": "plain" })).await?.expect_status(200).text,
        r#"{"note":"plain"}"#
    );
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_channel_is_cleared_as_a_whole_and_goes_with_its_integration(
    #[case] backend: Backend,
) -> Result<()> {
    let channel = Channel::on(backend).await?;
    for _ in 0..2 {
        drop(channel.put(&json!({ "colour": "red", "token": "secret" })).await?.expect_status(200));
        for _ in 0..2 {
            let cleared = channel.aloochat.channel("DELETE", &channel.id, "general").send().await?;
            let said = json!({ "message": "Channel settings deleted successfully" });
            drop(cleared.expect_status(200).expect_json(&said, &[]));
            assert_eq!(channel.in_full().await?, []);
        }
    }
    drop(channel.put(&json!({ "colour": "red" })).await?.expect_status(200));
    drop(channel.aloochat.delete(&channel.id).await?.expect_status(200));
    for method in ["GET", "PUT", "DELETE"] {
        for id in [channel.id.as_str(), UNKNOWN_ID] {
            let asked = channel.aloochat.channel(method, id, "general").json(&json!({}));
            declined(asked.send().await?, 404, "Integration not found");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_wrong_is_named_by_its_label_and_nothing_is_changed(#[case] backend: Backend) -> Result<()> {
    let channel = Channel::on(backend).await?;
    drop(channel.put(&json!({ "colour": "red" })).await?.expect_status(200));
    let scalar = "must be a string, a number or a boolean";
    for (body, why) in [
        (json!({ "colour": "blue", "size": ["planted"] }), format!("size: {scalar}")),
        (json!({ "a": {}, "b": [] }), format!("a: {scalar}")),
        (json!({ "size": "x".repeat(8193) }), "size: must have at most 8192 characters".to_owned()),
        (json!({ "size": "planted\0" }), "size: must not contain the character U+0000".to_owned()),
        (json!({ "": 1 }), "label: must not be empty".to_owned()),
        (json!({ ("l".repeat(256)): 1 }), "label: must have at most 255 characters".to_owned()),
        (json!({ "planted\0": 1 }), "label: must not contain the character U+0000".to_owned()),
    ] {
        invalid(channel.put(&body).await?, &why);
    }
    assert_eq!(channel.shown().await?, r#"{"colour":"red"}"#);
    let most = json!({ ("l".repeat(255)): "ä".repeat(8192) });
    assert_eq!(channel.put(&most).await?.expect_status(200).json(), most);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_have_permissions_of_their_own_and_each_change_a_record(
    #[case] backend: Backend,
) -> Result<()> {
    let channel = Channel::on(backend).await?;
    let key = channel.acme.tenant.key_with(&["--preset", "aloochat"]).await?.text;
    for method in ["GET", "PUT", "DELETE"] {
        let asked = channel.aloochat.with_key(&key).channel(method, &channel.id, "general").json(&json!({}));
        declined(asked.send().await?, 403, "Insufficient permissions");
    }
    drop(channel.put(&json!({ "a": "1", "b": "2" })).await?.expect_status(200));
    drop(channel.put(&json!({ "a": "3", "b": "2" })).await?.expect_status(200));
    drop(channel.put(&json!({ "a": "3", "b": "2" })).await?.expect_status(200));
    let audit = ["audit", "list", "--organisation", &channel.acme.tenant.id];
    let events = channel.acme.service.command(&audit).await?.expect_status(0).expect_document();
    let of_channel = events.as_array().unwrap().iter().filter(|event| event["type"] == "channel.changed");
    assert_eq!(of_channel.count(), 3, "{events}");
    Ok(())
}
