//! The requests for what codes stand for.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_catalogue::{BodyFormat, ClientAuth, Pkce};
use rstest::rstest;

use super::entries::{Way, all};
use super::*;

/// RFC 6749 §2.3.1: both are form-encoded before they are joined.
pub(super) fn basic() -> String {
    format!("Basic {}", BASE64_STANDARD.encode("the+id:planted%3Asecret"))
}

/// Sees that a request for tokens has what its entry says, beside these parameters.
pub(super) fn assert_asked(heard: &Heard, way: &Way, mut expected: BTreeMap<String, String>) {
    let exchange = &way.exchange;
    assert_eq!(heard.line, format!("POST {} HTTP/1.1", way.path(&exchange.token_url, &[])));
    assert_eq!(heard.header("accept"), "application/json");
    let written = match exchange.body {
        BodyFormat::Form => "application/x-www-form-urlencoded",
        BodyFormat::Json => "application/json",
    };
    assert_eq!(heard.header("content-type"), written);
    match exchange.client_auth {
        ClientAuth::Basic => assert_eq!(heard.header("authorization"), basic()),
        ClientAuth::Body => {
            assert_eq!(heard.header("authorization"), "");
            expected.insert("client_id".to_owned(), "the id".to_owned());
            expected.insert("client_secret".to_owned(), SECRET.to_owned());
        }
    }
    for name in exchange.token_headers.0.keys() {
        assert!(!heard.header(name).is_empty(), "{}: {name}", way.id());
    }
    assert_eq!(heard.parameters(), expected, "{}", way.id());
}

fn owned(parameters: &[(&str, &str)]) -> BTreeMap<String, String> {
    parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn every_entry_exchanges_codes_as_it_says() {
    for way in all() {
        let mut server = scripted(vec![json_answer(200, &way.answer)]).await;
        exchanger_at(way.id(), server.port).exchange(&way.connection, &code()).await.unwrap();
        let mut expected = owned(&[
            ("grant_type", "authorization_code"),
            ("code", "planted&code="),
            ("redirect_uri", REDIRECT),
        ]);
        if way.exchange.pkce == Pkce::S256 {
            expected.insert("code_verifier".to_owned(), "planted-verifier".to_owned());
        }
        for (name, template) in &way.exchange.token_params {
            expected.insert(name.clone(), template.to_string());
        }
        assert_asked(&Heard::by(&mut server).await, &way, expected);
        assert_eq!(server.connections(), 1);
    }
}

#[rstest]
#[case::its_own(Some("https://there.example/back"), Some(REDIRECT), Some("https://there.example/back"))]
#[case::configured(None, Some(REDIRECT), Some(REDIRECT))]
#[case::none(None, None, None)]
#[tokio::test]
async fn where_the_code_was_sent_to_is_repeated(
    #[case] of_code: Option<&str>,
    #[case] configured: Option<&str>,
    #[case] sent: Option<&str>,
) {
    let mut server = scripted(vec![json_answer(200, &json!({"ok": true, "access_token": "t"}))]).await;
    let mut exchanger = exchanger_at("slack", server.port);
    let ours = OAuthClient { redirect_uri: configured.map(str::to_owned), ..application() };
    exchanger.applications.insert(provider("slack"), ours);
    let code = AuthorizationCode { redirect_uri: of_code.map(str::to_owned), ..code() };
    exchanger.exchange(&connection("slack", nothing(), &[]), &code).await.unwrap();
    let parameters = Heard::by(&mut server).await.parameters();
    assert_eq!(parameters.get("redirect_uri").map(String::as_str), sent);
}

#[tokio::test]
async fn a_code_of_somebody_elses_has_no_verifier() {
    let answer = json!({"access_token": "t"});
    let mut server = scripted(vec![json_answer(200, &answer)]).await;
    let code = AuthorizationCode { verifier: None, ..code() };
    exchanger_at("gmail", server.port).exchange(&connection("gmail", nothing(), &[]), &code).await.unwrap();
    assert!(!Heard::by(&mut server).await.parameters().contains_key("code_verifier"));
}

#[tokio::test]
async fn a_code_never_leaves_while_something_is_missing() {
    let server = scripted(vec![json_answer(200, &nothing())]).await;
    let error = exchanger_at("shopify", server.port)
        .exchange(&connection("shopify", nothing(), &[]), &code())
        .await
        .unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == "shop_domain"), "{error:?}");
    assert_eq!(server.connections(), 0);
}

#[rstest]
#[case("slack")]
#[case("json_manifest")]
#[case("nobody")]
#[tokio::test]
async fn a_provider_without_an_application_is_not_asked(#[case] id: &str) {
    let (exchanger, granted) = (exchanger(HashMap::new()), granted(id, nothing()));
    for error in [
        exchanger.exchange(&granted, &code()).await.unwrap_err(),
        exchanger.refresh(&granted).await.unwrap_err(),
    ] {
        assert!(matches!(error, ExchangeError::NotConfigured), "{error:?}");
    }
}
