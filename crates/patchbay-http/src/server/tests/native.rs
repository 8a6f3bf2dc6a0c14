//! The native API: what it shows, and how it refuses.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::test::read_body;
use patchbay_domain::{ExchangeError, Health, ProviderId, SecretDigest, Verification, VerificationClass};

use super::*;

const PLACE: &str = "/patchbay/v1/integrations/00000000-0000-7000-8000-000000000001";

/// Knows Slack, where people can be sent if `is_authorizable`.
fn knowing(is_authorizable: bool) -> MockProviderDirectory {
    let mut providers = MockProviderDirectory::new();
    let provider =
        move |id: &ProviderId| Arc::new(Provider { is_authorizable, ..Provider::unknown(id.clone()) });
    providers.expect_described().returning(provider);
    providers
}

fn with_health(health: Health) -> HttpState {
    let mut known = MockHealthRepository::new();
    known.expect_find().returning(move |_, _| Ok(health.clone()));
    over(&Ports { health: Arc::new(known), ..ports(finding(), MockUnitOfWork::new()) })
}

fn checked(class: VerificationClass) -> Health {
    Health::unknown().after(&Verification::of(class), DateTime::UNIX_EPOCH)
}

async fn asked(state: HttpState, request: TestRequest) -> ServiceResponse<BoxBody> {
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    call_service(&service, request.to_request()).await
}

fn at(method: Method, path: &str) -> TestRequest {
    TestRequest::with_uri(path).method(method).insert_header(("authorization", "Bearer key"))
}

fn header<'a>(response: &'a ServiceResponse<BoxBody>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn an_integration_is_shown_with_what_is_known_of_its_health() {
    let response = asked(with_health(Health::unknown()), at(Method::GET, PLACE)).await;
    assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "application/json"));
    let unknown = json!({
        "id": INTEGRATION, "environment_id": "00000000-0000-0000-0000-00000000000e", "provider": "slack", "name": "Team",
        "status": "active",
        "health": {"state": "unverified", "class": null, "since": null, "remedy": null, "checked_at": null},
        "facts": {}, "created_at": "1970-01-01T00:00:00.000000Z", "updated_at": "1970-01-01T00:00:00.000000Z",
    });
    // The order of the members counts.
    let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
    assert_eq!(body, unknown.to_string());

    let broken = with_health(checked(VerificationClass::CredentialsRejected));
    let body: Value = read_body_json(asked(broken, at(Method::GET, PLACE)).await).await;
    let expected = json!({
        "state": "broken", "class": "credentials_rejected", "since": "1970-01-01T00:00:00.000000Z",
        "remedy": "Make new credentials at the provider and enter them here.",
        "checked_at": "1970-01-01T00:00:00.000000Z",
    });
    assert_eq!(body["health"], expected);
}

#[actix_web::test]
async fn what_is_known_is_sent_again_once_the_health_is_another() {
    let first = asked(with_health(checked(VerificationClass::Ok)), at(Method::GET, PLACE)).await;
    let tag = header(&first, "etag").to_owned();
    let again = |state| asked(state, at(Method::GET, PLACE).insert_header(("if-none-match", tag.clone())));
    let same = again(with_health(checked(VerificationClass::Ok))).await;
    assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, tag.as_str()));
    let changed = again(with_health(checked(VerificationClass::OkWithWarnings))).await;
    assert_eq!(changed.status().as_u16(), 200);
    assert_ne!(header(&changed, "etag"), tag);
}

#[actix_web::test]
async fn verifying_shows_what_the_provider_was_found_to_say() {
    let (mut verifier, mut health) = (MockCredentialVerifier::new(), MockHealthRepository::new());
    verifier.expect_verify().once().returning(|_| {
        let facts = serde_json::Map::from_iter([("team".to_owned(), json!("acme"))]);
        Verification { facts, ..Verification::of(VerificationClass::Ok) }
    });
    health.expect_find().returning(|_, _| Ok(Health::unknown()));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, _| Ok(()));
    let ports = Ports { verifier: Arc::new(verifier), health: Arc::new(health), ..ports(finding(), work) };
    let (status, _, body) = answer(over(&ports), at(Method::POST, &format!("{PLACE}/verify"))).await;
    assert_eq!((status.as_u16(), &body["health"]["state"]), (200, &json!("valid")));
    assert_eq!(body["facts"], json!({"team": "acme"}));
    assert_eq!(body["updated_at"], "2026-01-01T00:00:00.000000Z");
}

/// An interface whose provider sends people somewhere, or fails with what `fails` makes.
fn sending(fails: Option<fn() -> ExchangeError>) -> HttpState {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_authorize_url().returning(move |_, _| match fails {
        None => Ok("https://slack.com/authorize".into()),
        Some(error) => Err(error()),
    });
    let mut secrets = MockOneTimeSecrets::new();
    secrets.expect_mint().returning(|| Ok("a-link".into()));
    secrets.expect_digest().returning(|_| SecretDigest([1; 32]));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| Ok(()));
    let addresses = patchbay_application::oauth::Addresses {
        public_url: "https://patchbay.example".to_owned(),
        allowed_returns: vec!["https://app.example/done".to_owned()],
        ..Default::default()
    };
    over(&Ports {
        exchanger: Arc::new(exchanger),
        secrets: Arc::new(secrets),
        providers: Arc::new(knowing(true)),
        addresses: Arc::new(addresses),
        ..ports(finding(), work)
    })
}

