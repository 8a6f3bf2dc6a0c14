//! What `/metrics` tells, and what it never takes over from a request.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use patchbay_tests::{Backend, Http, Service, eventually};
use rstest::rstest;

use crate::given::{Acme, an_integration};

/// The lines of samples and of types.
async fn reported(http: &Http) -> Result<String> {
    let answer = http.get("/metrics").send().await?.expect_status(200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    Ok(answer.text)
}

/// The series that are there: names with their labels, without their values.
fn series(report: &str) -> BTreeSet<String> {
    let samples = report.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    samples.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect()
}

/// The count of one series; 0 when it is not there.
fn value(report: &str, series: &str) -> u64 {
    let line = report.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or_default()
}

/// The metrics that are there: name, type, names of labels.
fn metrics(report: &str) -> BTreeSet<(String, String, String)> {
    let types = report.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let labels = |name: &str| {
        let lines = report.lines().filter(|line| line.starts_with(name) && !line.starts_with('#'));
        let own = lines.filter(|line| {
            let rest = line[name.len()..].trim_start_matches("_bucket").trim_start_matches("_count");
            rest.trim_start_matches("_sum").starts_with(['{', ' '])
        });
        let labels = own.filter_map(|line| line.split_once('{')?.1.split_once('}').map(|(labels, _)| labels));
        let names = labels.flat_map(|labels| labels.split(',').filter_map(|label| label.split('=').next()));
        let names: BTreeSet<_> = names.filter(|name| *name != "le").collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    types.map(|(name, kind)| (name.to_owned(), kind.to_owned(), labels(name))).collect()
}

/// What the table of docs/operations.md lists.
fn documented() -> Result<BTreeSet<(String, String, String)>> {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md"));
    let page = page.context("docs/operations.md")?;
    let rows = page.lines().filter(|line| line.starts_with("| `patchbay_"));
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>());
    Ok(cells.map(|row| (row[1].clone(), row[2].clone(), sorted(&row[3]))).collect())
}

fn sorted(labels: &str) -> String {
    let labels: BTreeSet<_> = labels.split(',').map(str::trim).filter(|label| *label != "–").collect();
    labels.into_iter().collect::<Vec<_>>().join(", ")
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_documentation_lists_exactly_what_is_reported(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    acme.telex.created(&an_integration("shop")).await?;
    assert_eq!(metrics(&reported(&acme.service.http()).await?), documented()?);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_done_is_counted(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let http = acme.service.http();
    acme.telex.created(&an_integration("shop")).await?;
    for _ in 0..3 {
        drop(acme.telex.list().await?.expect_status(200));
    }
    drop(acme.telex.anonymous("GET", "").send().await?.expect_status(401));
    drop(acme.telex.with_key("nobody's").list().await?.expect_status(401));
    let report = reported(&http).await?;
    let request = |operation: &str, status: u16| {
        let series = format!(
            "patchbay_http_requests_total{{api=\"telex\",operation=\"{operation}\",status=\"{status}\"}}"
        );
        value(&report, &series)
    };
    let counts = (request("create_integration", 201), request("list_integrations", 200));
    assert_eq!((counts, request("list_integrations", 401)), ((1, 3), 2), "{report}");
    let of = |series: &str| value(&report, series);
    let timed = "patchbay_http_request_duration_seconds_count{api=\"telex\",operation=\"list_integrations\"}";
    assert_eq!(of(timed), 5, "{report}");
    // The one that asks.
    assert_eq!(of("patchbay_http_requests_in_flight"), 1, "{report}");
    assert_eq!(of("patchbay_authentication_refusals_total{kind=\"missing\"}"), 1, "{report}");
    assert_eq!(of("patchbay_authentication_refusals_total{kind=\"malformed\"}"), 1, "{report}");
    let (queries, misses) = (of("patchbay_key_cache_queries_total"), of("patchbay_key_cache_misses_total"));
    assert!(queries >= 4 && (1..=queries).contains(&misses), "{report}");
    assert!(of("patchbay_database_jobs_total{kind=\"write\",outcome=\"done\"}") >= 1, "{report}");
    assert!(of("patchbay_database_job_wait_seconds_count{kind=\"read\"}") >= 1, "{report}");
    let connections = of("patchbay_database_connections");
    assert!((1..=of("patchbay_database_max_connections")).contains(&connections), "{report}");
    if backend == Backend::Sqlite {
        assert!(of("patchbay_database_commit_jobs_count") >= 1, "{report}");
    }
    Ok(())
}

#[tokio::test]
async fn a_manifest_that_is_asked_for_is_counted_by_its_outcome() -> Result<()> {
    let acme = Acme::on(Backend::Sqlite).await?;
    let mut body = an_integration("shop");
    body["json_url"] = "https://apps.example/manifest.json".into();
    acme.telex.created(&body).await?;
    let http = acme.service.http();
    let series = "patchbay_outbound_requests_total\
                  {purpose=\"manifest\",provider=\"json_manifest\",outcome=\"unreachable\"}";
    eventually("it is counted", || async { Ok(value(&reported(&http).await?, series) >= 1) }).await
}

/// Sends what a client may think of, and nobody foresaw.
async fn hostile(acme: &Acme, marker: &str) -> Result<()> {
    let http = acme.service.http();
    let org = &acme.tenant.id;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PLANTED", marker] {
        for path in [
            format!("/{marker}"),
            format!("/{marker}?{marker}={marker}"),
            format!("/organisations/{marker}/integrations"),
            format!("/organisations/{org}/integrations/{marker}"),
            format!("/organisations/{org}/integrations/{marker}/channels/{marker}/settings/{marker}"),
            format!("/api/v1/organisations/{org}/integrations/%22%7D%0A{marker}"),
            format!("/organisations/{org}/integrations?page=1&{marker}={marker}"),
            format!("/metrics/{marker}"),
            format!("/healthz?{marker}"),
            format!("/slack/{marker}"),
        ] {
            for key in [acme.key.as_str(), marker] {
                let request = http.request(method, &path).bearer(key);
                let request = request.header("x-request-id", marker).header("user-agent", marker);
                let request = request.header("x-forwarded-for", marker).header("origin", marker);
                drop(request.header(marker, marker).send().await?);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_that_is_sent_becomes_a_label() -> Result<()> {
    let acme = Acme::on(Backend::Sqlite).await?;
    let http = acme.service.http();
    hostile(&acme, "FIRSTMARKER").await?;
    reported(&http).await?;
    let before = series(&reported(&http).await?);
    for marker in ["SECONDMARKER", "THIRDMARKER"] {
        hostile(&acme, marker).await?;
    }
    let report = reported(&http).await?;
    let after = series(&report);
    let new: Vec<_> = after.difference(&before).collect();
    assert!(new.is_empty(), "{new:#?}");
    let tenant = [acme.tenant.id.as_str(), acme.key.as_str(), "acme"];
    for text in ["MARKER", "marker", "PLANTED", "TRACE"].into_iter().chain(tenant) {
        assert!(!report.contains(text), "{text} in {report}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_closes_the_counts_to_everybody_else() -> Result<()> {
    let service =
        Service::builder(Backend::Sqlite).config("metrics.token", "'planted-token'").start().await?;
    let http = service.http();
    for request in [http.get("/metrics"), http.get("/metrics").bearer("planted-tokem")] {
        let refused = request.send().await?.expect_status(401);
        assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused}");
        assert!(!refused.text.contains("patchbay_"), "{refused}");
    }
    let report = http.get("/metrics").bearer("planted-token").send().await?.expect_status(200);
    assert!(report.text.contains("patchbay_http_requests_total"), "{report}");
    assert!(!service.server().logs()?.contains("planted"), "the token is logged");
    Ok(())
}
