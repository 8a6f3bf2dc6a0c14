//! Settings of another organisation, or of an environment that a key does not reach, answer as
//! if they did not exist.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;
use serde_json::json;

use super::{a_shop, pair, pairs};
use crate::given::{UNKNOWN_ID, an_integration, refused};

/// What a stranger could tell two answers apart by.
fn seen(answer: Answer) -> (u16, String, Vec<String>) {
    let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    (answer.status, answer.text, headers)
}

/// Every route of settings, about this integration, this setting of it and this one of its
/// channel.
async fn every_route(telex: &Telex, [integration, setting, of_channel]: [&str; 3]) -> Result<Vec<Answer>> {
    let (whole, general) = (telex.settings(integration), telex.channel(integration, "general"));
    let custom = telex.settings(&format!("custom/{integration}"));
    let (sent, entry) = (pair("colour", "theirs"), json!({ "field_name": "colour", "value": "theirs" }));
    let mut named = sent.clone();
    named["id"] = json!(setting);
    Ok(vec![
        whole.add(&sent).await?,
        whole.list().await?,
        whole.change_some(&sent).await?,
        whole.change_some(&named).await?,
        whole.change(setting, &sent).await?,
        whole.delete(setting).await?,
        general.add(&sent).await?,
        general.list().await?,
        general.request("GET", "?effective=true").send().await?,
        general.change(of_channel, &sent).await?,
        general.delete(of_channel).await?,
        custom.request("PUT", "").json(&json!({ "setting_entry": entry })).send().await?,
        custom.list().await?,
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn anothers_settings_answer_like_those_that_never_were(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let id = acme.telex.settings(&shop).put("colour", "ours").await?;
    let of_channel = acme.telex.channel(&shop, "general").put("colour", "ours").await?;
    let globex = acme.service.organisation("globex").await?;
    let theirs = acme.service.telex("", &globex, &globex.full_key().await?);
    let theirs_about_us = acme.telex.with_key(&globex.full_key().await?);
    let ours = [shop.as_str(), &id, &of_channel];

    let nothing = [UNKNOWN_ID; 3];
    for (about, nowhere) in [
        (every_route(&theirs_about_us, ours).await?, every_route(&theirs.about(UNKNOWN_ID), nothing).await?),
        (every_route(&theirs, ours).await?, every_route(&theirs, nothing).await?),
    ] {
        for (about, nowhere) in about.into_iter().zip(nowhere) {
            assert_eq!(about.status, 404, "{about}");
            assert_eq!(seen(about), seen(nowhere));
        }
    }
    assert_eq!(acme.telex.settings(&shop).pairs().await?, pairs([("colour", "ours")]));
    assert_eq!(acme.telex.channel(&shop, "general").pairs().await?, pairs([("colour", "ours")]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_setting_of_another_organisation_is_not_reached_through_ones_own_integration(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let ours = acme.telex.settings(&shop);
    let id = ours.put("colour", "ours").await?;
    let globex = acme.service.organisation("globex").await?;
    let telex = acme.service.telex("", &globex, &globex.full_key().await?);
    let theirs = telex.settings(&telex.created(&an_integration("shop")).await?);
    theirs.put("colour", "theirs").await?;
    refused(theirs.change(&id, &pair("colour", "x")).await?, 404, super::NO_SETTING);
    refused(theirs.delete(&id).await?, 404, super::NO_SETTING);
    let named = json!({ "id": id, "form_field_value": "x" });
    refused(theirs.change_some(&named).await?, 404, super::NOT_THERE);
    assert_eq!((ours.value().await?, theirs.value().await?), ("ours".to_owned(), "theirs".to_owned()));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_of_one_environment_reaches_the_settings_of_that_one_alone(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, in_default) = a_shop(backend).await?;
    let bound = |environment: String| {
        let tenant = acme.tenant.clone();
        async move { tenant.key_with(&["--environment", &environment, "--all-permissions"]).await }
    };
    let staging = acme.telex.with_key(&bound(acme.tenant.environment("staging").await?).await?.text);
    let default = acme.telex.with_key(&bound(acme.tenant.default_environment.clone()).await?.text);
    let in_staging = staging.created(&an_integration("staged")).await?;

    for (telex, own, stranger) in [(&default, &in_default, &staging), (&staging, &in_staging, &default)] {
        let id = telex.settings(own).put("token", "ours").await?;
        let of_channel = telex.channel(own, "general").put("token", "ours").await?;
        for answer in every_route(stranger, [own, &id, &of_channel]).await? {
            assert_eq!(answer.status, 404, "{answer}");
        }
        for reader in [telex, &acme.telex] {
            assert_eq!(reader.settings(own).pairs().await?, pairs([("token", "ours")]));
            assert_eq!(reader.channel(own, "general").pairs().await?, pairs([("token", "ours")]));
        }
        // A key of the whole organisation writes in every environment.
        acme.telex.settings(own).put("token", "changed").await?;
        assert_eq!(telex.settings(own).value().await?, "changed");
    }
    Ok(())
}
