//! Secrets stay where they are sent to.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use patchbay_domain::VerificationClass as Class;
use proptest::prelude::*;
use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::super::detail::words_of;
use super::entries::all;
use super::*;
use crate::asking::redaction::Redaction;

fn redaction(secrets: &[&str]) -> Redaction {
    let secrets: Vec<SecretString> = secrets.iter().map(|secret| (*secret).into()).collect();
    Redaction::of(secrets.iter())
}

#[rstest]
#[case::plain("the token p&l/nt:ed is bad", "the token *** is bad")]
#[case::twice("p&l/nt:edp&l/nt:ed", "******")]
#[case::any_case("P&L/NT:ED", "***")]
#[case::percent("?t=p%26l%2Fnt%3Aed&x", "?t=***&x")]
#[case::percent_in_lower_case("?t=p%26l%2fnt%3aed", "?t=***")]
#[case::base64("cCZsL250OmVk", "***")]
#[case::longer_base64("Basic cCZsL250OmVkLi4u", "Basic ***Li4u")]
#[case::controls_between("p&l/\u{0}nt\r\n:ed", "***")]
#[case::nothing("all is well", "all is well")]
#[case::controls("a\u{7}b\r\nc\u{85}d", "abcd")]
#[case::blanks("  a  ", "a")]
fn a_secret_is_taken_out_however_it_is_written(#[case] said: &str, #[case] shown: &str) {
    assert_eq!(redaction(&["p&l/nt:ed"]).cleaned(said).as_deref(), Some(shown));
}

#[test]
fn base64_is_taken_out_with_its_padding() {
    assert_eq!(redaction(&["a"]).cleaned("YQ== YQ").as_deref(), Some("*** ***"));
}

#[test]
fn the_longest_of_several_secrets_is_taken_out_first() {
    let redaction = redaction(&["abc", "abcdef", "ü"]);
    assert_eq!(redaction.cleaned("abcdef abc Ü ü%C3%BC").as_deref(), Some("*** *** Ü ******"));
}

#[test]
fn a_secret_that_is_a_document_is_taken_out_in_parts() {
    let redaction = redaction(&[r#"{"token": "planted-1", "more": ["planted-2"], "n": 1}"#]);
    assert_eq!(redaction.cleaned("planted-1, planted-2, 1").as_deref(), Some("***, ***, 1"));
}

#[test]
fn a_text_is_cut_after_the_secrets_are_gone() {
    let said = format!("{}planted", "x".repeat(296));
    let shown = redaction(&["planted"]).cleaned(&said).unwrap();
    assert_eq!(shown, format!("{}***", "x".repeat(296)));
    let long = redaction(&[]).cleaned(&"é".repeat(1000)).unwrap();
    assert_eq!(long.chars().count(), Verification::MAX_DETAIL);
}

#[test]
fn a_secret_that_looks_like_what_stands_in_its_place_leaves_nothing() {
    assert_eq!(redaction(&["**", "planted"]).cleaned("planted"), None);
    assert_eq!(redaction(&["a"]).cleaned(" \n "), None);
}

proptest! {
    #[test]
    fn no_secret_is_left(secret in "\\PC{1,12}", before in "\\PC{0,12}", after in "\\PC{0,12}") {
        let said = format!("{before}{secret}{after}{}{secret}", BASE64_STANDARD.encode(&secret));
        if let Some(shown) = redaction(&[&secret]).cleaned(&said) {
            prop_assert!(!shown.contains(&secret), "{}", shown);
        }
    }
}

#[rstest]
#[case(json!({"error": {"message": "m", "code": 1}}), Some("m"))]
#[case(json!({"error": "e", "error_description": "d"}), Some("d"))]
#[case(json!({"error": "e", "message": " "}), Some("e"))]
#[case(json!({"errors": [{"message": "m"}]}), Some("m"))]
#[case(json!({"errors": "m"}), Some("m"))]
#[case(json!({"error": {"data": {"message": "inner"}, "message": "outer"}}), Some("inner"))]
#[case(json!({"ok": false}), None)]
#[case(json!(["message"]), None)]
fn the_words_of_a_provider_are_where_providers_have_them(#[case] body: Value, #[case] words: Option<&str>) {
    assert_eq!(words_of(&body, None), words);
}

#[test]
fn an_entry_knows_better_where_the_words_are() {
    let body = json!({"message": "m", "why": {"text": "w"}});
    let at = patchbay_catalogue::Pointer::parse("/why/text").unwrap();
    assert_eq!(words_of(&body, Some(&at)), Some("w"));
}

/// How the secrets of a connection may come back.
fn spellings(connection: &OpenConnection) -> Vec<String> {
    let secrets = connection.credentials.iter().chain(connection.tokens.iter());
    let spelled = secrets.flat_map(|(_, secret)| {
        let secret = secret.expose_secret();
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        [secret.to_owned(), encoded, BASE64_STANDARD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)]
    });
    spelled.collect()
}

/// A provider that repeats what it was sent, as pages for finding faults do.
#[tokio::test]
async fn a_provider_that_repeats_secrets_gets_none_of_them_kept() {
    for good in all() {
        let spellings = spellings(&good.connection);
        let said = spellings.join(" ");
        for body in [json!({"error": said}), json!({"message": said}), json!({"errors": [{"message": said}]})]
        {
            for status in [200, 400, 401, 500] {
                let verification = outcome(&good.connection, vec![json_answer(status, &body)]).await;
                let shown = format!("{verification:?}");
                for secret in &spellings {
                    assert!(!shown.contains(secret), "{} {}: {shown}", good.connection.provider, good.method);
                }
                assert!(!shown.contains("planted"), "{} {}: {shown}", good.connection.provider, good.method);
            }
        }
    }
}

#[tokio::test]
async fn what_was_made_of_secrets_is_one() {
    let pair = BASE64_STANDARD.encode("ann@example.com/token:planted-token");
    let proof = "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a";
    let zendesk = json!({"subdomain": "acme", "email": "ann@example.com"});
    for (connection, made) in [
        (connection("zendesk", zendesk, &[("api_token", "planted-token")]), pair.as_str()),
        (
            connection("messenger", json!({}), &[("page_access_token", "token"), ("app_secret", "secret")]),
            proof,
        ),
    ] {
        let body = json!({"message": format!("you sent {made}")});
        let verification = outcome(&connection, vec![json_answer(401, &body)]).await;
        assert_eq!(verification.detail.as_deref(), Some("you sent ***"));
    }
}

#[tokio::test]
async fn a_fact_that_is_a_secret_is_not_kept() {
    let (connection, mut answer) = slack();
    answer["team"] = json!("the team of xoxb-planted-1");
    answer["user"] = json!("XOXB-PLANTED-1");
    let verification = outcome(&connection, vec![json_answer(200, &answer)]).await;
    assert_eq!(verification.class, Class::Ok);
    assert_eq!(Value::Object(verification.facts), json!({"team_id": "T1"}));
}

#[test]
fn a_verifier_shows_origins_and_nothing_else() {
    let shown = format!("{:?}", verifier_at("slack", 4000));
    assert!(shown.contains("http://127.0.0.1:4000"), "{shown}");
}
