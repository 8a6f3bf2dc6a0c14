//! The documents as a running service and the command line hand them out.

use std::path::Path;

use anyhow::Result;
use patchbay_tests::{Backend, CommandLine, Service};
use rstest::rstest;
use serde_json::{Value, json};

/// Everything that a page loads by itself: what its attributes name.
fn loaded_by(page: &str) -> Vec<&str> {
    let parts = page.split("src=\"").skip(1).chain(page.split("href=\"").skip(1));
    parts.filter_map(|part| part.split('"').next()).collect()
}

/// The content type of a part that is text.
fn kind_of(part: &str) -> Option<&'static str> {
    match part.rsplit('.').next() {
        Some("js") => Some("text/javascript"),
        Some("css") => Some("text/css"),
        _ => None,
    }
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_service_serves_the_document_of_each_api_to_anybody(#[case] backend: Backend) -> Result<()> {
    let service = Service::on(backend).await?;
    let all = service.command(&["openapi"]).await?.expect_status(0).expect_document();
    for (api, document) in all.as_object().unwrap() {
        for slash in ["", "/"] {
            let path = format!("/openapi/{api}.json{slash}");
            let answer = service.http().get(&path).send().await?.expect_status(200);
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.text, document.to_string());
        }
        let one = service.command(&["openapi", "--api", api]).await?.expect_status(0).expect_document();
        assert_eq!(one.to_string(), document.to_string());
        assert_eq!(one["openapi"], "3.1.0");
    }
    Ok(())
}

#[tokio::test]
async fn no_other_document_is_there() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    for path in
        ["/openapi", "/openapi/nothing.json", "/openapi/telex", "/openapi/telex.yaml", "/docs/nothing"]
    {
        let answer = service.http().get(path).send().await?.expect_status(404);
        drop(answer.expect_json(&json!({ "error": "not found" }), &[]));
    }
    for path in ["/openapi/telex.json", "/docs", "/docs/swagger-ui.css"] {
        let answer = service.http().request("POST", path).send().await?.expect_status(405);
        assert_eq!(answer.header("allow"), "GET, HEAD", "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    for path in ["/docs", "/docs/"] {
        let page = service.http().get(path).send().await?.expect_status(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains("'unsafe-eval'"), "{policy}");
        let parts = loaded_by(&page.text);
        assert!(parts.iter().all(|part| part.starts_with("/docs/")), "{parts:?}");
        let texts = parts.into_iter().filter_map(|part| Some((part, kind_of(part)?)));
        let texts: Vec<_> = texts.collect();
        assert_eq!(texts.len(), 5, "{texts:?}");
        for (part, kind) in texts {
            let answer = service.http().get(part).send().await?.expect_status(200);
            assert!(
                answer.header("content-type").starts_with(kind),
                "{part}: {}",
                answer.header("content-type")
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_page_offers_the_document_of_every_api() -> Result<()> {
    let service = Service::on(Backend::Sqlite).await?;
    let all = service.command(&["openapi"]).await?.expect_status(0).expect_document();
    let set_up = service.http().get("/docs/swagger-initializer.js").send().await?.expect_status(200);
    for api in all.as_object().unwrap().keys() {
        assert!(set_up.text.contains(&format!("/openapi/{api}.json")), "{}", set_up.text);
    }
    assert!(set_up.text.contains(r#""validatorUrl": "none""#), "{}", set_up.text);
    Ok(())
}

#[tokio::test]
async fn an_unknown_api_is_wrong_usage() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let commands = CommandLine::in_folder(folder.path());
    for wrong in [&["openapi", "--api", "nothing"][..], &["openapi", "--api"], &["openapi", "telex"]] {
        let refused = commands.run(wrong).await?.expect_status(2);
        assert_eq!(refused.stdout, "", "{wrong:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 0, "it left something behind");
    Ok(())
}

#[tokio::test]
async fn printing_documents_needs_no_installation() -> Result<()> {
    let commands = CommandLine::in_folder(Path::new(".")).with_variable("PATCHBAY__NOT__A__SETTING", "1");
    let printed: Value = commands.json(&["openapi"]).await?;
    assert!(printed["telex"]["info"]["version"].is_string());
    Ok(())
}
