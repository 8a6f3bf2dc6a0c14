//! What is counted, and how it reads.

use std::time::Duration;

use async_trait::async_trait;
use patchbay_application::AuthRefusal;
use patchbay_domain::{
    Configuration, CredentialVerifier, FetchError, KeyHash, KeyLookup, ManifestDocument, ManifestFetcher,
    ManifestUrl, OpenConnection, Verification, VerificationClass,
};
use patchbay_persistence::{DatabaseLoad, DatabaseObserver, JobKind, JobOutcome};

use super::names::{ALL, Kind, Metric};
use super::*;

fn metrics() -> Metrics {
    Metrics::new().unwrap()
}

fn reported(metrics: &Metrics) -> Vec<String> {
    metrics.http.measure();
    metrics.registry.report().lines().map(str::to_owned).collect()
}

fn has(metrics: &Metrics, line: &str) -> bool {
    reported(metrics).iter().any(|reported| reported == line)
}

fn answered(operation: &'static str, status: u16) -> Answered {
    let time = Duration::from_millis(3);
    Answered { api: "telex", operation, status, time, unauthenticated: None }
}

#[test]
fn names_follow_the_conventions_of_prometheus() {
    for Metric(name, kind, meaning) in ALL {
        assert!(name.starts_with("patchbay_"), "{name}");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
        assert!(!meaning.is_empty() && !meaning.ends_with('.'), "{name}: {meaning}");
    }
}

#[test]
fn a_histogram_has_bounds_that_grow() {
    let bounds = ALL.iter().filter_map(|Metric(name, kind, _)| match kind {
        Kind::Histogram(bounds) => Some((name, bounds)),
        _ => None,
    });
    for (name, bounds) in bounds {
        assert!(!bounds.is_empty() && bounds.is_sorted_by(|one, next| one < next), "{name}");
        let registry = Registry::new().unwrap();
        registry.histogram(name, &[]).record(0.0);
        assert!(registry.report().contains(&format!("# TYPE {name} histogram")), "{name}");
    }
}

#[test]
fn requests_are_counted_by_route_and_status_and_timed_by_route() {
    let metrics = metrics();
    for status in [200, 200, 404] {
        metrics.http.began();
        metrics.http.ended(Some(&answered("list", status)));
    }
    let count = |status| {
        format!("patchbay_http_requests_total{{api=\"telex\",operation=\"list\",status=\"{status}\"}}")
    };
    assert!(has(&metrics, &format!("{} 2", count(200))), "{:#?}", reported(&metrics));
    assert!(has(&metrics, &format!("{} 1", count(404))));
    let below = |bound: &str| {
        format!(
            "patchbay_http_request_duration_seconds_bucket{{api=\"telex\",operation=\"list\",le=\"{bound}\"}}"
        )
    };
    assert!(has(&metrics, &format!("{} 0", below("0.0025"))), "{:#?}", reported(&metrics));
    assert!(has(&metrics, &format!("{} 3", below("0.005"))));
    assert!(has(&metrics, "patchbay_http_requests_in_flight 0"));
}

#[test]
fn a_request_whose_client_left_is_no_longer_in_flight() {
    let metrics = metrics();
    metrics.http.began();
    assert!(has(&metrics, "patchbay_http_requests_in_flight 1"));
    metrics.http.ended(None);
    assert!(has(&metrics, "patchbay_http_requests_in_flight 0"));
    assert!(has(&metrics, "patchbay_http_requests_abandoned_total 1"));
}

#[test]
fn refused_keys_are_counted_by_kind() {
    let metrics = metrics();
    for (refusal, kind) in [
        (AuthRefusal::Missing, "missing"),
        (AuthRefusal::Malformed, "malformed"),
        (AuthRefusal::Unknown, "unknown"),
        (AuthRefusal::Revoked, "revoked"),
        (AuthRefusal::Expired, "expired"),
    ] {
        let line = |count| format!("patchbay_authentication_refusals_total{{kind=\"{kind}\"}} {count}");
        assert!(has(&metrics, &line(0)), "{kind}");
        metrics.http.ended(Some(&Answered { unauthenticated: Some(refusal), ..answered("list", 401) }));
        assert!(has(&metrics, &line(1)), "{kind}");
    }
}

