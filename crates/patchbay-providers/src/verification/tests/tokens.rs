//! Tokens that are got without a person.

use std::sync::OnceLock;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use patchbay_domain::VerificationClass as Class;
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use rstest::rstest;
use rustls::SignatureScheme;
use serde_json::json;

use super::*;
use crate::testing::connections::credentials;

/// The key of a service account that is good here alone.
fn key() -> &'static KeyPair {
    static KEY: OnceLock<KeyPair> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap())
}

/// A private key as PEM (RFC 7468).
fn pem(key: &KeyPair) -> String {
    let lines = BASE64_STANDARD.encode(key.serialized_der());
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}

/// The file of a service account.
pub(super) fn service_account() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| document(&pem(key())).to_string())
}

fn document(private_key: &str) -> Value {
    json!({
        "type": "service_account", "project_id": "acme-1", "private_key_id": "k1",
        "private_key": private_key, "client_email": "bot@acme-1.example",
        "token_uri": "https://evil.example/token",
    })
}

fn fcm(service_account: &str) -> OpenConnection {
    connection("fcm", json!({}), &[("service_account", service_account)])
}

fn token() -> Manner {
    json_answer(200, &json!({"access_token": "planted-token", "expires_in": 3599}))
}

/// The parameters of a form.
fn form(request: &str) -> HashMap<String, String> {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

/// A part of a signed token.
fn part(statement: &str, index: usize) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(statement.split('.').nth(index).unwrap()).unwrap()
}

