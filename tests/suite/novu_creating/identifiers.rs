//! An identifier belongs to one integration of an organisation.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::minimal;
use crate::given::Acme;
use crate::novu_given::{faulted, text_messages, with};

const TAKEN: &str = "Integration with identifier already exists";

fn called(identifier: &str) -> Value {
    with(minimal(), json!({ "identifier": identifier }))
}

fn expect_taken(answer: &Answer, owner: &str) {
    faulted(answer, 409, TAKEN);
    assert!(!answer.text.contains(owner), "{answer}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_identifier_is_kept_as_it_came(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for identifier in ["mail-main", "Mail Main / ü?", "a", " padded ", "🦀", "../../etc/passwd"] {
        assert_eq!(novu.made(&called(identifier)).await?["identifier"], identifier);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn one_that_is_taken_in_any_environment_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let owner = novu.created(&called("mail-main")).await?;
    expect_taken(&novu.create(&called("mail-main")).await?, &owner);
    let of_another_channel = with(text_messages("a"), json!({ "identifier": "mail-main" }));
    expect_taken(&novu.create(&of_another_channel).await?, &owner);
    let staging = acme.tenant.environment("staging").await?;
    let elsewhere = with(called("mail-main"), json!({ "_environmentId": staging }));
    expect_taken(&novu.create(&elsewhere).await?, &owner);
    let bound = acme.tenant.key_in_environment(&staging, &["integrations:write"]).await?;
    expect_taken(&acme.service.novu(&bound.text).create(&called("mail-main")).await?, &owner);
    assert_eq!(novu.listed("_id").await?, [owner]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn identifiers_are_told_apart_byte_by_byte(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for identifier in ["mail", "Mail", "MAIL", "mail ", "caf\u{e9}", "cafe\u{301}"] {
        novu.created(&called(identifier)).await?;
    }
    assert_eq!(novu.listed("_id").await?.len(), 6);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_organisation_may_have_the_same(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.novu().await?.created(&called("mail-main")).await?;
    let other = acme.service.organisation("another").await?.full_key().await?;
    acme.service.novu(&other).created(&called("mail-main")).await?;
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_is_free_again_after_its_integration_is_deleted_or_has_another(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&called("mail-main")).await?;
    drop(novu.delete(&id).await?.expect_status(200));
    let id = novu.created(&called("mail-main")).await?;
    assert_eq!(novu.updated(&id, &json!({ "identifier": "other" })).await?["identifier"], "other");
    novu.created(&called("mail-main")).await?;
    expect_taken(&novu.create(&called("other")).await?, &id);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn changing_to_a_taken_one_is_refused_and_to_its_own_is_fine(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let owner = novu.created(&called("mail-main")).await?;
    let id = novu.created(&called("other")).await?;
    let change = json!({ "identifier": "mail-main", "name": "renamed" });
    expect_taken(&novu.update(&id, &change).await?, &owner);
    expect_taken(&novu.patch(&id, &change).await?, &owner);
    let kept = novu.found(&id).await?;
    assert_eq!((&kept["identifier"], &kept["name"]), (&json!("other"), &json!("SendGrid")));
    drop(novu.update(&owner, &change).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_32_at_once_with_one_identifier_one_is_made(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut racing = JoinSet::new();
    for _ in 0..32 {
        racing.spawn(novu.request("POST", "").json(&called("mail-main")).send());
    }
    let mut made = 0;
    for answer in racing.join_all().await {
        let answer = answer?;
        if answer.status == 201 {
            made += 1;
        } else {
            faulted(&answer, 409, TAKEN);
        }
    }
    assert_eq!((made, novu.listed("_id").await?.len()), (1, 1));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_two_that_change_to_one_identifier_at_once_one_has_it(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let mut racing = JoinSet::new();
    for number in 0..16 {
        let id = novu.created(&called(&format!("own {number}"))).await?;
        let request = novu.request("PUT", &format!("/{id}"));
        racing.spawn(request.json(&json!({ "identifier": "wanted" })).send());
    }
    let answers = racing.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15, "{statuses:?}");
    let named = novu.listed("identifier").await?;
    assert_eq!(named.iter().filter(|one| **one == "wanted").count(), 1, "{named:?}");
    Ok(())
}
