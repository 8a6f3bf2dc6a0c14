//! Of several things that are wrong, the first of these is named: the key, the permission,
//! the ids in the path, the body, whether the thing exists.

use anyhow::Result;
use patchbay_tests::{Backend, Telex};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, UNKNOWN_ID, an_integration, refused};

const BROKEN: &str = "{ broken";

/// A creation and a change with a body that is no JSON.
fn broken(telex: &Telex) -> [patchbay_tests::Request; 2] {
    let change = format!("/{UNKNOWN_ID}");
    [telex.request("POST", "").body(BROKEN), telex.request("PATCH", &change).body(BROKEN)]
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_unknown_key_comes_before_a_broken_body(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for request in broken(&acme.telex.with_key("nobody's").about("no-uuid")) {
        refused(request.send().await?, 401, "Unauthorized");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_missing_permission_comes_before_ids_and_body(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let reader = acme.may(&["integrations:read"]).await?;
    for telex in [&reader, &reader.about("no-uuid"), &reader.about(UNKNOWN_ID)] {
        for request in broken(telex) {
            refused(request.send().await?, 403, "Forbidden");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_malformed_id_comes_before_a_broken_body(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (request, message) in
        broken(&acme.telex.about("no-uuid")).into_iter().zip(["Invalid request", "Invalid input"])
    {
        let error = refused(request.send().await?, 400, message);
        assert!(error.contains("organisation id") && !error.contains("line"), "{error}");
    }
    let change = acme.telex.request("PATCH", "/no-uuid").body(BROKEN).send().await?;
    refused(change, 404, "Integration not found");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_broken_body_comes_before_an_unknown_organisation(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for telex in [&acme.telex, &acme.telex.about(UNKNOWN_ID)] {
        for (request, message) in broken(telex).into_iter().zip(["Invalid request", "Invalid input"]) {
            let error = refused(request.send().await?, 400, message);
            assert!(error.contains("line 1"), "{error}");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_operation_has_its_own_words_for_a_malformed_id(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for malformed in ["not-a-uuid", "123", &id[1..], &format!("{id}0"), &id.replace('-', "%2d%2d"), "%00"] {
        let nowhere = acme.telex.about(malformed);
        refused(nowhere.create(&an_integration("x")).await?, 400, "Invalid request");
        refused(nowhere.list().await?, 400, "Invalid organisation_id or request");
        refused(nowhere.update(&id, &json!({ "name": "x" })).await?, 400, "Invalid input");
        refused(nowhere.delete(&id).await?, 400, "Invalid input");
        drop(nowhere.find(&id).await?.expect_status(400));

        refused(acme.telex.update(malformed, &json!({ "name": "x" })).await?, 404, "Integration not found");
        refused(acme.telex.delete(malformed).await?, 404, "Integration not found");
        refused(acme.telex.find(malformed).await?, 404, "Integration not found");
    }
    drop(acme.telex.find(&id).await?.expect_status(200));
    Ok(())
}
