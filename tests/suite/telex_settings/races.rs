//! Many at once.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

use super::{a_shop, both, pair};
use crate::given::{an_integration, refused};

async fn all(requests: JoinSet<Result<Answer>>) -> Result<Vec<Answer>> {
    requests.join_all().await.into_iter().collect()
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_values_for_one_label_at_once_all_are_taken_and_one_stays(
    #[case] backend: Backend,
) -> Result<()> {
    const REQUESTS: usize = 64;
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let mut requests = JoinSet::new();
        for number in 0..REQUESTS {
            let settings = settings.clone();
            requests.spawn(async move { settings.add(&pair("colour", &number.to_string())).await });
        }
        let places: Vec<_> = all(requests)
            .await?
            .into_iter()
            .map(|answer| answer.expect_status(200).header("location").to_owned())
            .collect();
        assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
        assert!(settings.value().await?.parse::<usize>()? < REQUESTS);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn parallel_changes_of_label_and_value_are_both_kept(#[case] backend: Backend) -> Result<()> {
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let id = settings.put("colour", "red").await?;
        for round in 0..10 {
            let (label, value) = (format!("label {round}"), format!("value {round}"));
            let relabel = json!({ "form_field_label": label });
            let revalue = json!({ "form_field_value": value });
            let answers = tokio::try_join!(settings.change(&id, &relabel), settings.change(&id, &revalue))?;
            for answer in [answers.0, answers.1] {
                drop(answer.expect_status(200));
            }
            assert_eq!(settings.pairs().await?, [(label, value)]);
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_renames_onto_one_label_at_once_one_succeeds(#[case] backend: Backend) -> Result<()> {
    const SETTINGS: usize = 16;
    let (acme, shop) = a_shop(backend).await?;
    for settings in both(&acme.telex, &shop) {
        let mut ids = Vec::new();
        for number in 0..SETTINGS {
            ids.push(settings.put(&format!("label {number}"), "").await?);
        }
        let mut requests = JoinSet::new();
        for id in ids {
            let settings = settings.clone();
            requests
                .spawn(async move { settings.change(&id, &json!({ "form_field_label": "colour" })).await });
        }
        let (renamed, others): (Vec<_>, Vec<_>) =
            all(requests).await?.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((renamed.len(), others.len()), (1, SETTINGS - 1));
        for other in others {
            refused(other, 400, "Invalid request");
        }
        let labels = settings.pairs().await?;
        assert_eq!(labels.iter().filter(|(label, _)| label == "colour").count(), 1, "{labels:?}");
    }
    Ok(())
}

/// Whoever comes too late is told that there is no integration; nothing is left behind.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn settings_put_while_their_integration_is_deleted_do_not_outlive_it(
    #[case] backend: Backend,
) -> Result<()> {
    let (acme, _) = a_shop(backend).await?;
    for round in 0..8 {
        let shop = acme.telex.created(&an_integration(&format!("shop {round}"))).await?;
        let mut requests = JoinSet::new();
        for number in 0..16 {
            for settings in both(&acme.telex, &shop) {
                requests.spawn(async move { settings.add(&pair(&format!("label {number}"), "x")).await });
            }
            if number == round {
                let (telex, shop) = (acme.telex.clone(), shop.clone());
                requests.spawn(async move { telex.delete(&shop).await });
            }
        }
        for answer in all(requests).await? {
            assert!([200, 404].contains(&answer.status), "{answer}");
        }
    }
    let left = acme.service.database().texts("SELECT label AS text FROM settings")?;
    assert_eq!(left, [""; 0]);
    Ok(())
}
