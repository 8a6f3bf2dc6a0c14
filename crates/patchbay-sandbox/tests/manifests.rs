//! Every manifest that is listed is what it is listed as.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Answer, Tried, text};

async fn fetched(tried: &Tried, name: &str) -> Answer {
    tried.get(&format!("/manifests/{name}.json")).await
}

#[actix_web::test]
async fn every_listed_manifest_has_a_test_here() {
    let tried = Tried::start();
    let offers = tried.offers("manifests").await;
    let listed: BTreeSet<_> = offers.as_array().unwrap().iter().map(|page| text(page, "/url")).collect();
    let tested = [
        "flood",
        "hang",
        "interval",
        "modifier",
        "no-name",
        "not-an-object",
        "output",
        "plain",
        "redirect",
        "rubbish",
        "status-500",
    ];
    let tested = tested.map(|name| tried.url(&format!("/manifests/{name}.json")));
    assert_eq!(listed.into_iter().collect::<Vec<_>>(), tested);
}

#[actix_web::test]
async fn there_is_one_app_of_each_type_with_the_address_that_it_needs() {
    let tried = Tried::start();
    for (name, address) in [("output", "target_url"), ("modifier", "target_url"), ("interval", "tick_url")] {
        let answer = fetched(&tried, name).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        let app = &answer.json()["data"];
        assert_eq!(app["integration_type"], name);
        assert!(!text(app, "/descriptions/app_name").is_empty());
        assert!(app[address].as_str().unwrap().starts_with("https://"), "{name}");
    }
    let plain = fetched(&tried, "plain").await.json();
    assert_eq!(plain.get("integration_type"), None);
    assert_eq!(plain["descriptions"]["app_name"], "Address Book");
}

#[actix_web::test]
async fn one_app_has_a_setting_of_every_type_with_what_it_needs() {
    let app = fetched(&Tried::start(), "interval").await.json();
    let settings = app["data"]["settings"].as_array().unwrap().clone();
    let types: BTreeSet<_> = settings.iter().map(|setting| text(setting, "/type")).collect();
    let every = ["checkbox", "dropdown", "multi-checkbox", "multi-select", "number", "radio", "text"];
    assert_eq!(types.into_iter().collect::<Vec<_>>(), every);
    for setting in &settings {
        assert!(setting["label"].is_string() && setting["required"].is_boolean(), "{setting}");
        assert!(setting.get("default").is_some(), "{setting}");
        if let Some(options) = setting.get("options") {
            let is_option = |part: &str| options.as_array().unwrap().contains(&json!(part));
            assert!(text(setting, "/default").split(',').all(is_option), "{setting}");
        }
    }
}

#[actix_web::test]
async fn what_is_no_manifest_is_none_in_its_own_way() {
    let tried = Tried::start();
    assert_eq!(fetched(&tried, "no-name").await.json()["data"]["descriptions"].get("app_name"), None);
    assert!(fetched(&tried, "not-an-object").await.json().is_array());
    let rubbish = fetched(&tried, "rubbish").await;
    assert!(rubbish.status == 200 && serde_json::from_str::<Value>(&rubbish.text).is_err());
    assert_eq!(fetched(&tried, "status-500").await.status, 500);
    let redirect = fetched(&tried, "redirect").await;
    assert_eq!((redirect.status, redirect.header("location")), (302, "/manifests/output.json"));
    assert_eq!(fetched(&tried, "unheard-of").await.status, 404);
}

#[actix_web::test]
async fn a_flood_is_longer_than_a_manifest_may_be() {
    let tried = Tried::start();
    let mut flood = tried.open("/manifests/flood.json", "").await;
    let mut read = 0;
    while read < 2 << 20 {
        read += flood.chunk().await.unwrap().expect("the flood has an end").len();
    }
}

#[actix_web::test]
async fn a_hanging_manifest_is_asked_for_and_never_comes() {
    let tried = Tried::start();
    let mut stream = TcpStream::connect(tried.sandbox.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"GET /manifests/hang.json HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    tried.recorded("GET /manifests/hang.json hang hang").await;
    let read = stream.try_read(&mut [0; 1]);
    assert_eq!(read.unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}
