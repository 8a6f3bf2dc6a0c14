//! The service's own endpoints, and the id of every request.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Service, eventually, is_uuid};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, an_integration, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_running_service_is_healthy_and_ready(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for path in ["/healthz", "/healthz/"] {
        let healthy = service.http().get(path).send().await?.expect_status(200);
        drop(healthy.expect_json(&json!({ "status": "ok" }), &[]));
    }
    drop(service.http().get("/readyz").send().await?.expect_status(200));
    for path in ["/healthz", "/readyz"] {
        let refused = service.http().request("POST", path).send().await?.expect_status(405);
        assert!(refused.header("allow").contains("GET"), "{refused}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn it_is_not_ready_while_migrations_are_pending(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    service.database().execute("DELETE FROM __diesel_schema_migrations")?;
    let ready = || async { service.http().get("/readyz").send().await };
    eventually("it is not ready", || async { Ok(ready().await?.status == 503) }).await?;
    assert!(ready().await?.text.contains("migration"));
    drop(service.http().get("/healthz").send().await?.expect_status(200));
    Ok(())
}

#[tokio::test]
async fn it_says_that_the_database_is_gone_and_recovers_by_itself() -> Result<()> {
    let acme = Acme::on(Backend::Postgres).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let ready = || async { acme.service.http().get("/readyz").send().await };

    acme.service.database().cut_off()?;
    eventually("it is not ready", || async { Ok(ready().await?.status == 503) }).await?;
    let unavailable = acme.telex.find(&id).await?;
    assert!(!unavailable.header("retry-after").is_empty(), "{unavailable}");
    refused(unavailable, 503, "Service unavailable");
    refused(acme.telex.create(&an_integration("lost")).await?, 503, "Service unavailable");
    drop(acme.service.http().get("/healthz").send().await?.expect_status(200));

    acme.service.database().let_in()?;
    eventually("it is ready", || async { Ok(ready().await?.status == 200) }).await?;
    drop(acme.telex.find(&id).await?.expect_status(200));
    acme.telex.created(&an_integration("kept")).await?;
    let listed = acme.telex.list().await?.json();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2), "the refused one is there: {listed}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_sound_request_id_is_taken_over(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for id in ["a", "0192-abc.DEF_1:2", &"x".repeat(128)] {
        let answer = service.http().get("/healthz").header("x-request-id", id).send().await?;
        assert_eq!(answer.header("x-request-id"), id);
    }
    for id in ["", "a b", "a/b", "a;b", "\u{e9}", &"x".repeat(129)] {
        let answer = service.http().get("/healthz").header("x-request-id", id).send().await?;
        assert!(is_uuid(answer.header("x-request-id"), &['7']), "{id}: {answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let http = acme.service.http();
    let answers: Vec<Answer> = vec![
        http.get("/healthz").send().await?,
        http.get("/nothing").send().await?,
        http.request("DELETE", "/healthz").send().await?,
        acme.telex.list().await?,
        acme.telex.with_key("nobody's").list().await?,
        acme.telex.create(&json!({})).await?,
        acme.telex.request("POST", "").body(" ".repeat(300_000)).send().await?,
        acme.telex.request("PUT", "").send().await?,
        acme.telex.request("GET", "/no/such/route").send().await?,
    ];
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.header("x-request-id").to_owned()).collect();
    for (id, answer) in ids.iter().zip(&answers) {
        assert!(is_uuid(id, &['7']), "{answer}");
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answers.len());
    Ok(())
}
