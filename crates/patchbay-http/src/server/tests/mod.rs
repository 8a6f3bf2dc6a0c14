//! What the interface answers when what it stands on fails: the ports are mocks.

mod browsers;
mod choices;
mod exchanges;
mod gates;
mod metrics;
mod native;
mod overheard;
mod panics;

use std::num::NonZeroU32;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use chrono::{DateTime, Utc};
use patchbay_application::{Background, Pause, Ports};
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    ApiKey, ApiKeyId, ApiKeyName, EnvironmentId, FetchError, Integration, IntegrationDraft, IntegrationId,
    IntegrationName, KeyHash, KeyKind, KeyOwner, MockAuthorizationDirectory, MockChannelConfigRepository,
    MockCredentialVerifier, MockEnvironmentRepository, MockFingerprinter, MockHealthRepository,
    MockIntegrationRepository, MockKeyLookup, MockKeyScheme, MockKeyUses, MockManifestFetcher,
    MockManifestRepository, MockOAuthExchanger, MockOneTimeSecrets, MockOrganisationDirectory,
    MockProviderDirectory, MockRankingRepository, MockReceiptRepository, MockRefreshRepository,
    MockSettingRepository, MockUnitOfWork, MockVault, Organisation, OrganisationId, OrganisationName,
    Permissions, Provider, ProviderId, RepositoryError,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::RateLimitOptions;
use crate::dialects;
use crate::meter::Answered;

mod rate_limits;

const ORGANISATION: &str = "00000000-0000-7000-8000-00000000000a";
const INTEGRATION: &str = "00000000-0000-7000-8000-000000000001";

fn owner() -> KeyOwner {
    let organisation = Organisation {
        id: ORGANISATION.parse().unwrap(),
        name: OrganisationName::parse("acme").unwrap(),
        default_environment: EnvironmentId::from_uuid(Uuid::from_u128(0xE)),
        created_at: DateTime::<Utc>::default(),
    };
    let key = ApiKey {
        id: ApiKeyId::from_uuid(Uuid::from_u128(0xC)),
        organisation_id: OrganisationId::from_uuid(organisation.id.as_uuid()),
        environment_id: None,
        name: ApiKeyName::parse("test").unwrap(),
        kind: KeyKind::Generic,
        prefix: "ck_".to_owned(),
        hash: KeyHash::from_bytes([1; 32]),
        permissions: Permissions::all(),
        requests_per_minute: None,
        expires_at: None,
        created_at: DateTime::<Utc>::default(),
        last_used_at: None,
        revoked_at: None,
    };
    KeyOwner { key, organisation }
}

/// A stored integration without secrets.
fn an_integration() -> Integration {
    let draft = IntegrationDraft::new(ProviderId::slack(), IntegrationName::parse("Team").unwrap());
    let KeyOwner { organisation, .. } = owner();
    let id: IntegrationId = INTEGRATION.parse().unwrap();
    Integration::create(id, organisation.id, organisation.default_environment, draft, DateTime::UNIX_EPOCH)
}

/// Finds [`an_integration`], and no other.
fn finding() -> MockIntegrationRepository {
    let mut integrations = MockIntegrationRepository::new();
    let found = |id: IntegrationId| (id == an_integration().id()).then(an_integration);
    integrations.expect_find().returning(move |_, id| Ok(found(id)));
    integrations
}

struct Spawned;

impl Background for Spawned {
    fn run(&self, work: futures_util::future::BoxFuture<'static, ()>) {
        actix_web::rt::spawn(work);
    }
}

/// Does not wait.
struct NoPause;

impl Pause for NoPause {
    fn pause(&self, _: Duration) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}

struct Ready;

#[async_trait::async_trait]
impl Readiness for Ready {
    async fn check(&self) -> Result<(), String> {
        Err("migrations are pending".to_owned())
    }
}

/// Writes down what it hears.
#[derive(Default)]
struct Counts {
    began: AtomicUsize,
    ended: Mutex<Vec<Option<Answered>>>,
}

impl Meter for Counts {
    fn began(&self) {
        self.began.fetch_add(1, Ordering::SeqCst);
    }

    fn ended(&self, answered: Option<&Answered>) {
        self.ended.lock().unwrap().push(answered.copied());
    }

    fn report(&self) -> String {
        "patchbay_x 1\n".to_owned()
    }
}

fn no_provider() -> MockProviderDirectory {
    let mut providers = MockProviderDirectory::new();
    providers.expect_described().returning(|id| Arc::new(Provider::unknown(id.clone())));
    providers
}

fn nothing_to_fetch() -> MockManifestFetcher {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().returning(|_| Err(FetchError::NotAUrl));
    fetcher
}

/// `key` is the key of [`owner`], and no other text is one.
fn one_key() -> (MockKeyScheme, MockKeyLookup) {
    let mut scheme = MockKeyScheme::new();
    scheme
        .expect_read()
        .returning(|text| (text.expose_secret() == "key").then(|| KeyHash::from_bytes([1; 32])));
    let mut keys = MockKeyLookup::new();
    keys.expect_find_by_hash().returning(|_| Ok(Some(Arc::new(owner()))));
    (scheme, keys)
}

/// No limit of any kind.
fn unlimited() -> RateLimitOptions {
    RateLimitOptions {
        requests_per_minute: None,
        burst: NonZeroU32::MIN,
        failed_auth_per_minute: None,
        trusted_proxies: Vec::new(),
    }
}

