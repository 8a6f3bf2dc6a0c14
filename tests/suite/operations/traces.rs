//! Spans, sent to a collector.

use anyhow::Result;
use patchbay_tests::{Backend, Collector, Service, eventually};
use serde_json::Value;

use crate::given::{Acme, an_integration};

/// A service that sends its spans there.
async fn traced(collector: &Collector) -> Result<Acme> {
    let endpoint = format!("'{}'", collector.url());
    Acme::of(Service::builder(Backend::Sqlite).config("telemetry.otlp_endpoint", &endpoint).start().await?)
        .await
}

#[tokio::test]
async fn a_request_is_a_span_with_its_id_route_and_status() -> Result<()> {
    let collector = Collector::start().await?;
    let mut acme = traced(&collector).await?;
    let list = acme.telex.request("GET", "").header("x-request-id", "id-of-the-request");
    drop(list.send().await?.expect_status(200));
    drop(acme.telex.anonymous("DELETE", "/nothing").send().await?.expect_status(401));
    // The last ones are sent when it ends.
    assert!(acme.service.server_mut().terminate().await?.success());
    let sent = collector.text();
    assert!(sent.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{sent}");
    for name in [
        "content-type: application/x-protobuf",
        "telex list_integrations",
        "telex delete_integration",
        "service healthz",
        "request_id",
        "id-of-the-request",
        "operation",
        "status",
        "patchbay",
    ] {
        assert!(sent.contains(name), "{name} was not sent: {sent}");
    }
    Ok(())
}

#[tokio::test]
async fn a_span_tells_nothing_of_keys_headers_bodies_and_paths() -> Result<()> {
    let collector = Collector::start().await?;
    let mut acme = traced(&collector).await?;
    let create = acme.telex.request("POST", "?planted-query").header("x-planted", "planted-header");
    drop(create.json(&an_integration("planted-name")).send().await?.expect_status(201));
    drop(acme.telex.with_key("planted-key").list().await?.expect_status(401));
    drop(acme.service.http().get("/planted-path").send().await?.expect_status(404));
    assert!(acme.service.server_mut().terminate().await?.success());
    let sent = collector.text();
    assert!(sent.contains("telex create_integration"), "{sent}");
    let id = acme.tenant.id.as_str();
    for secret in ["planted", acme.key.as_str(), id, crate::given::CREDENTIAL, "authorization: "] {
        assert!(!sent.contains(secret), "{secret} was sent: {sent}");
    }
    Ok(())
}

#[tokio::test]
async fn a_collector_that_is_not_there_disturbs_nobody() -> Result<()> {
    let builder = Service::builder(Backend::Sqlite).config("telemetry.otlp_endpoint", "'http://127.0.0.1:9'");
    let mut acme = Acme::of(builder.start().await?).await?;
    drop(acme.telex.list().await?.expect_status(200));
    let said = || async { Ok(acme.service.server().logs()?.contains("spans could not be sent")) };
    eventually("it says that nobody takes its spans", said).await?;
    drop(acme.telex.list().await?.expect_status(200));
    for line in acme.service.server().logs()?.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}");
    }
    assert!(acme.service.server_mut().terminate().await?.success());
    Ok(())
}

#[tokio::test]
async fn an_endpoint_that_is_no_origin_is_refused_at_the_start() -> Result<()> {
    let builder = Service::builder(Backend::Sqlite).config("telemetry.otlp_endpoint", "'collector:4318'");
    let said = builder.prepare()?.command(&["serve"]).await?.expect_refusal();
    assert!(said.contains("telemetry.otlp_endpoint"), "{said}");
    Ok(())
}
