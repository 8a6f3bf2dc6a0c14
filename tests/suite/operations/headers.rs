//! What every answer says to browsers, and what none says.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, an_integration};

/// Answers of every kind: done, refused in each way, and none of a dialect.
async fn answers(acme: &Acme) -> Result<Vec<Answer>> {
    let http = acme.service.http();
    let id = acme.telex.created(&an_integration("shop")).await?;
    let found = acme.telex.find(&id).await?;
    Ok(vec![
        http.get("/healthz").send().await?,
        http.get("/readyz").send().await?,
        http.get("/metrics").send().await?,
        http.get("/nothing").send().await?,
        http.request("DELETE", "/healthz").send().await?,
        acme.telex.list().await?,
        acme.telex.create(&an_integration("store")).await?,
        acme.telex.find(&id).await?,
        acme.telex
            .request("GET", &format!("/{id}"))
            .header("if-none-match", found.header("etag"))
            .send()
            .await?,
        acme.telex.delete(&id).await?,
        acme.telex.with_key("nobody's").list().await?,
        acme.telex.create(&json!({})).await?,
        acme.telex.request("POST", "").body(" ".repeat(300_000)).send().await?,
        acme.telex.request("PUT", "").send().await?,
        acme.telex.request("GET", "/no/such/route").send().await?,
    ])
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_answer_is_closed_to_other_sites(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let answers = answers(&acme).await?;
    assert!(answers.iter().any(|answer| answer.status == 304), "the conditional request is none");
    for answer in answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name}: {answer}");
            assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}: {answer}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; frame-ancestors 'none'"), "{policy}: {answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn no_answer_says_what_serves_or_lets_other_sites_read(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let mut answers = answers(&acme).await?;
    for origin in ["https://evil.example", "null"] {
        answers.push(acme.telex.request("GET", "").header("origin", origin).send().await?);
    }
    for answer in answers {
        for name in answer.headers.keys() {
            let name = name.as_str();
            let tells = matches!(name, "server" | "x-powered-by" | "via" | "x-runtime");
            assert!(!tells && !name.starts_with("access-control-"), "{name}: {answer}");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_preflight_is_refused_like_any_wrong_method(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let preflight = acme
        .telex
        .anonymous("OPTIONS", "")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let answer = preflight.send().await?.expect_status(405);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST", "{answer}");
    assert_eq!(answer.json()["message"], "Method not allowed", "{answer}");
    let opens = answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
    assert!(!opens, "{answer}");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn trace_is_refused_everywhere_and_gives_nothing_back(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let http = acme.service.http();
    let route = acme.telex.integrations("");
    for (path, status) in [
        (route.as_str(), 405),
        ("/healthz", 405),
        ("/metrics", 405),
        ("/nothing", 404),
        ("/organisations/nothing", 404),
    ] {
        let trace = http.request("TRACE", path).bearer(&acme.key).header("cookie", "planted-cookie");
        let answer = trace.send().await?.expect_status(status);
        assert!(!answer.text.contains("planted") && !answer.text.contains(&acme.key), "{answer}");
        assert_ne!(answer.header("content-type"), "message/http", "{answer}");
    }
    Ok(())
}
