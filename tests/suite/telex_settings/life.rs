//! Settings come, stay, and go with their integration.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use super::{NOT_THERE, a_shop, both, pair, pairs};
use crate::given::{UNKNOWN_ID, an_integration, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_was_put_changed_and_deleted_is_so_after_a_restart(#[case] backend: Backend) -> Result<()> {
    let (mut acme, shop) = a_shop(backend).await?;
    let mut before = Vec::new();
    for settings in both(&acme.telex, &shop) {
        settings.put("colour", "red").await?;
        settings.put("token", "a-secret-that-is-sealed").await?;
        let changed = settings.put("size", "5").await?;
        let deleted = settings.put("shape", "round").await?;
        drop(settings.change(&changed, &json!({ "form_field_label": "width" })).await?.expect_status(200));
        drop(settings.delete(&deleted).await?.expect_status(200));
        before.push(settings.list().await?.text);
    }
    acme.service.restart().await?;
    let telex = acme.service.telex("", &acme.tenant, &acme.key);
    for (settings, before) in both(&telex, &shop).iter().zip(before) {
        let after = settings.list().await?;
        assert_eq!(after.text, before);
        let expected = pairs([("colour", "red"), ("token", "a-secret-that-is-sealed"), ("width", "5")]);
        assert_eq!(after.setting_pairs(), expected);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn deleting_an_integration_empties_its_settings_and_channels(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let stays = acme.telex.created(&an_integration("stays")).await?;
    for integration in [&shop, &stays] {
        acme.telex.settings(integration).put("colour", "red").await?;
        for channel in ["general", "random"] {
            acme.telex.channel(integration, channel).put("token", "secret").await?;
        }
    }
    let id = acme.telex.settings(&shop).list().await?.json()["data"][0]["id"].as_str().unwrap().to_owned();
    drop(acme.telex.delete(&shop).await?.expect_status(200));
    for settings in both(&acme.telex, &shop) {
        refused(settings.list().await?, 404, NOT_THERE);
        refused(settings.add(&pair("colour", "late")).await?, 404, NOT_THERE);
        for id in [id.as_str(), UNKNOWN_ID] {
            refused(settings.change(id, &pair("colour", "late")).await?, 404, NOT_THERE);
            refused(settings.delete(id).await?, 404, NOT_THERE);
        }
    }
    let left = acme.service.database().texts("SELECT DISTINCT integration_id AS text FROM settings")?;
    assert_eq!(left, [stays.as_str()]);
    assert_eq!(acme.telex.settings(&stays).value().await?, "red");
    assert_eq!(acme.telex.channel(&stays, "random").value().await?, "secret");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_integration_that_is_switched_off_keeps_and_takes_settings(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    drop(acme.telex.update(&shop, &json!({ "is_active": false })).await?.expect_status(200));
    for settings in both(&acme.telex, &shop) {
        settings.put("colour", "red").await?;
        assert_eq!(settings.value().await?, "red");
    }
    Ok(())
}
