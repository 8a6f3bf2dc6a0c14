//! Which connections are asked about at all, and what is said of the others.

use patchbay_domain::VerificationClass as Class;
use rstest::rstest;
use serde_json::json;

use super::*;

/// What is said of a connection that nobody is asked about.
async fn unasked(connection: &OpenConnection) -> (Class, Option<String>) {
    let server = scripted(vec![json_answer(200, &json!({}))]).await;
    let verification = verifier_at(connection.provider.as_str(), server.port).verify(connection).await;
    assert_eq!(server.connections(), 0, "{verification:?}");
    (verification.class, verification.detail)
}

#[rstest]
#[case::none_outside("webchat", json!({"allowed_origins": ["acme.example"]}))]
#[case::by_manifest("json_manifest", json!({"json_url": "https://acme.example/app.json"}))]
#[case::not_known("acme_2000", json!({"url": "https://acme.example"}))]
#[case::nothing_to_call("custom_api", json!({"base_url": "https://api.example.com", "verify_path": ""}))]
#[tokio::test]
async fn where_there_is_nothing_to_ask_nothing_is_asked(#[case] id: &str, #[case] configuration: Value) {
    assert_eq!(unasked(&connection(id, configuration, &[])).await, (Class::Skipped, None));
}

#[rstest]
#[case::slack("slack", json!({}), &[], "bot_token")]
#[case::empty_is_missing("slack", json!({"team_id": "T1"}), &[("bot_token", "")], "bot_token")]
#[case::several("zendesk", json!({}), &[], "subdomain, email, api_token")]
#[case::one_of_several(
    "zendesk",
    json!({"subdomain": "acme", "email": ""}),
    &[("api_token", "planted")],
    "email"
)]
#[case::by_condition(
    "custom_api",
    json!({"base_url": "https://a.example", "auth_type": "basic"}),
    &[],
    "username, password"
)]
#[case::required("custom_api", json!({"verify_path": "/"}), &[], "base_url")]
#[case::unknown_choice(
    "custom_api",
    json!({"base_url": "https://a.example", "auth_type": "digest"}),
    &[],
    "auth_type"
)]
#[case::nothing_supplied("gmail", json!({}), &[("credentials", "{}")], "credentials")]
#[case::nothing_in_it("google_calendar", json!({}), &[("credentials", r#"{"token_type":"Bearer"}"#)], "token")]
#[tokio::test]
async fn what_is_missing_is_named(
    #[case] id: &str,
    #[case] configuration: Value,
    #[case] secrets: &[(&str, &str)],
    #[case] names: &str,
) {
    let found = unasked(&connection(id, configuration, secrets)).await;
    assert_eq!(found, (Class::Incomplete, Some(names.to_owned())));
}

#[rstest]
#[case::host(connection(
    "zendesk",
    json!({"subdomain": "evil.example/", "email": "a@b.example"}),
    &[("api_token", "planted")]
))]
#[case::away(connection(
    "shopify",
    json!({"shop_domain": "planted.evil.example"}),
    &[("access_token", "planted")]
))]
#[case::header(connection("slack", json!({}), &[("bot_token", "planted\r\nx-admin: 1")]))]
#[case::user(connection("zendesk", json!({"subdomain": "acme", "email": "a:b"}), &[("api_token", "planted")]))]
#[case::path(connection("whatsapp", json!({"phone_number_id": ".."}), &[("access_token", "planted")]))]
#[case::owned(custom_api(json!({"headers": {"Host": "planted"}}), &[]))]
#[case::name(custom_api(json!({"headers": {"a b": "planted"}}), &[]))]
#[case::too_long(connection(
    "whatsapp",
    json!({"phone_number_id": "1".repeat(9000)}),
    &[("access_token", "planted")]
))]
#[tokio::test]
async fn what_cannot_be_sent_is_said_without_showing_it(#[case] connection: OpenConnection) {
    let (class, detail) = unasked(&connection).await;
    let detail = detail.unwrap();
    assert_eq!(class, Class::Incomplete, "{detail}");
    assert!(!detail.contains("planted") && !detail.contains("evil") && !detail.contains("111"), "{detail}");
}

#[tokio::test]
async fn the_entries_of_one_moment_hold_for_a_whole_verification() {
    let catalogue = catalogue();
    let before = catalogue.current();
    let (slack, answer) = slack();
    let server = scripted(vec![json_answer(200, &answer)]).await;
    let (verifier, _) = verifier_of(catalogue.clone(), "slack", server.port);
    catalogue.reload().unwrap();
    assert!(!Arc::ptr_eq(&before, &catalogue.current()));
    assert_eq!(verifier.verify(&slack).await.class, Class::Ok);
}
