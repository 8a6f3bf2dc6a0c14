//! Where browsers start an authorization, and come back from providers.

mod closed;
mod returning;
mod starting;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::test::read_body;
use chrono::TimeDelta;
use patchbay_application::oauth::Addresses;
use patchbay_domain::{
    Actor, AskedScopes, Authorization, AuthorizationId, Browser, Clock, CredentialName, Credentials,
    ExchangeError, Granted, Health, KeyId, ProviderId, Sealed, SecretDigest, Verification, VerificationClass,
};
use secrecy::SecretString;

use super::*;

const LINK: &str = "planted-link";
const STATE: &str = "planted-state";
const KEPT: &str = "planted-cookie";
const CODE: &str = "planted-code";
const DONE: &str = "https://app.example/done?from=patchbay";

/// The cookie of [`STATE`], by plain http and by https.
const COOKIE: &str = "patchbay-oauth-706c616e";
const HOST_COOKIE: &str = "__Host-patchbay-oauth-706c616e";

/// What stands for the digest of a text: its beginning.
fn digest(text: &str) -> SecretDigest {
    let mut digest = [0; 32];
    digest.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    SecretDigest(digest)
}

fn now() -> DateTime<Utc> {
    FixedClock::default().now()
}

/// An authorization whose link nobody has followed.
fn begun() -> Authorization {
    let integration = an_integration();
    let parts = integration.parts();
    Authorization {
        id: AuthorizationId::from_uuid(Uuid::from_u128(0xF)),
        organisation_id: parts.organisation_id,
        environment_id: parts.environment_id,
        integration_id: parts.id,
        provider: ProviderId::slack(),
        begun_by: Actor::Operator,
        redirect_uri: "https://patchbay.example/oauth/callback/slack".to_owned(),
        scopes: AskedScopes::usual(),
        return_to: None,
        link: digest(LINK),
        browser: None,
        used_at: None,
        expires_at: now() + TimeDelta::minutes(10),
    }
}

/// One whose browser is at the provider.
fn started() -> Authorization {
    Authorization { browser: Some(Browser { state: digest(STATE), cookie: digest(KEPT) }), ..begun() }
}

fn granted() -> Granted {
    Granted {
        tokens: Credentials::single(CredentialName::access_token(), "planted-token".into()),
        account: None,
        scopes: Vec::new(),
        lifetime: None,
        refresh_lifetime: None,
        facts: serde_json::Map::new(),
    }
}

/// A provider that answers what comes back with `returned`, and grants for every code.
fn provider(returned: fn() -> Result<SecretString, ExchangeError>) -> MockOAuthExchanger {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_authorize_url().returning(|_, request| {
        Ok(format!("https://slack.com/authorize?state={}", request.state.expose_secret()).into())
    });
    exchanger.expect_returned().returning(move |_, _| returned());
    exchanger.expect_exchange().returning(|_, _| Ok(granted()));
    exchanger
}

fn one_time() -> MockOneTimeSecrets {
    let mut secrets = MockOneTimeSecrets::new();
    let mut minted = [STATE, KEPT].into_iter().cycle();
    secrets.expect_mint().returning(move || Ok(minted.next().unwrap_or_default().into()));
    secrets.expect_digest().returning(|secret| digest(secret.expose_secret()));
    secrets.expect_derived().returning(|_, _| "planted-verifier".into());
    secrets
}

/// Ports that know `authorization` and no other, at a service with this public URL.
fn knowing(authorization: &Authorization, public_url: &str) -> Ports {
    let mut authorizations = MockAuthorizationDirectory::new();
    let (by_link, by_state) = (authorization.clone(), authorization.clone());
    authorizations
        .expect_find_by_link()
        .returning(move |link| Ok(Some(by_link.clone()).filter(|one| one.link == link)));
    authorizations.expect_find_by_state().returning(move |state| {
        let is_meant = |one: &Authorization| one.browser.is_some_and(|browser| browser.state == state);
        Ok(Some(by_state.clone()).filter(is_meant))
    });
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| Ok(()));
    let mut organisations = MockOrganisationDirectory::new();
    organisations.expect_find().returning(|_| Ok(Some(owner().organisation)));
    let mut refreshes = MockRefreshRepository::new();
    refreshes.expect_find().returning(|_, _| Ok(None));
    let mut vault = MockVault::new();
    vault.expect_seal().returning(|_, _| Ok(Sealed::new(KeyId::parse("k1").unwrap(), vec![1])));
    let mut health = MockHealthRepository::new();
    health.expect_find().returning(|_, _| Ok(Health::unknown()));
    let mut verifier = MockCredentialVerifier::new();
    verifier.expect_verify().returning(|_| Verification::of(VerificationClass::Ok));
    Ports {
        authorizations: Arc::new(authorizations),
        organisations: Arc::new(organisations),
        refreshes: Arc::new(refreshes),
        vault: Arc::new(vault),
        health: Arc::new(health),
        verifier: Arc::new(verifier),
        secrets: Arc::new(one_time()),
        exchanger: Arc::new(provider(|| Ok(CODE.into()))),
        addresses: Arc::new(Addresses { public_url: public_url.to_owned(), ..Addresses::default() }),
        ..ports(finding(), work)
    }
}

/// By plain http.
fn plain(authorization: &Authorization) -> Ports {
    knowing(authorization, "http://127.0.0.1:8080")
}

fn start(link: &str) -> TestRequest {
    TestRequest::get().uri(&format!("/oauth/start/{link}"))
}

/// Comes back with the cookie of [`STATE`].
fn callback(query: &str) -> TestRequest {
    TestRequest::get()
        .uri(&format!("/oauth/callback/slack?{query}"))
        .insert_header(("cookie", format!("a=b; {COOKIE}={KEPT}")))
}

fn whole_query() -> String {
    format!("code={CODE}&state={STATE}")
}

struct Page {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a page of our own with this title.
    fn expect(&self, status: u16, title: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert!(self.text.contains(&format!("<h1>{title}</h1>")), "{}", self.text);
        let kind =
            (self.header("content-type"), self.header("cache-control"), self.header("referrer-policy"));
        assert_eq!(kind, ("text/html; charset=utf-8", "no-store", "no-referrer"));
        assert!(self.header("content-security-policy").starts_with("default-src 'none'; frame-ancestors"));
        assert!(!self.text.contains("planted"), "{}", self.text);
    }
}

async fn page(response: ServiceResponse<BoxBody>) -> Page {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Page { status, headers, text: String::from_utf8(read_body(response).await.to_vec()).unwrap() }
}

/// What an interface in this state answers one after the other.
async fn pages(state: HttpState, requests: impl IntoIterator<Item = TestRequest>) -> Vec<Page> {
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    let mut pages = Vec::new();
    for request in requests {
        pages.push(page(call_service(&service, request.to_request()).await).await);
    }
    pages
}

async fn shown(state: HttpState, request: TestRequest) -> Page {
    pages(state, [request]).await.remove(0)
}
