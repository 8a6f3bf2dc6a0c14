//! What a client is told that prefers every fault apart.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::json;

use crate::given::Acme;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn who_prefers_details_is_told_each_fault_with_its_member(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let body = json!({"name": " ", "integration_type": 7});
    let ask = || acme.telex.request("POST", "").json(&body);

    let answer = ask().header("prefer", "wait=5, details").send().await?.expect_status(400);
    assert_eq!(answer.header("preference-applied"), "details");
    let said = answer.json();
    assert_eq!(
        said["details"],
        json!([
            {"field": "name", "reason": "must not be empty"},
            {"field": "json_url", "reason": "is required"},
            {"field": "integration_type", "reason": "must be a string"},
        ])
    );
    let members: Vec<_> = said.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    assert_eq!(members, ["status", "status_code", "message", "error", "details"]);

    let whole = acme.telex.request("POST", "").body("{").header("prefer", "details").send().await?;
    let field = &whole.expect_status(400).json()["details"][0]["field"];
    assert_eq!(field, "body");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_else_is_and_no_other_refusal_has_any(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let plain = acme.telex.request("POST", "").json(&json!({})).send().await?.expect_status(400);
    assert_eq!(
        (plain.json().get("details").cloned(), plain.headers.contains_key("preference-applied")),
        (None, false)
    );
    let absent = acme.telex.request("GET", "/00000000-0000-7000-8000-000000000000");
    let absent = absent.header("prefer", "details").send().await?.expect_status(404);
    assert_eq!(absent.json().get("details"), None);
    Ok(())
}
