//! Every change of a setting leaves a record that says what was changed, and never to what.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::a_shop;
use crate::given::Acme;

/// What was recorded of settings: the kind of event and its digest, in order.
fn records(acme: &Acme) -> Result<Vec<(String, Value)>> {
    let rows = acme.service.database().texts(
        "SELECT event_type || ' ' || digest AS text FROM events \
             WHERE entity = 'setting' ORDER BY id",
    )?;
    rows.iter()
        .map(|row| {
            let (kind, digest) = row.split_once(' ').unwrap();
            Ok((kind.to_owned(), serde_json::from_str(digest)?))
        })
        .collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_change_is_recorded_once_without_its_value(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let mut expected = Vec::new();
    for (settings, kind, channel) in [
        (acme.telex.settings(&shop), "setting.changed", Value::Null),
        (acme.telex.channel(&shop, "general"), "channel.changed", json!("general")),
    ] {
        let id = settings.put("colour", "planted-value").await?;
        settings.put("colour", "planted-value").await?;
        settings.put("colour", "planted-other").await?;
        drop(settings.change(&id, &json!({ "form_field_label": "token" })).await?.expect_status(200));
        drop(settings.change(&id, &json!({ "form_field_label": "token" })).await?.expect_status(200));
        drop(settings.delete(&id).await?.expect_status(200));
        drop(settings.delete(&id).await?.expect_status(404));
        for (action, label) in
            [("added", "colour"), ("changed", "colour"), ("changed", "token"), ("deleted", "token")]
        {
            let digest =
                json!({ "action": action, "integration_id": shop, "channel": channel, "label": label });
            expected.push((kind.to_owned(), digest));
        }
    }
    assert_eq!(records(&acme)?, expected);
    let everything = acme.service.database().texts("SELECT digest AS text FROM events")?;
    assert!(!everything.concat().contains("planted"), "{everything:?}");
    Ok(())
}
