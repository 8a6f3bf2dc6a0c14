use std::time::Duration;

use patchbay_domain::NotAManifest;
use rstest::rstest;

use super::*;
use crate::OutboundPolicy;
use crate::testing::{Manner, Server, says, server};

/// Reaches 127.0.0.1, and waits for ever where nothing else ends the waiting.
fn fetcher() -> HttpManifestFetcher {
    let policy = OutboundPolicy {
        allowed_private_networks: vec!["127.0.0.1/32".parse().unwrap()],
        timeout: Duration::from_secs(3600),
        max_response_bytes: usize::MAX,
        ..OutboundPolicy::default()
    };
    HttpManifestFetcher::new(GuardedClient::new(policy), None)
}

fn url(text: &str) -> ManifestUrl {
    ManifestUrl::parse(text).unwrap()
}

fn url_of(server: &Server) -> ManifestUrl {
    url(&format!("http://127.0.0.1:{}/app.json", server.port))
}

fn ok(body: &str) -> Manner {
    says(&format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

async fn outcome(manner: Manner) -> Result<ManifestDocument, FetchError> {
    let server = server(manner).await;
    fetcher().fetch(&url_of(&server)).await
}

#[rstest]
#[case::bare(r#"{"descriptions": {"app_name": "A"}}"#)]
#[case::wrapped(r#"{"data": {"descriptions": {"app_name": "A"}}}"#)]
#[tokio::test]
async fn a_manifest_is_fetched_whatever_its_content_type(#[case] body: &str) {
    let mut server = server(ok(body)).await;
    let document = fetcher().fetch(&url_of(&server)).await.unwrap();
    assert_eq!(document.app.name, "A");
    assert!(server.heard().await.starts_with("GET /app.json HTTP/1.1\r\n"));
}

#[tokio::test]
async fn blanks_around_an_address_are_no_part_of_it() {
    let server = server(ok("{}")).await;
    fetcher().fetch(&url(&format!("  {} \n", url_of(&server)))).await.unwrap();
}

#[tokio::test]
async fn a_manifest_of_the_largest_size_is_read() {
    let body = format!("{{}}{}", " ".repeat(MAX_BYTES - 2));
    outcome(ok(&body)).await.unwrap();
    let error = outcome(ok(&format!("{body} "))).await.unwrap_err();
    assert!(matches!(error, FetchError::TooLarge), "{error:?}");
}

#[rstest]
#[case::text(ok("<html>"))]
#[case::nothing(ok(""))]
#[case::half(ok(r#"{"a":"#))]
#[case::more_than_one(ok("{} {}"))]
#[case::depth_without_end(ok(&format!("{{\"a\":{}", "[".repeat(100_000))))]
#[case::bytes(Manner::Says(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\xff\":1}".to_vec()))]
#[tokio::test]
async fn what_is_no_json_is_no_manifest(#[case] manner: Manner) {
    let error = outcome(manner).await.unwrap_err();
    assert!(matches!(error, FetchError::NotJson), "{error:?}");
}

#[rstest]
#[case(ok("[]"), NotAManifest::NotAnObject)]
#[case(ok("null"), NotAManifest::NotAnObject)]
#[case(ok(r#"{"a": "\u0000"}"#), NotAManifest::Nul)]
#[tokio::test]
async fn what_the_domain_refuses_is_no_manifest(#[case] manner: Manner, #[case] why: NotAManifest) {
    let error = outcome(manner).await.unwrap_err();
    assert!(matches!(error, FetchError::NotAManifest(seen) if seen == why), "{error:?}");
}

#[rstest]
#[tokio::test]
async fn another_status_brings_no_manifest(#[values(301, 302, 307, 400, 401, 404, 500, 503)] status: u16) {
    let head = format!("HTTP/1.1 {status} No\r\nLocation: /other\r\nContent-Length: 2\r\n\r\n{{}}");
    let error = outcome(says(&head)).await.unwrap_err();
    assert!(matches!(error, FetchError::Answered(seen) if seen == status), "{error:?}");
}

#[tokio::test]
async fn a_manifest_is_asked_for_once() {
    for manner in [says(""), says("HTTP/1.1 503 Later\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n")] {
        let server = server(manner).await;
        fetcher().fetch(&url_of(&server)).await.unwrap_err();
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_host_that_breaks_off_gives_no_answer() {
    let error = outcome(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")).await.unwrap_err();
    assert!(matches!(error, FetchError::NoAnswer(_)), "{error:?}");
}

#[tokio::test]
async fn a_host_that_hangs_is_waited_for_no_longer_than_five_seconds() {
    let mut server = server(Manner::Hangs("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")).await;
    let url = url_of(&server);
    let fetch = tokio::spawn(async move { fetcher().fetch(&url).await });
    server.heard().await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(fetch.is_finished());
    let error = fetch.await.unwrap().unwrap_err();
    assert!(matches!(error, FetchError::TimedOut), "{error:?}");
}

#[rstest]
#[case("some-very-weird-logo-url")]
#[case("ftp://a.example/app.json")]
#[case("a.example/app.json")]
#[case("https://user:secret@a.example/app.json")]
#[tokio::test]
async fn what_is_no_url_is_not_asked_for(#[case] text: &str) {
    let error = fetcher().fetch(&url(text)).await.unwrap_err();
    assert!(matches!(error, FetchError::NotAUrl), "{error:?}");
}

#[rstest]
#[case("https://127.0.0.2/app.json")]
#[case("https://169.254.169.254/app.json")]
#[case("https://[::1]/app.json")]
#[case("http://8.8.8.8/app.json")]
#[tokio::test]
async fn what_may_not_be_reached_is_refused_in_one_text(#[case] text: &str) {
    let error = fetcher().fetch(&url(text)).await.unwrap_err();
    assert!(matches!(error, FetchError::Refused(_)), "{error:?}");
    assert_eq!(error.to_string(), "the address of the manifest is not allowed or cannot be resolved");
}

#[tokio::test]
async fn with_a_base_url_every_manifest_comes_from_there() {
    let mut server = server(ok("{}")).await;
    let base_url = format!("http://127.0.0.1:{}/below", server.port).parse().unwrap();
    let client = GuardedClient::new(OutboundPolicy::default());
    let fetcher = HttpManifestFetcher::new(client, Some(base_url));
    fetcher.fetch(&url("https://manifests.example:444/a/b.json?c=d")).await.unwrap();
    let head = server.heard().await;
    assert!(head.starts_with("GET /below/a/b.json?c=d HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("forwarded: host=\"manifests.example:444\";proto=https\r\n"), "{head}");
    let error = fetcher.fetch(&url("no url")).await.unwrap_err();
    assert!(matches!(error, FetchError::NotAUrl), "{error:?}");
}

#[tokio::test]
async fn another_origin_is_reached_whatever_the_policy_says_and_none_beside_it() {
    let mut trusted = server(ok(r#"{"descriptions": {"app_name": "A"}}"#)).await;
    let neighbour = server(ok("{}")).await;
    let origin = format!("http://127.0.0.1:{}", trusted.port).parse().unwrap();
    let client = GuardedClient::new(OutboundPolicy::default());
    let fetcher = HttpManifestFetcher::new(client, None).also_from(Some(origin));
    assert_eq!(fetcher.fetch(&url_of(&trusted)).await.unwrap().app.name, "A");
    assert!(trusted.heard().await.starts_with("GET /app.json "));
    let elsewhere = [
        url_of(&neighbour),
        url(&format!("http://localhost:{}/app.json", trusted.port)),
        url("https://127.0.0.1/app.json"),
    ];
    for url in elsewhere {
        let error = fetcher.fetch(&url).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused(_)), "{url}: {error:?}");
    }
    assert_eq!((trusted.connections(), neighbour.connections()), (1, 0));
}
