//! What no app can be installed by, and what must not be asked at all.

use std::fmt::Write;

use anyhow::Result;
use patchbay_tests::{Backend, ManifestHost};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Hosted, an_app, judging};
use crate::given::{Acme, refused};

const UNUSABLE: &str = "Invalid JSON URL supplied";

/// What every address reads like that may not be asked or has no meaning.
const NOT_ALLOWED: &str = "the address of the manifest is not allowed or cannot be resolved";

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn loopback_is_not_asked_unless_the_operator_allows_it(#[case] backend: Backend) -> Result<()> {
    let host = ManifestHost::start().await?;
    let url = host.shows("/app.json", &an_app("App"));
    let acme = Acme::of(judging(backend).start().await?).await?;
    let port = url.rsplit(':').next().unwrap();
    for address in [
        url.clone(),
        format!("http://localhost:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://2130706433:{port}"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/app.json".to_owned(),
        "https://no-such-name.invalid/app.json".to_owned(),
        "http://8.8.8.8/app.json".to_owned(),
    ] {
        let why = refused(acme.telex.install(&address).await?, 400, UNUSABLE);
        assert_eq!(why, NOT_ALLOWED, "{address}");
    }
    // Elsewhere a manifest is no condition: the same address is silently not asked.
    acme.telex.created(&json!({ "name": "plain", "json_url": url })).await?;
    assert!(host.asked().is_empty());
    assert_eq!(acme.telex.list_custom().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_host_that_brings_no_manifest_installs_nothing(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    drop(host.shows("/app.json", &an_app("App")));
    let redirect = format!("Location: {}\r\n", host.url("/app.json"));
    let mut huge = an_app("Huge").to_string();
    write!(huge, "{}", " ".repeat(1 << 20))?;
    for url in [
        host.says("/redirect", "302 Found", &redirect, ""),
        host.says("/moved", "308 Permanent Redirect", &redirect, ""),
        host.says("/error", "500 Internal Server Error", "", "{}"),
        host.says("/html", "200 OK", "", "<html>"),
        host.says("/huge", "200 OK", "", &huge),
        host.says("/half", "200 OK", "Content-Length: 99999\r\n", "{"),
        host.url("/missing"),
        host.shows("/list", &json!([])),
        host.shows("/nul", &json!({ "descriptions": { "app_name": "a\u{0}b" } })),
    ] {
        refused(acme.telex.install(&url).await?, 400, UNUSABLE);
    }
    // Each was asked once, and no redirect was followed.
    assert_eq!(host.asked().len(), 9);
    assert!(!host.asked().contains(&"/app.json".to_owned()));
    assert_eq!(acme.telex.list_custom().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_host_that_hangs_is_given_up(#[case] backend: Backend) -> Result<()> {
    let builder = judging(backend)
        .config("outbound.allowed_private_networks", "['127.0.0.1/32']")
        .config("outbound.timeout_ms", "500");
    let Hosted { acme, host } = Hosted::of(builder).await?;
    let url = host.hangs("/app.json");
    let why = refused(acme.telex.install(&url).await?, 400, UNUSABLE);
    assert_eq!(why, "the manifest did not come in time");
    acme.telex.created(&json!({ "name": "plain", "json_url": url })).await?;
    assert_eq!(host.asked().len(), 2);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_manifest_must_say_what_its_app_is_called_and_where_it_is_reached(
    #[case] backend: Backend,
) -> Result<()> {
    let Hosted { acme, host } = Hosted::on(backend).await?;
    let typed = |kind: &str, url: &str| json!({ "descriptions": { "app_name": "App" }, "integration_type": kind, url: "https://a.example" });
    for (document, why) in [
        (json!({}), "the manifest has no descriptions.app_name"),
        (json!({ "descriptions": { "app_name": "  " } }), "the manifest has no descriptions.app_name"),
        (typed("modifier", "tick_url"), "target_url"),
        (typed("output", "x"), "target_url"),
        (typed("interval", "target_url"), "tick_url"),
    ] {
        let url = host.shows("/app.json", &document);
        let said = refused(acme.telex.install(&url).await?, 400, UNUSABLE);
        assert!(said.contains(why), "{said}");
    }
    for (n, document) in [typed("modifier", "target_url"), typed("interval", "tick_url"), typed("else", "x")]
        .iter()
        .enumerate()
    {
        acme.telex.installed(&host.shows(&format!("/{n}.json"), document)).await?;
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_must_name_an_address(#[case] backend: Backend) -> Result<()> {
    let Hosted { acme, .. } = Hosted::on(backend).await?;
    let post = |body: Value| acme.telex.request("POST", "/custom").json(&body).send();
    for body in [
        json!({}),
        json!([]),
        json!({ "json_url": null }),
        json!({ "json_url": 7 }),
        json!({ "json_url": " " }),
        json!({ "json_url": "https://a.example/\u{0}" }),
        json!({ "json_url": format!("https://a.example/{}", "x".repeat(2048)) }),
        json!({ "json_url": "ftp://a.example/app.json" }),
        json!({ "json_url": "//a.example/app.json" }),
        json!({ "json_url": "https://user:planted@a.example/app.json" }),
    ] {
        let why = refused(post(body).await?, 400, UNUSABLE);
        assert!(!why.contains("planted"), "{why}");
    }
    Ok(())
}
