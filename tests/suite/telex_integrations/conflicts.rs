//! One name together with one address is taken once in an organisation.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::given::{Acme, refused};

const TAKEN: &str = "Integration app already exists";

fn pair(name: &str, url: &str) -> Value {
    json!({ "name": name, "json_url": url })
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_spelling_of_a_taken_pair_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.telex.created(&pair("Shop", "https://shop.example/app.json")).await?;
    for (name, url) in [
        ("Shop", "https://shop.example/app.json"),
        ("sHOP", "https://shop.example/app.json"),
        ("  shop ", " https://shop.example/app.json "),
        ("Shop", "HTTPS://SHOP.example/app.json"),
        ("Shop", "https://shop.example:443/app.json"),
        ("Shop", "https://shop.example/app.json/"),
    ] {
        refused(acme.telex.create(&pair(name, url)).await?, 409, TAKEN);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_name_or_another_address_is_another_app(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (name, url) in [
        ("Shop", "https://shop.example/app.json"),
        ("Shop 2", "https://shop.example/app.json"),
        ("Shop", "http://shop.example/app.json"),
        ("Shop", "https://shop.example:8443/app.json"),
        ("Shop", "https://shop.example/App.json"),
        ("Shop", "https://shop.example/app.json?x"),
        ("Shop", "no url"),
        ("Shöp", "no url"),
    ] {
        acme.telex.created(&pair(name, url)).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_name_is_taken_whatever_the_case_of_its_letters(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.telex.created(&pair("ÄRZTE", "x")).await?;
    refused(acme.telex.create(&pair("ärzte", "x")).await?, 409, TAKEN);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn changing_onto_a_taken_pair_is_refused_and_changes_nothing(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.telex.created(&pair("shop", "one")).await?;
    let other = acme.telex.created(&pair("shop", "two")).await?;
    let another = acme.telex.created(&pair("store", "one")).await?;
    let before = acme.telex.list().await?.text;
    refused(acme.telex.update(&other, &json!({ "json_url": "one" })).await?, 409, TAKEN);
    refused(acme.telex.update(&another, &json!({ "name": "SHOP", "is_active": false })).await?, 409, TAKEN);
    assert_eq!(acme.telex.list().await?.text, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_integration_does_not_stand_in_its_own_way(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&pair("shop", "one")).await?;
    for change in [pair("shop", "one"), pair("Shop", "one/"), json!({ "name": " SHOP " })] {
        drop(acme.telex.update(&id, &change).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn deleting_or_renaming_frees_a_pair(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let deleted = acme.telex.created(&pair("shop", "one")).await?;
    drop(acme.telex.delete(&deleted).await?.expect_status(200));
    let renamed = acme.telex.created(&pair("shop", "one")).await?;
    drop(acme.telex.update(&renamed, &json!({ "name": "store" })).await?.expect_status(200));
    acme.telex.created(&pair("shop", "one")).await?;
    refused(acme.telex.create(&pair("store", "one")).await?, 409, TAKEN);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn organisations_do_not_stand_in_each_others_way(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let globex = acme.service.organisation("globex").await?;
    let telex = acme.service.telex("", &globex, &globex.full_key().await?);
    acme.telex.created(&pair("shop", "one")).await?;
    telex.created(&pair("shop", "one")).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_many_equal_requests_at_once_exactly_one_creates(#[case] backend: Backend) -> Result<()> {
    const REQUESTS: usize = 64;
    let acme = Acme::on(backend).await?;
    let mut requests = JoinSet::new();
    for _ in 0..REQUESTS {
        let telex = acme.telex.clone();
        requests.spawn(async move { telex.create(&pair("shop", "one")).await });
    }
    let answers = requests.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let (made, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), others.len()), (1, REQUESTS - 1));
    for other in others {
        refused(other, 409, TAKEN);
    }
    assert_eq!(acme.telex.list().await?.json()["data"].as_array().unwrap().len(), 1);
    Ok(())
}
