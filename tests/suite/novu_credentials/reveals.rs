//! Who sees secrets, where, and what that leaves behind.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;

use crate::given::Acme;
use crate::novu_given::{API_KEY, MASK, mail};

/// How often somebody was shown an integration's secrets, as far as it was recorded.
fn reveals(acme: &Acme) -> Result<usize> {
    let rows = "SELECT entity_id AS text FROM events WHERE event_type = 'credential.revealed'";
    Ok(acme.service.database().texts(rows)?.len())
}

/// Asserts that an answer about one integration shows its secret and is kept by nobody.
fn expect_shown(answer: &Answer) {
    assert_eq!(answer.data()["credentials"]["apiKey"], API_KEY, "{answer}");
    assert_eq!(answer.header("cache-control"), "no-store", "{answer}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_that_may_see_secrets_does_where_one_integration_is_shown(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.revealing_novu();
    let made = novu.create(&mail("a")).await?.expect_status(201);
    expect_shown(&made);
    let id = made.data()["_id"].as_str().unwrap().to_owned();
    expect_shown(&novu.find(&id).await?.expect_status(200));
    expect_shown(&novu.update(&id, &json!({ "name": "b" })).await?.expect_status(200));
    expect_shown(&novu.patch(&id, &json!({ "name": "c" })).await?.expect_status(200));
    let masked = json!({ "credentials": { "apiKey": MASK } });
    expect_shown(&novu.update(&id, &masked).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_list_shows_a_secret_to_anybody(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.revealing_novu();
    let (id, other) = (novu.created(&mail("a")).await?, novu.created(&mail("b")).await?);
    drop(novu.find(&id).await?.expect_status(200));
    let before = reveals(&acme)?;
    for list in [novu.list().await?, novu.active().await?, novu.delete(&other).await?] {
        let list = list.expect_status(200);
        assert!(!list.text.contains("planted"), "{list}");
        assert_eq!(list.elements()[0]["credentials"]["apiKey"], MASK, "{list}");
    }
    assert_eq!(reveals(&acme)?, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_other_key_sees_masks(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = acme.revealing_novu().created(&mail("a")).await?;
    let before = reveals(&acme)?;
    for answer in [
        novu.create(&mail("b")).await?,
        novu.find(&id).await?,
        novu.update(&id, &json!({ "credentials": { "apiKey": API_KEY } })).await?,
        novu.patch(&id, &json!({ "credentials": { "apiKey": API_KEY } })).await?,
        novu.set_primary(&id).await?,
    ] {
        assert_eq!(answer.data()["credentials"]["apiKey"], MASK, "{answer}");
    }
    assert_eq!(reveals(&acme)?, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_answer_that_shows_a_secret_is_recorded(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.revealing_novu();
    let id = novu.created(&mail("a")).await?;
    let made = reveals(&acme)?;
    assert_eq!(made, 1);
    for number in 1..=3 {
        drop(novu.find(&id).await?.expect_status(200));
        assert_eq!(reveals(&acme)?, made + number);
    }
    drop(novu.update(&id, &json!({ "name": "b" })).await?.expect_status(200));
    assert_eq!(reveals(&acme)?, made + 4);
    // Nothing is shown where nothing is secret.
    let plain = json!({ "providerId": "sendgrid", "channel": "email", "credentials": { "from": "a" } });
    let plain = novu.created(&plain).await?;
    drop(novu.find(&plain).await?.expect_status(200));
    assert_eq!(reveals(&acme)?, made + 4);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_set_primary_shows_is_recorded_if_it_is_a_secret(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.revealing_novu();
    let id = novu.created(&mail("a")).await?;
    let before = reveals(&acme)?;
    let answer = novu.set_primary(&id).await?.expect_status(200);
    if answer.data()["credentials"]["apiKey"] == MASK {
        assert_eq!(reveals(&acme)?, before);
    } else {
        expect_shown(&answer);
        assert_eq!(reveals(&acme)?, before + 1);
    }
    Ok(())
}