/// Ports over this store; nothing is expected of the others.
fn ports(integrations: MockIntegrationRepository, work: MockUnitOfWork) -> Ports {
    let (scheme, keys) = one_key();
    let mut uses = MockKeyUses::new();
    uses.expect_note().return_const(());
    Ports {
        scheme: Arc::new(scheme),
        keys: Arc::new(keys),
        uses: Arc::new(uses),
        integrations: Arc::new(integrations),
        manifests: Arc::new(MockManifestRepository::new()),
        settings: Arc::new(MockSettingRepository::new()),
        channels: Arc::new(MockChannelConfigRepository::new()),
        receipts: Arc::new(MockReceiptRepository::new()),
        fingerprints: Arc::new(MockFingerprinter::new()),
        work: Arc::new(work),
        vault: Arc::new(MockVault::new()),
        health: Arc::new(MockHealthRepository::new()),
        verifier: Arc::new(MockCredentialVerifier::new()),
        providers: Arc::new(no_provider()),
        fetcher: Arc::new(nothing_to_fetch()),
        exchanger: Arc::new(MockOAuthExchanger::new()),
        authorizations: Arc::new(MockAuthorizationDirectory::new()),
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        refreshes: Arc::new(MockRefreshRepository::new()),
        secrets: Arc::new(MockOneTimeSecrets::new()),
        organisations: Arc::new(MockOrganisationDirectory::new()),
        addresses: Arc::default(),
        background: Arc::new(Spawned),
        pause: Arc::new(NoPause),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
        system_apps: Arc::default(),
        lease: Duration::from_secs(60),
    }
}

fn state(integrations: MockIntegrationRepository, work: MockUnitOfWork) -> HttpState {
    over(&ports(integrations, work))
}

/// An interface over these ports.
fn over(ports: &Ports) -> HttpState {
    let limits = Limits { body_bytes: 1000, request_timeout: Duration::from_millis(20) };
    let meter = Arc::new(Counts::default());
    HttpState {
        services: Services::over(ports),
        addresses: ports.addresses.clone(),
        readiness: Arc::new(Ready),
        ids: ports.ids.clone(),
        clock: ports.clock.clone(),
        limits,
        rate_limits: RateLimits::new(unlimited()),
        meter,
        metrics_token: None,
        spans_exported: false,
    }
}

/// An interface over a store that does nothing.
fn usual() -> HttpState {
    state(MockIntegrationRepository::new(), MockUnitOfWork::new())
}

/// The answer to a request at an interface in this state.
async fn answer(state: HttpState, request: TestRequest) -> (StatusCode, bool, Value) {
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    let response = call_service(&service, request.to_request()).await;
    let (status, retry) = (response.status(), response.headers().contains_key(RETRY_AFTER));
    assert!(response.headers().contains_key("x-request-id"));
    (status, retry, read_body_json(response).await)
}

fn list() -> TestRequest {
    TestRequest::get()
        .uri(&format!("/organisations/{ORGANISATION}/integrations"))
        .insert_header(("authorization", "Bearer key"))
}

fn create() -> TestRequest {
    TestRequest::post()
        .uri(&format!("/organisations/{ORGANISATION}/integrations"))
        .insert_header(("authorization", "Bearer key"))
        .set_payload(r#"{"name":"a","json_url":"b"}"#)
}

async fn list_with(error: RepositoryError) -> (StatusCode, bool, Value) {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_list().return_once(|_, _, _| Err(error));
    answer(state(integrations, MockUnitOfWork::new()), list()).await
}

fn refusal(status: u16, message: &str, error: &str) -> Value {
    json!({"status": "error", "status_code": status, "message": message, "error": error})
}

#[actix_web::test]
async fn a_busy_or_unreachable_database_asks_to_come_again() {
    let (status, retry, body) = list_with(RepositoryError::Busy).await;
    assert_eq!((status.as_u16(), retry), (503, true));
    assert_eq!(body, refusal(503, "Service unavailable", "the service is busy"));

    let (status, retry, body) = list_with(RepositoryError::unavailable("host db.internal said no")).await;
    assert_eq!((status.as_u16(), retry), (503, true));
    assert_eq!(body, refusal(503, "Service unavailable", "a dependency is unavailable"));
}

#[actix_web::test]
async fn an_unreadable_row_is_a_fault_of_the_service_that_shows_no_insides() {
    let (status, _, body) = list_with(RepositoryError::corrupt("integration", "planted detail")).await;
    assert_eq!((status.as_u16(), body), (500, refusal(500, "Internal server error", "internal error")));
}

#[actix_web::test]
async fn a_database_that_does_not_answer_in_time_costs_its_own_request() {
    let (status, _, body) = list_with(RepositoryError::TimedOut).await;
    assert_eq!(
        (status.as_u16(), body),
        (504, refusal(504, "Request timed out", "the request took too long"))
    );
}

/// A store that never answers.
struct Hung;

#[async_trait::async_trait]
impl patchbay_domain::UnitOfWork for Hung {
    async fn commit(
        &self,
        _: &patchbay_domain::Scope,
        _: patchbay_domain::Changes,
    ) -> Result<(), RepositoryError> {
        std::future::pending().await
    }
}

#[actix_web::test]
async fn a_request_that_takes_too_long_is_answered_504() {
    let mut state = usual();
    state.services.create_integration.work = Arc::new(Hung);
    let (status, _, body) = answer(state, create()).await;
    assert_eq!(
        (status.as_u16(), body),
        (504, refusal(504, "Request timed out", "the request took too long"))
    );
}

#[actix_web::test]
async fn readiness_tells_why_not() {
    let (status, _, body) = answer(usual(), TestRequest::get().uri("/readyz")).await;
    assert_eq!(status.as_u16(), 503);
    assert_eq!(body, json!({"status": "unavailable", "reason": "migrations are pending"}));
}
