//! Routes that there are not, and methods that a route has not.

use anyhow::Result;
use patchbay_tests::{Backend, Service};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID, refused};

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unknown_route_of_the_dialect_is_answered_in_its_shape(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for telex in acme.below_each_prefix() {
        let of_an_integration = format!("/{UNKNOWN_ID}/nothing");
        for below in ["/nothing/at/all", of_an_integration.as_str(), "//"] {
            for method in ["GET", "POST", "PATCH", "DELETE"] {
                let answer = telex.request(method, below).send().await?;
                assert_eq!(refused(answer, 404, "Not found"), "no such route");
            }
        }
        let http = acme.service.http();
        for path in ["/organisations", "/organisations/", "/organisations/x/y", "/slack/nothing"] {
            let answer = http.get(&telex.path(path)).bearer(&acme.key).send().await?;
            assert_eq!(refused(answer, 404, "Not found"), "no such route");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_no_dialect_owns_is_answered_plainly(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    for path in ["/", "/nothing", "/organisationsandmore", "/favicon.ico"] {
        let answer = service.http().get(path).send().await?.expect_status(404);
        drop(answer.expect_json(&json!({ "error": "not found" }), &[]));
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_prefix_is_not_served_twice(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for prefix in ["/api/v1/api/v1", "/api", "/v1", "//"] {
        let telex = acme.service.telex(prefix, &acme.tenant, &acme.key);
        drop(telex.list().await?.expect_status(404));
    }
    Ok(())
}
