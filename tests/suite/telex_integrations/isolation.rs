//! What belongs to another organisation, or to an environment that a key does not reach,
//! answers as if it did not exist.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Telex, Tenant};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID, an_integration, every, refused};

/// What a stranger could tell two answers apart by.
fn seen(answer: Answer) -> (u16, String, Vec<String>) {
    let mut headers: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    headers.sort_unstable();
    (answer.status, answer.text, headers)
}

/// Every route of an organisation's integrations, about the integration `id`.
async fn every_route(telex: &Telex, id: &str) -> Result<Vec<Answer>> {
    Ok(vec![
        telex.create(&an_integration("intruder")).await?,
        telex.list().await?,
        telex.find(id).await?,
        telex.update(id, &json!({ "name": "intruder" })).await?,
        telex.delete(id).await?,
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisation_answers_like_one_that_never_was(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let before = acme.telex.list().await?.text;

    let globex = acme.service.organisation("globex").await?;
    let stranger = acme.telex.with_key(&globex.full_key().await?);
    let theirs = every_route(&stranger, &id).await?;
    let nowhere = every_route(&stranger.about(UNKNOWN_ID), &id).await?;
    for (theirs, nowhere) in theirs.into_iter().zip(nowhere) {
        assert_eq!(theirs.status, 404, "{theirs}");
        assert_eq!(seen(theirs), seen(nowhere));
    }
    assert_eq!(acme.telex.list().await?.text, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_operation_has_its_own_words_for_an_unknown_organisation(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let answers = every_route(&acme.telex.about(UNKNOWN_ID), UNKNOWN_ID).await?;
    let words = [
        "Organization not found",
        "Organisation not found",
        "Integration not found",
        "Integration not found",
        "Integration not found",
    ];
    for (answer, message) in answers.into_iter().zip(words) {
        refused(answer, 404, message);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn anothers_integration_answers_like_one_that_never_was(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let before = acme.telex.list().await?.text;

    let globex = acme.service.organisation("globex").await?;
    let telex = acme.service.telex("", &globex, &globex.full_key().await?);
    let theirs = every_route(&telex, &id).await?.split_off(2);
    let nowhere = every_route(&telex, UNKNOWN_ID).await?.split_off(2);
    for (theirs, nowhere) in theirs.into_iter().zip(nowhere) {
        assert_eq!(theirs.status, 404, "{theirs}");
        assert_eq!(seen(theirs), seen(nowhere));
    }
    assert_eq!(acme.telex.list().await?.text, before);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_key_of_one_environment_sees_and_changes_that_one_alone(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let bound = |tenant: Tenant, environment: String| async move {
        tenant.key_with(&["--environment", &environment, "--all-permissions"]).await
    };
    let staging = acme.tenant.environment("staging").await?;
    let key = bound(acme.tenant.clone(), staging).await?;
    let in_staging = acme.telex.with_key(&key.text);
    let key = bound(acme.tenant.clone(), acme.tenant.default_environment.clone()).await?;
    let in_default = acme.telex.with_key(&key.text);

    // What a key without an environment makes goes to the default one.
    let default = acme.telex.created(&an_integration("default")).await?;
    let staged = in_staging.created(&an_integration("staged")).await?;
    assert_eq!(every(&acme.telex.list().await?, "id"), [default.as_str(), staged.as_str()]);
    assert_eq!(every(&in_default.list().await?, "id"), [default.as_str()]);
    assert_eq!(every(&in_staging.list().await?, "id"), [staged.as_str()]);

    for (bound, own, others) in [(&in_staging, &staged, &default), (&in_default, &default, &staged)] {
        let theirs = every_route(bound, others).await?.split_off(2);
        for answer in theirs {
            refused(answer, 404, "Integration not found");
        }
        drop(bound.find(own).await?.expect_status(200));
    }
    for id in [&default, &staged] {
        drop(acme.telex.find(id).await?.expect_status(200));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_pair_is_taken_in_every_environment_of_an_organisation(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let staging = acme.tenant.environment("staging").await?;
    let key = acme.tenant.key_in_environment(&staging, &["integrations:write"]).await?;
    acme.telex.created(&an_integration("shop")).await?;
    let again = acme.telex.with_key(&key.text).create(&an_integration("shop")).await?;
    refused(again, 409, "Integration app already exists");
    Ok(())
}