fn authorize(body: &'static str) -> TestRequest {
    at(Method::POST, &format!("{PLACE}/authorize")).set_payload(body)
}

#[actix_web::test]
async fn a_link_is_handed_out_and_kept_by_no_cache() {
    for body in ["", "{}", r#"{"return_to":"https://app.example/done","unknown":1}"#] {
        let response = asked(sending(None), authorize(body)).await;
        assert_eq!((response.status().as_u16(), header(&response, "cache-control")), (200, "no-store"));
        let shown: Value = read_body_json(response).await;
        let url = "https://patchbay.example/oauth/start/a-link";
        assert_eq!(shown, json!({"url": url, "expires_at": "2026-01-01T00:10:00.000000Z"}), "{body}");
    }
}

#[actix_web::test]
async fn nobody_is_sent_back_to_where_it_is_not_allowed() {
    let (status, _, body) =
        answer(sending(None), authorize(r#"{"return_to":"https://evil.example/planted"}"#)).await;
    let why = "is not one of the addresses that the operator allows";
    let expected = json!({
        "type": "urn:patchbay:problem:invalid-request", "title": "The request is not valid", "status": 400,
        "detail": format!("return_to {why}"), "errors": [{"pointer": "#/return_to", "detail": why}],
    });
    assert_eq!((status.as_u16(), body), (400, expected));
}

#[actix_web::test]
async fn what_is_missing_for_a_provider_is_a_problem_of_its_own() {
    let incomplete = || ExchangeError::Incomplete { what: "shop_domain".to_owned() };
    let (status, _, body) = answer(sending(Some(incomplete)), authorize("")).await;
    let of_type = "urn:patchbay:problem:integration-incomplete";
    assert_eq!(
        (status.as_u16(), &body["type"], &body["detail"]),
        (409, &json!(of_type), &json!("shop_domain is missing"))
    );
    let (status, _, body) = answer(sending(Some(|| ExchangeError::NotConfigured)), authorize("")).await;
    let of_type = "urn:patchbay:problem:provider-not-configured";
    assert_eq!((status.as_u16(), &body["type"]), (409, &json!(of_type)));
}

#[actix_web::test]
async fn every_refusal_is_a_problem() {
    let unknown = "/patchbay/v1/integrations/00000000-0000-7000-8000-000000000002";
    let verify = format!("{PLACE}/verify");
    let anonymous = |path: &str| TestRequest::get().uri(path);
    let large = " ".repeat(1001);
    let cases = [
        (anonymous(PLACE), 401, "Unauthorized"),
        (anonymous(PLACE).insert_header(("authorization", "Basic planted")), 401, "Unauthorized"),
        (at(Method::GET, unknown), 404, "Not Found"),
        (at(Method::GET, "/patchbay/v1/integrations/planted"), 404, "Not Found"),
        (at(Method::GET, "/patchbay/v1"), 404, "Not Found"),
        (at(Method::GET, "/patchbay/v1/planted"), 404, "Not Found"),
        (at(Method::DELETE, PLACE), 405, "Method Not Allowed"),
        (at(Method::GET, &verify), 405, "Method Not Allowed"),
        (authorize("{ planted"), 400, "The request is not valid"),
        (authorize("[]"), 400, "The request is not valid"),
        (authorize(" "), 400, "The request is not valid"),
        (authorize(r#"{"return_to":null}"#), 400, "The request is not valid"),
        (authorize("").set_payload(large), 413, "Payload Too Large"),
        (at(Method::POST, &verify).insert_header(("idempotency-key", "")), 400, "The request is not valid"),
    ];
    for (request, status, title) in cases {
        let response = asked(with_health(Health::unknown()), request).await;
        assert_eq!(header(&response, "content-type"), "application/problem+json");
        assert_eq!(response.status().as_u16(), status, "{title}");
        let body: Value = read_body_json(response).await;
        assert_eq!((&body["status"], &body["title"]), (&json!(status), &json!(title)));
        assert!(!body.to_string().contains("planted"), "{body}");
    }
}

#[actix_web::test]
async fn refusals_say_in_headers_how_to_go_on() {
    let said = async |request, name: &str| {
        let response = asked(with_health(Health::unknown()), request).await;
        header(&response, name).to_owned()
    };
    assert_eq!(said(TestRequest::get().uri(PLACE), "www-authenticate").await, r#"Bearer realm="patchbay""#);
    let basic = TestRequest::get().uri(PLACE).insert_header(("authorization", "Basic a"));
    let challenge = r#"Bearer realm="patchbay", error="invalid_token""#;
    assert_eq!(said(basic, "www-authenticate").await, challenge);
    assert_eq!(said(at(Method::DELETE, PLACE), "allow").await, "GET, HEAD");
    assert_eq!(said(at(Method::GET, &format!("{PLACE}/authorize")), "allow").await, "POST");
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_find().return_once(|_, _| Err(RepositoryError::Busy));
    let busy = asked(state(integrations, MockUnitOfWork::new()), at(Method::GET, PLACE)).await;
    assert_eq!((busy.status().as_u16(), header(&busy, "retry-after")), (503, "1"));
}
