//! The record of what was asked, and the server itself.

use std::sync::Arc;

use patchbay_catalogue::{CatalogueFiles, ReloadableCatalogue};
use patchbay_sandbox::Sandbox;

use crate::client::Tried;

#[actix_web::test]
async fn what_was_asked_is_counted_and_can_be_forgotten() {
    let tried = Tried::start();
    assert_eq!(tried.record().await, [""; 0]);
    for code in ["sandbox-ok-acme", "sandbox-ok-globex", "sandbox-ok-acme", "unheard-of", "sandbox-500"] {
        tried.exchange(code).await;
    }
    tried.call("auth.test", "xoxb-rejected-planted").await;
    tried.get("/manifests/plain.json?version=2").await;
    tried.get("/nothing/here").await;
    tried.get("/slack/oauth/v2/authorize?client_id=sandbox-client&redirect_uri=https://a.example").await;
    assert_eq!(
        tried.record().await,
        [
            "POST /slack/api/oauth.v2.access sandbox-ok ok 2",
            "POST /slack/api/oauth.v2.access sandbox-ok code_already_used 1",
            "POST /slack/api/oauth.v2.access - invalid_code 1",
            "POST /slack/api/oauth.v2.access sandbox-500 fatal_error 1",
            "POST /slack/api/auth.test rejected rejected 1",
            "GET /manifests/plain.json plain ok 1",
            "GET /nothing/here - not_played 1",
            "GET /slack/oauth/v2/authorize - page 1",
        ]
    );
    tried.forget().await;
    assert_eq!(tried.record().await, [""; 0]);
}

#[actix_web::test]
async fn the_record_shows_no_secret() {
    let tried = Tried::start();
    let given = tried.exchange("sandbox-rotating-planted").await.granted();
    tried.call("auth.test", given["access_token"].as_str().unwrap()).await;
    tried.access(&[("grant_type", "refresh_token"), ("refresh_token", "planted")]).await;
    tried.get("/manifests/output.json?token=planted").await;
    let record = tried.get("/sandbox/requests").await.text;
    assert!(record.contains("sandbox-rotating"), "{record}");
    for secret in ["planted", "xox", "sandbox-secret"] {
        assert!(!record.contains(secret), "{record}");
    }
}

#[actix_web::test]
async fn the_record_does_not_grow_for_ever() {
    let tried = Tried::start();
    for number in 0..1100 {
        tried.get(&format!("/{number}")).await;
    }
    assert_eq!(tried.record().await.len(), 1000);
}

#[actix_web::test]
async fn the_first_page_says_how_slack_is_reached() {
    let tried = Tried::start();
    let slack = tried.offers("slack").await;
    assert_eq!(slack["base_url"], tried.url("/slack"));
    assert_eq!(
        (&slack["client_id"], &slack["client_secret"]),
        (&"sandbox-client".into(), &"sandbox-secret".into())
    );
}

#[actix_web::test]
async fn a_sandbox_is_on_loopback_and_gives_its_port_back() {
    let taken = Sandbox::bind(0).unwrap();
    let url = taken.url();
    let port: u16 = url.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
    assert!(Sandbox::bind(port).is_err());
    let catalogue = ReloadableCatalogue::open(CatalogueFiles::default()).unwrap();
    let running = taken.start(Arc::new(catalogue)).unwrap();
    assert_eq!(running.url(), url);
    running.stop().await;
    Sandbox::bind(port).unwrap();
}
