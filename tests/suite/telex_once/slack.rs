//! Named requests that reach a provider.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Request, Sandbox, Service};
use rstest::rstest;
use serde_json::json;

use super::{expect_same, is_replay};
use crate::given::{Acme, refused};

async fn connected_to(sandbox: &Sandbox, backend: Backend) -> Result<Acme> {
    Acme::of(Service::builder(backend).slack(sandbox).start().await?).await
}

fn exchanging(acme: &Acme, code: &str) -> Request {
    let path = format!("/slack/organisations/{}/token-exchg", acme.tenant.id);
    let request = acme.service.http().request("POST", &path).bearer(&acme.key);
    request.header("idempotency-key", "once").json(&json!({ "oauth_code": code }))
}

async fn exchange(acme: &Acme, code: &str) -> Result<Answer> {
    exchanging(acme, code).send().await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_code_is_spent_once_and_its_tokens_are_answered_again(#[case] backend: Backend) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let acme = connected_to(&sandbox, backend).await?;
    let first = exchange(&acme, "sandbox-ok-acme").await?.expect_status(200);
    assert_eq!(first.header("cache-control"), "no-store");
    expect_same(&first, &exchange(&acme, "sandbox-ok-acme").await?);
    assert_eq!(sandbox.exchanges().await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_refused_code_stays_refused_and_what_may_pass_is_tried_again(
    #[case] backend: Backend,
) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let acme = connected_to(&sandbox, backend).await?;
    for _ in 0..2 {
        let answer = exchange(&acme, "sandbox-503").await?.expect_status(500);
        assert!(!is_replay(&answer));
    }
    assert_eq!(sandbox.exchanges().await?, 2);
    sandbox.forget_calls().await?;
    let refused = exchange(&acme, "sandbox-used").await?.expect_status(401);
    expect_same(&refused, &exchange(&acme, "sandbox-used").await?);
    assert_eq!(sandbox.exchanges().await?, 1);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_exchange_whose_process_was_killed_is_not_made_again(#[case] backend: Backend) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    let mut acme = connected_to(&sandbox, backend).await?;
    let hanging = tokio::spawn(exchanging(&acme, "sandbox-hang").send());
    while sandbox.exchanges().await? == 0 {
        assert!(!hanging.is_finished(), "{:?}", hanging.await??.text);
    }
    acme.service.server_mut().kill9().await?;
    assert!(hanging.await?.is_err(), "nothing is answered");
    acme.service.restart().await?;
    let answer = exchange(&acme, "sandbox-hang").await?;
    assert_eq!(refused(answer, 409, "Request in progress"), "request in progress");
    assert_eq!(sandbox.exchanges().await?, 1);
    Ok(())
}
