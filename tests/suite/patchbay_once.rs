//! Requests that clients of the native API have named (`Idempotency-Key`): they have their effect
//! once.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Request, Service};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, a_team, an_integration, problem_of};
use crate::twins::{is_replay, of_64_at_once_one_counts};

/// An organisation whose service has an application at Slack, which nobody is asked of.
async fn acme(backend: Backend) -> Result<Acme> {
    let service = Service::builder(backend)
        .config("providers.slack.client_id", "'an-application'")
        .config("providers.slack.client_secret", "'its-secret'")
        .config("oauth.allowed_redirects", "['https://app.example/done']");
    Acme::of(service.start().await?).await
}

async fn named(name: &str, request: Request) -> Result<Answer> {
    request.header("idempotency-key", name).send().await
}

/// How many authorizations there are.
fn begun(acme: &Acme) -> Result<usize> {
    Ok(acme.service.database().texts("SELECT id AS text FROM authorizations")?.len())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_64_at_once_one_has_its_effect_and_others_are_served_meanwhile(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = acme(backend).await?;
    let id = acme.aloochat().created(&a_team("Team")).await?;
    let patchbay = acme.patchbay();
    let others = acme.telex.created(&an_integration("shop")).await?;
    of_64_at_once_one_counts(
        200,
        || patchbay.authorizing(&id),
        |_| patchbay.verifying(&others),
        |answer| answer.json()["type"] == "urn:patchbay:problem:request-in-progress",
    )
    .await?;
    assert_eq!(begun(&acme)?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_same_again_is_answered_with_the_same_link_and_kept_by_no_cache(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = acme(backend).await?;
    let id = acme.aloochat().created(&a_team("Team")).await?;
    let patchbay = acme.patchbay();
    let first = named("once", patchbay.authorizing(&id)).await?.expect_status(200);
    let again = named("once", patchbay.authorizing(&id)).await?.expect_status(200);
    assert!(is_replay(&again) && !is_replay(&first));
    assert_eq!((&again.text, again.header("cache-control")), (&first.text, "no-store"));
    let other = json!({ "return_to": "https://app.example/done" });
    let other = named("once", patchbay.authorizing(&id).json(&other)).await?;
    problem_of(other, 422, "idempotency-key-reused");
    assert_eq!(begun(&acme)?, 1);
    assert_ne!(patchbay.link(&id).await?, first.text_of("url"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_provider_is_asked_once_for_one_name(#[case] backend: Backend) -> Result<()> {
    let acme = acme(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let patchbay = acme.patchbay();
    let first = named("once", patchbay.verifying(&id)).await?.expect_status(200);
    let again = named("once", patchbay.verifying(&id)).await?;
    assert!(is_replay(&again));
    assert_eq!(again.text, first.text);
    let anew = named("another", patchbay.verifying(&id)).await?.expect_status(200);
    assert_ne!(anew.json()["health"]["checked_at"], first.json()["health"]["checked_at"]);
    Ok(())
}