#[test]
fn database_work_is_counted_by_kind_and_outcome() {
    let metrics = metrics();
    for kind in JobKind::ALL {
        metrics.database.waited(kind, Duration::from_micros(60));
        for outcome in JobOutcome::ALL {
            metrics.database.ended(kind, outcome);
        }
    }
    let jobs = reported(&metrics).into_iter().filter(|line| line.starts_with("patchbay_database_jobs_total"));
    let jobs: Vec<_> = jobs.collect();
    assert_eq!(jobs.len(), JobKind::ALL.len() * JobOutcome::ALL.len());
    assert!(jobs.iter().all(|line| line.ends_with(" 1")), "{jobs:#?}");
    assert!(has(&metrics, "patchbay_database_job_wait_seconds_count{kind=\"write\"} 1"));

    metrics.database.committed(5);
    assert!(has(&metrics, "patchbay_database_commit_jobs_sum 5"));
    let queues = vec![("read", 3), ("write", 0)];
    metrics.database.measure(&DatabaseLoad { queues, connections: 4, max_connections: 6 });
    for line in [
        "patchbay_database_jobs_waiting{queue=\"read\"} 3",
        "patchbay_database_connections 4",
        "patchbay_database_max_connections 6",
    ] {
        assert!(has(&metrics, line), "{line}: {:#?}", reported(&metrics));
    }
}

/// Finds no key, and has no manifest but one of a bad address.
struct Nothing;

#[async_trait]
impl KeyLookup for Nothing {
    async fn find_by_hash(
        &self,
        _: &KeyHash,
    ) -> Result<Option<Arc<patchbay_domain::KeyOwner>>, patchbay_domain::RepositoryError> {
        Ok(None)
    }

    async fn find_by_id(
        &self,
        _: patchbay_domain::ApiKeyId,
    ) -> Result<Option<Arc<patchbay_domain::KeyOwner>>, patchbay_domain::RepositoryError> {
        Ok(None)
    }
}

#[async_trait]
impl ManifestFetcher for Nothing {
    async fn fetch(&self, url: &ManifestUrl) -> Result<ManifestDocument, FetchError> {
        Err(if url.as_str() == "none" { FetchError::NotAUrl } else { FetchError::TimedOut })
    }
}

#[tokio::test]
async fn keys_are_counted_before_and_behind_the_cache() {
    let metrics = metrics();
    let keys = metrics.key_queries(metrics.key_misses(Nothing));
    keys.find_by_hash(&KeyHash::from_bytes([1; 32])).await.unwrap();
    assert!(has(&metrics, "patchbay_key_cache_queries_total 1"));
    assert!(has(&metrics, "patchbay_key_cache_misses_total 1"));
}

#[tokio::test]
async fn what_is_asked_of_others_is_counted_by_outcome_and_timed_when_it_was_sent() {
    let metrics = metrics();
    let fetcher = metrics.fetcher(Nothing);
    for url in ["none", "https://slow.example/app.json"] {
        fetcher.fetch(&ManifestUrl::parse(url).unwrap()).await.unwrap_err();
    }
    let tags = "purpose=\"manifest\",provider=\"json_manifest\"";
    for line in [
        format!("patchbay_outbound_requests_total{{{tags},outcome=\"not_sent\"}} 1"),
        format!("patchbay_outbound_requests_total{{{tags},outcome=\"timed_out\"}} 1"),
        format!("patchbay_outbound_request_duration_seconds_count{{{tags}}} 1"),
    ] {
        assert!(has(&metrics, &line), "{line}: {:#?}", reported(&metrics));
    }
}

/// Finds every connection to be what its configuration says.
struct Fixed;

#[async_trait]
impl CredentialVerifier for Fixed {
    async fn verify(&self, connection: &OpenConnection) -> Verification {
        let said = connection.configuration.members()["class"].as_str().unwrap();
        Verification::of(VerificationClass::from_code(said).unwrap())
    }
}

#[tokio::test]
async fn verifications_are_counted_by_provider_and_outcome() {
    let metrics = metrics();
    let verifier = CountedVerifier::new(Fixed, &metrics.providers([ProviderId::slack()]));
    for provider in [ProviderId::slack(), ProviderId::parse("made_up").unwrap()] {
        for class in VerificationClass::ALL {
            let members = [("class".to_owned(), class.as_str().into())];
            let configuration = Configuration::from_stored(members.into_iter().collect());
            let connection = OpenConnection { configuration, ..OpenConnection::bare(provider.clone()) };
            assert_eq!(verifier.verify(&connection).await.class, *class);
        }
    }
    for provider in ["slack", "other"] {
        let tags = format!("purpose=\"verification\",provider=\"{provider}\"");
        for (outcome, count) in [
            ("done", 2),
            ("not_sent", 2),
            ("timed_out", 0),
            ("rejected", 7),
            ("unreachable", 1),
            ("unusable", 1),
        ] {
            let line = format!("patchbay_outbound_requests_total{{{tags},outcome=\"{outcome}\"}} {count}");
            assert!(has(&metrics, &line), "{line}: {:#?}", reported(&metrics));
        }
        let line = format!("patchbay_outbound_request_duration_seconds_count{{{tags}}} 11");
        assert!(has(&metrics, &line), "{line}: {:#?}", reported(&metrics));
    }
}
