//! What is there below the native API's prefix, for whom, and what is not.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;

use crate::given::{Acme, UNKNOWN_ID, an_integration, problem};

/// Every operation: method, and path with the id in braces.
const ROUTES: [(&str, &str); 3] = [
    ("GET", "/integrations/{id}"),
    ("POST", "/integrations/{id}/verify"),
    ("POST", "/integrations/{id}/authorize"),
];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn another_method_is_told_those_that_there_are(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let patchbay = acme.patchbay();
    for (served, path) in ROUTES {
        let allow = if served == "GET" { "GET, HEAD" } else { "POST" };
        for slash in ["", "/"] {
            let below = format!("{}{slash}", path.replace("{id}", UNKNOWN_ID));
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "Get"] {
                if method != served {
                    let answer = patchbay.at(method, &below).send().await?;
                    assert_eq!(answer.header("allow"), allow, "{answer}");
                    let detail = format!("{method} is not supported here");
                    problem(answer, 405, "Method Not Allowed", &detail);
                }
            }
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn everything_else_below_the_prefix_is_not_there(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for below in ["", "/", "/nothing", "/integrations", "/integrations/a/b", "/integrations/a/verify/c"] {
        problem(acme.patchbay().at("GET", below).send().await?, 404, "Not Found", "no such path");
    }
    // What only begins like the prefix is nobody's.
    let other = acme.service.http().get("/patchbay/v10/integrations").send().await?.expect_status(404);
    assert_eq!(other.text, r#"{"error":"not found"}"#);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn an_id_that_is_none_or_anothers_is_like_an_unknown_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let own = acme.telex.created(&an_integration("shop")).await?;
    let elsewhere = acme.tenant.environment("elsewhere").await?;
    let permissions = ["integrations:read", "integrations:write"];
    let bound = acme.tenant.key_in_environment(&elsewhere, &permissions).await?;
    let stranger = acme.service.organisation("stranger").await?.full_key().await?;
    let patchbay = acme.patchbay();
    for (method, path) in ROUTES {
        let at = |id: &str| path.replace("{id}", id);
        let unknown = patchbay.at(method, &at(UNKNOWN_ID)).send().await?;
        problem(unknown.clone(), 404, "Not Found", "no such integration");
        for id in ["no-uuid", "0", &own[1..], "%00", "%ff"] {
            assert_eq!(patchbay.at(method, &at(id)).send().await?.text, unknown.text, "{id}");
        }
        for key in [&bound.text, &stranger] {
            let answer = patchbay.with_key(key).at(method, &at(&own)).send().await?;
            assert_eq!((answer.status, &answer.text), (404, &unknown.text));
        }
    }
    drop(patchbay.find(&own.to_uppercase()).await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_another_api_made_and_changed_is_shown_as_it_is(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let shop = aloochat.created(&crate::given::a_shop("Shop")).await?;
    let change = serde_json::json!({ "name": "Store", "is_active": false });
    drop(aloochat.update(&shop, &change).await?.expect_status(200));
    let shown = acme.patchbay().find(&shop).await?.expect_status(200);
    assert!(!shown.text.contains("shpat_"), "{shown}");
    let shown = shown.json();
    assert_eq!((&shown["provider"], &shown["name"]), (&"shopify".into(), &"Store".into()));
    assert_eq!(shown["status"], "paused");
    drop(aloochat.delete(&shop).await?.expect_status(200));
    problem(acme.patchbay().find(&shop).await?, 404, "Not Found", "no such integration");
    Ok(())
}
