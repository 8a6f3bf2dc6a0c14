//! What each operation answers to ids in its path that are malformed or unknown, and to a
//! method that it has not.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex};
use rstest::rstest;
use serde_json::json;

use super::{NO_SETTING, NOT_THERE, a_shop, done, pair, pairs};
use crate::given::{UNKNOWN_ID, refused};

const MALFORMED: [&str; 4] = ["not-a-uuid", "123", "00000000000070008000000000000000", "%7B%7D"];

/// The answers of the operations on collections (T7, T8, T9, T10, T11), then of those on one
/// setting (T12, T13, and their likes for an integration as a whole).
async fn answers(telex: &Telex, integration: &str, setting: &str) -> Result<[Vec<Answer>; 2]> {
    let (whole, general) = (telex.settings(integration), telex.channel(integration, "general"));
    let sent = pair("colour", "blue");
    let collections = vec![
        whole.add(&sent).await?,
        whole.list().await?,
        whole.change_some(&sent).await?,
        general.add(&sent).await?,
        general.list().await?,
    ];
    let single = vec![
        general.change(setting, &sent).await?,
        general.delete(setting).await?,
        whole.change(setting, &sent).await?,
        whole.delete(setting).await?,
    ];
    Ok([collections, single])
}

/// T8's source knows no 400.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_malformed_organisation_is_400_but_for_one_operation(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for malformed in MALFORMED {
        let answers = answers(&acme.telex.about(malformed), &shop, UNKNOWN_ID).await?.concat();
        for (number, answer) in answers.into_iter().enumerate() {
            match number {
                1 => drop(refused(answer, 404, NOT_THERE)),
                _ => assert!(refused(answer, 400, "Invalid request").contains("organisation id")),
            }
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_organisation_or_integration_that_is_not_there_is_404(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let mut cases = vec![answers(&acme.telex.about(UNKNOWN_ID), &shop, UNKNOWN_ID).await?];
    for integration in [UNKNOWN_ID].into_iter().chain(MALFORMED) {
        cases.push(answers(&acme.telex, integration, UNKNOWN_ID).await?);
    }
    for answer in cases.concat().concat() {
        refused(answer, 404, NOT_THERE);
    }
    assert_eq!(acme.telex.settings(&shop).pairs().await?, []);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_setting_that_is_not_there_is_404_in_words_of_its_own(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for setting in [UNKNOWN_ID].into_iter().chain(MALFORMED) {
        let [_, single] = answers(&acme.telex, &shop, setting).await?;
        for answer in single {
            refused(answer, 404, NO_SETTING);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn ids_may_be_in_upper_case_and_a_slash_may_end_the_path(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    let telex = acme.telex.about(&acme.tenant.id.to_uppercase());
    for telex in [telex, acme.below_each_prefix()[1].clone()] {
        for settings in [telex.settings(&shop.to_uppercase()), telex.channel(&shop.to_uppercase(), "general")]
        {
            let id = settings.put("colour", "red").await?.to_uppercase();
            let one = format!("/{id}/");
            let change = settings.request("PATCH", &one).json(&json!({ "form_field_value": "blue" }));
            done(change.send().await?, super::UPDATED);
            let listed = settings.request("GET", "/").send().await?.expect_status(200);
            assert_eq!(listed.setting_pairs(), pairs([("colour", "blue")]));
            assert_eq!(listed.json()["data"][0]["integration_id"], shop.as_str());
            drop(settings.request("DELETE", &one).send().await?.expect_status(200));
        }
    }
    Ok(())
}