#[tokio::test]
async fn a_service_account_states_who_asks_for_what_and_until_when() {
    let sent = json_answer(200, &json!({"name": "projects/acme-1/messages/1"}));
    let (requests, verification) = asked(&fcm(service_account()), vec![token(), sent]).await;
    assert_eq!(verification.class, Class::Ok, "{verification:?}");
    assert!(requests[0].starts_with("POST /token HTTP/1.1\r\n"), "{}", requests[0]);
    let form = form(&requests[0]);
    assert_eq!(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(form.len(), 2, "{form:?}");
    let read = |index| serde_json::from_slice::<Value>(&part(&form["assertion"], index)).unwrap();
    assert_eq!(read(0), json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
    assert_eq!(
        read(1),
        json!({
            "iss": "bot@acme-1.example", "aud": "https://oauth2.googleapis.com/token",
            "scope": "https://www.googleapis.com/auth/firebase.messaging",
            "iat": 1_795_176_000, "exp": 1_795_176_600,
        }),
        "and it is the entry that says who is asked"
    );
}

#[tokio::test]
async fn a_statement_is_signed_with_the_key_of_its_document() {
    let (requests, _) = asked(&fcm(service_account()), vec![token(), json_answer(401, &json!({}))]).await;
    let statement = form(&requests[0])["assertion"].clone();
    let (said, _) = statement.rsplit_once('.').unwrap();
    let algorithms = rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms;
    let wanted = |(scheme, _): &&(SignatureScheme, _)| *scheme == SignatureScheme::RSA_PKCS1_SHA256;
    let (_, known) = algorithms.mapping.iter().find(wanted).unwrap();
    let is_signed = |said: &str| {
        let signature = part(&statement, 2);
        let public = key().public_key_raw();
        known.iter().any(|one| one.verify_signature(public, said.as_bytes(), &signature).is_ok())
    };
    assert!(is_signed(said) && !is_signed("something else"));
}

#[tokio::test]
async fn checks_are_made_with_the_token_and_with_what_the_document_says() {
    let sent = json_answer(200, &json!({"name": "x"}));
    let (requests, verification) = asked(&fcm(service_account()), vec![token(), sent]).await;
    assert!(
        requests[1].starts_with("POST /v1/projects/acme-1/messages:send HTTP/1.1\r\n"),
        "{}",
        requests[1]
    );
    assert!(requests[1].contains("authorization: Bearer planted-token\r\n"), "{}", requests[1]);
    assert!(requests[1].contains(r#""validate_only":true"#), "{}", requests[1]);
    assert_eq!(Value::Object(verification.facts), json!({"project_id": "acme-1"}));
}

/// Texts that are no service account that could sign.
#[rstest]
#[case::no_json("planted", "service_account is no JSON")]
#[case::nobody(r#"{"private_key":"planted"}"#, "service_account/client_email")]
#[case::no_key(r#"{"client_email":"planted"}"#, "service_account/private_key")]
#[case::no_pem(&document("planted").to_string(), "the private key is no RSA key in PEM")]
#[case::another_kind(
    &document(&pem(&KeyPair::generate().unwrap())).to_string(),
    "the private key is no RSA key in PEM"
)]
#[tokio::test]
async fn a_document_that_cannot_sign_asks_nobody(#[case] text: &str, #[case] detail: &str) {
    let (requests, verification) = asked(&fcm(text), vec![token()]).await;
    assert_eq!((requests.len(), verification.class), (0, Class::Incomplete));
    assert_eq!(verification.detail.as_deref(), Some(detail));
}

/// What a token endpoint answers, and what it means.
#[rstest]
#[case(400, json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}), Class::CredentialsRejected)]
#[case(401, json!({"error": "invalid_client"}), Class::CredentialsRejected)]
#[case(400, json!({"error": "unauthorized_client"}), Class::CredentialsRejected)]
#[case(401, json!({}), Class::CredentialsRejected)]
#[case(400, json!({"error": "invalid_scope"}), Class::PermissionMissing)]
#[case(400, json!({"error": "invalid_request"}), Class::UnexpectedAnswer)]
#[case(400, json!({"error": "temporarily_unavailable"}), Class::ProviderUnreachable)]
#[case(503, json!({}), Class::ProviderUnreachable)]
#[case(429, json!({}), Class::Throttled)]
#[case(200, json!({"token_type": "Bearer"}), Class::CredentialsRejected)]
#[case(200, json!([]), Class::CredentialsRejected)]
#[case(200, json!({"access_token": 7}), Class::UnexpectedAnswer)]
#[case(200, json!({"access_token": ""}), Class::UnexpectedAnswer)]
#[tokio::test]
async fn without_a_token_nothing_more_is_asked(
    #[case] status: u16,
    #[case] body: Value,
    #[case] class: Class,
) {
    let (requests, verification) = asked(&fcm(service_account()), vec![json_answer(status, &body)]).await;
    assert_eq!((requests.len(), verification.class), (1, class), "{verification:?}");
    assert!(verification.facts.is_empty() && verification.detail.is_some(), "{verification:?}");
}

/// A provider that repeats what it was asked with, or what it gave.
#[tokio::test]
async fn neither_statement_nor_token_is_repeated() {
    let connection = fcm(service_account());
    let told = json!({"error": {"message": "not planted-token but bot@acme-1.example"}});
    let (requests, verification) = asked(&connection, vec![token(), json_answer(400, &told)]).await;
    assert_eq!(verification.detail.as_deref(), Some("not *** but ***"));
    let ring_central = connection_by_statement();
    let told = json!({"error_description": "planted-statement is over"});
    let (_, refused) = asked(&ring_central, vec![json_answer(400, &told)]).await;
    assert_eq!(refused.detail.as_deref(), Some("*** is over"));
    assert_eq!(requests.len(), 2);
}

fn connection_by_statement() -> OpenConnection {
    let secrets = [("client_secret", "se:cret"), ("jwt", "planted-statement")];
    connection("ring_central", json!({"client_id": "a p"}), &secrets)
}

#[tokio::test]
async fn a_statement_that_its_owner_has_is_handed_on_by_a_named_application() {
    let extension = json_answer(200, &json!({"extensionNumber": "101"}));
    let (requests, verification) = asked(&connection_by_statement(), vec![token(), extension]).await;
    assert_eq!(verification.class, Class::Ok, "{verification:?}");
    assert_eq!(form(&requests[0])["assertion"], "planted-statement");
    // RFC 6749 §2.3.1: both are encoded before they are joined.
    let pair = BASE64_STANDARD.encode("a+p:se%3Acret");
    assert!(requests[0].contains(&format!("authorization: Basic {pair}\r\n")), "{}", requests[0]);
}

#[tokio::test]
async fn an_application_that_gets_a_token_has_shown_that_it_works() {
    let configuration = json!({"client_id": "app", "tenant_id": "acme.example"});
    let teams = connection("msteams", configuration, &[("client_secret", "planted")]);
    let (requests, verification) = asked(&teams, vec![token()]).await;
    assert_eq!((requests.len(), verification.class), (1, Class::Ok));
    assert!(requests[0].starts_with("POST /acme.example/oauth2/v2.0/token HTTP/1.1\r\n"), "{}", requests[0]);
    let expected = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_id", "app"),
        ("client_secret", "planted"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(form(&requests[0]), HashMap::from(expected));
}

#[tokio::test]
async fn an_application_without_a_name_asks_nobody() {
    let entry = foreign(
        "[[auth]]\nid = 'app'\ntype = 'oauth2_client'\nclient_auth = 'basic'\n\
         token_url = 'https://api.example.com/token'\nread = { access_token = '/access_token' }\n",
    );
    let server = scripted(vec![token()]).await;
    let connection = connection("foreign", json!({}), &[]);
    let verification = verifier_at("foreign", server.port).verify_by(&entry, &connection).await;
    assert_eq!((verification.class, server.connections()), (Class::Incomplete, 0));
    assert_eq!(verification.detail.as_deref(), Some("client_id"));
}

/// An entry that logs in with what its owner has.
const LOGIN: &str = r#"
[[fields]]
key = "user"
kind = "text"
[[fields]]
key = "password"
kind = "text"
secret = true
[[auth]]
id = "login"
type = "exchange"
needs = ["user", "password"]
token_url = "https://api.example.com/login"
body = "json"
token_params = { user = "{user}", password = "{password}" }
ok = [{ at = "/ok", is = true }]
error_at = "/why"
read = { access_token = "/session/key" }
sign = { headers = { "x-session" = "{token}" } }
[[verify]]
id = "me"
method = "GET"
url = "https://api.example.com/me"
expect = { status = [200] }
"#;

#[tokio::test]
async fn a_credential_is_exchanged_as_its_entry_says() {
    let given = json_answer(200, &json!({"ok": true, "session": {"key": "planted-session"}}));
    let mut server = scripted(vec![given, json_answer(200, &json!({}))]).await;
    let connection = connection("foreign", json!({"user": "ann"}), &[("password", "planted\"")]);
    let verification = verifier_at("foreign", server.port).verify_by(&foreign(LOGIN), &connection).await;
    assert_eq!(verification.class, Class::Ok, "{verification:?}");
    let (_, body) =
        server.heard().await.split_once("\r\n\r\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"user": "ann", "password": "planted\""}));
    assert!(server.heard().await.contains("x-session: planted-session\r\n"));
}

#[tokio::test]
async fn an_exchange_that_says_no_has_its_own_words() {
    let refused = json_answer(200, &json!({"ok": false, "why": "wrong password planted"}));
    let server = scripted(vec![refused]).await;
    let connection = connection("foreign", json!({"user": "ann"}), &[("password", "planted")]);
    let verification = verifier_at("foreign", server.port).verify_by(&foreign(LOGIN), &connection).await;
    assert_eq!(verification.class, Class::CredentialsRejected);
    assert_eq!(verification.detail.as_deref(), Some("wrong password ***"));
}

#[tokio::test]
async fn a_token_that_is_stored_already_is_used() {
    let entry = foreign(LOGIN);
    let server = scripted(vec![json_answer(200, &json!({}))]).await;
    let stored = OpenConnection {
        tokens: credentials(&[("access_token", "planted-stored")]),
        ..connection("foreign", json!({"user": "ann"}), &[("password", "planted")])
    };
    let verification = verifier_at("foreign", server.port).verify_by(&entry, &stored).await;
    assert_eq!((verification.class, server.connections()), (Class::Ok, 1));
}
