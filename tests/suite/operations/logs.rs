//! What the service says of each request.

use anyhow::Result;
use patchbay_tests::{Backend, Service, eventually};
use rstest::rstest;
use serde_json::Value;

use crate::given::{Acme, an_integration};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_request_is_one_line_of_json(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let create = acme.telex.request("POST", "").json(&an_integration("shop"));
    let requests = [
        ("test-known", create, 201),
        ("test-refused", acme.telex.anonymous("GET", ""), 401),
        ("test-unknown", acme.service.http().get("/nothing"), 404),
    ];
    for (id, request, status) in requests {
        drop(request.header("x-request-id", id).send().await?.expect_status(status));
        let lines = || {
            let logs = acme.service.server().logs()?;
            let about: Vec<_> = logs.lines().filter(|line| line.contains(&format!("\"{id}\""))).collect();
            Ok::<_, anyhow::Error>(about.join("\n"))
        };
        eventually("the request is logged", || async { Ok(!lines()?.is_empty()) }).await?;
        let line = lines()?;
        assert_eq!(line.lines().count(), 1, "{line}");
        let read: Value = serde_json::from_str(&line)?;
        assert!(read.is_object() && line.contains(&status.to_string()), "{line}");
    }
    for line in acme.service.server().logs()?.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "not JSON: {line}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_bound_address_is_logged_and_written_to_a_file(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let address = service.server().address();
    assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
    assert!(service.server().logs()?.contains(&address.to_string()));
    Ok(())
}

#[tokio::test]
async fn what_is_logged_inside_a_request_names_it() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    service.database().execute("DELETE FROM __diesel_schema_migrations")?;
    let ready = || service.http().get("/readyz").header("x-request-id", "test-inside").send();
    eventually("it is not ready", || async { Ok(ready().await?.status == 503) }).await?;
    let logs = service.server().logs()?;
    let line = logs.lines().find(|line| line.contains("not ready")).unwrap_or_default();
    let read: Value = serde_json::from_str(line)?;
    assert_eq!(read["span"]["request_id"], "test-inside", "{line}");
    Ok(())
}
