use actix_web::test::TestRequest;
use patchbay_catalogue::{Catalogue, Entry, Sources};

use super::*;
use crate::provider::account::Account;

fn entry(id: &str) -> std::sync::Arc<Entry> {
    let catalogue = Catalogue::load(&Sources::embedded()).unwrap();
    catalogue.entries().iter().find(|entry| entry.id.as_str() == id).unwrap().clone()
}

fn asked(id: &str, request: TestRequest) -> Asked {
    Asked::read(&request.to_http_request(), &format!("/{id}"), Ok(Bytes::new()))
}

/// The values that a request shows of an entry's first check.
fn found(id: &str, request: TestRequest) -> Option<Vec<(String, String)>> {
    let entry = entry(id);
    let known = Known::of(&entry, Account::default());
    let found = asked(id, request).fits(method_name(entry.checks[0].method), &entry.checks[0].url, &known)?;
    Some(found.into_iter().collect())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn the_host_that_was_meant_is_that_of_the_header() {
    let uri = "/zendesk/api/v2/users/me.json";
    let meant = |host: &str| {
        let header = ("forwarded", format!("for=10.0.0.1;host=\"{host}\";proto=https, host=x"));
        TestRequest::get().uri(uri).insert_header(header)
    };
    assert_eq!(found("zendesk", meant("acme.zendesk.com")), Some(pairs(&[("subdomain", "acme")])));
    assert_eq!(found("zendesk", meant("acme.example.com")), None);
    // Nobody said which one: any is meant.
    assert_eq!(found("zendesk", TestRequest::get().uri(uri)), Some(Vec::new()));
    assert_eq!(found("zendesk", TestRequest::post().uri(uri)), None);
}

#[test]
fn a_browser_says_it_in_the_query() {
    let uri =
        "/shopify/admin/api/2026-10/graphql.json?forwarded=host%3D%22acme.myshopify.com%22%3Bproto%3Dhttps";
    let expected = [("api_version", "2026-10"), ("shop_domain", "acme.myshopify.com")];
    assert_eq!(found("shopify", TestRequest::post().uri(uri)), Some(pairs(&expected)));
    assert!(asked("shopify", TestRequest::post().uri(uri)).query.is_empty());
}

#[test]
fn what_stands_in_a_path_is_read_and_constants_have_to_be_right() {
    let of = |path: &str| found("whatsapp", TestRequest::get().uri(path));
    assert_eq!(of("/whatsapp/v25.0/1065?fields=id"), Some(pairs(&[("phone_number_id", "1065")])));
    assert_eq!(of("/whatsapp/v24.0/1065?fields=id"), None);
    let calendar = "/google_calendar/calendar/v3/users/me/calendarList/a%20b%2Fc";
    assert_eq!(
        found("google_calendar", TestRequest::get().uri(calendar)),
        Some(pairs(&[("calendar_id", "a b/c")]))
    );
}

#[test]
fn an_address_of_its_owners_own_may_be_anywhere() {
    let request = |host: &str, path: &str| {
        TestRequest::get().uri(path).insert_header(("forwarded", format!("host={host};proto=http")))
    };
    assert_eq!(
        found("custom_api", request("acme.example:81", "/custom_api/v1/me")),
        Some(pairs(&[("base_url", "http://acme.example:81"), ("verify_path", "/v1/me")]))
    );
}

#[test]
fn a_body_is_what_its_type_says() {
    let sent = |kind: &str, body: &str| Sent::read(kind, Ok(Bytes::copy_from_slice(body.as_bytes())));
    let form = vec![("a".to_owned(), "b c".to_owned())];
    assert_eq!(sent("application/x-www-form-urlencoded; charset=utf-8", "a=b+c"), Sent::Form(form));
    assert_eq!(sent("Application/JSON", "[1]"), Sent::Json(serde_json::json!([1])));
    assert_eq!(sent("application/json", "[1"), Sent::Other);
    assert_eq!(sent("text/plain", "a"), Sent::Other);
    assert_eq!(sent("text/plain", ""), Sent::Nothing);
}
