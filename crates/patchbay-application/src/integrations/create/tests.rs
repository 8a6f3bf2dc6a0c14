use super::*;
use crate::testing::{self, a_document, a_name, a_url, caller};
use crate::{Conflict, Shown};
use futures::executor::block_on;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    CredentialName, FetchError, Health, HealthState, IntegrationWrite, MockCredentialVerifier,
    MockEnvironmentRepository, MockManifestFetcher, MockProviderDirectory, MockRankingRepository,
    MockUnitOfWork, MockVault, NoAnswer, Provider, RepositoryError, SettingValue, SettingWrite, Taken,
    UniqueKey, UniqueRule, VerificationClass,
};
use serde_json::{Map, json};

fn new_integration(credentials: Credentials) -> NewIntegration {
    NewIntegration {
        manifest_url: Some(a_url("https://shop.example")),
        credentials,
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        ..NewIntegration::new(ProviderId::json_manifest(), a_name("Shop"))
    }
}

fn a_secret() -> Credentials {
    Credentials::single(CredentialName::auth_credential(), "planted-secret".into())
}

fn run(
    work: MockUnitOfWork,
    vault: MockVault,
    caller: &Caller,
    new: NewIntegration,
) -> Result<Created, AppError> {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().returning(|_| Err(FetchError::TimedOut));
    run_fetching(fetcher, work, vault, caller, new)
}

fn run_fetching(
    fetcher: MockManifestFetcher,
    work: MockUnitOfWork,
    vault: MockVault,
    caller: &Caller,
    new: NewIntegration,
) -> Result<Created, AppError> {
    let create = CreateIntegration {
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        providers: Arc::new(testing::providers()),
        verifier: Arc::new(MockCredentialVerifier::new()),
        fetcher: Arc::new(fetcher),
        work: Arc::new(work),
        vault: Arc::new(vault),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    block_on(create.run(caller, new, Reveal::Echo, &ReceiptFor::none()))
}

#[test]
fn a_caller_without_the_permission_changes_nothing() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().never();
    let reader = caller(&[Permission::IntegrationsRead]);
    // Nor is anything fetched: the mock expects no call.
    let fetcher = MockManifestFetcher::new();
    let outcome = run_fetching(fetcher, work, MockVault::new(), &reader, new_integration(a_secret()));
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
}

#[test]
fn the_integration_its_key_and_its_events_are_one_commit() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let [IntegrationWrite::Insert { integration, claimed }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(claimed, &integration.unique_keys());
        assert_eq!((changes.manifests.len(), changes.settings.len()), (0, 0));
        assert!(integration.credentials().is_some());
        let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
        assert_eq!(types, [EventType::IntegrationCreated, EventType::CredentialRevealed]);
        assert!(!format!("{changes:?}").contains("planted-secret"));
        Ok(())
    });
    let writer = caller(&[Permission::IntegrationsWrite]);
    let made = run(work, testing::vault(), &writer, new_integration(a_secret())).unwrap();
    assert!(matches!(made.shown.secrets, Shown::Full(_)), "the caller sent it and sees it again");
}

#[test]
fn without_a_secret_nothing_is_sealed_and_no_revealing_recorded() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!(changes.events.len(), 1);
        Ok(())
    });
    let writer = caller(&[Permission::IntegrationsWrite]);
    let made = run(work, MockVault::new(), &writer, new_integration(Credentials::default())).unwrap();
    assert_eq!(made.shown.integration.credentials(), None);
}

#[test]
fn a_taken_key_is_a_conflict_that_names_the_rule() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| {
        let key = UniqueKey { rule: UniqueRule::NameAndManifest, value: String::new() };
        Err(RepositoryError::Duplicate(Taken::Key(key)))
    });
    let writer = caller(&[Permission::IntegrationsWrite]);
    let outcome = run(work, MockVault::new(), &writer, new_integration(Credentials::default()));
    let taken = Conflict::Taken(UniqueRule::NameAndManifest);
    assert!(matches!(outcome, Err(AppError::Conflict(conflict)) if conflict == taken), "{outcome:?}");
}

#[test]
fn a_manifest_that_can_be_read_describes_the_integration_in_the_same_commit() {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().once().returning(|_| {
        Ok(a_document(json!({
            "descriptions": {"app_name": "The Shop"},
            "integration_type": "output",
            "is_active": false,
            "settings": [
                {"label": "colour", "type": "text", "default": "red"},
                {"label": "API key", "type": "text", "default": "planted-secret"},
                {"label": "no value to begin with", "type": "text"},
            ],
        })))
    });
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let [IntegrationWrite::Insert { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        let parts = integration.parts();
        assert_eq!(
            (parts.kind.as_str(), parts.status, parts.name.as_str()),
            ("output", Status::Paused, "Shop")
        );
        assert_eq!(integration.manifest().unwrap().app.as_ref().unwrap().name, "The Shop");
        assert_eq!(changes.manifests[0].integration, integration.id());
        let [SettingWrite::Insert(colour), SettingWrite::Insert(key)] = &changes.settings[..] else {
            panic!("{changes:?}")
        };
        assert!(matches!(colour.value(), SettingValue::Plain(text) if text.as_str() == "red"));
        assert!(matches!(key.value(), SettingValue::Secret(_)), "{key:?}");
        let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
        let expected = [EventType::IntegrationCreated, EventType::SettingChanged, EventType::SettingChanged];
        assert_eq!(types, expected);
        assert!(!format!("{:?}", changes.events).contains("planted-secret"));
        Ok(())
    });
    let writer = caller(&[Permission::IntegrationsWrite]);
    let new = new_integration(Credentials::default());
    let made = run_fetching(fetcher, work, testing::vault(), &writer, new).unwrap();
    assert_eq!(made.document.unwrap().settings.len(), 3);
}

#[test]
fn what_the_caller_says_the_integration_is_for_wins_over_the_manifest() {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().returning(|_| Ok(a_document(json!({"integration_type": "output"}))));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| Ok(()));
    let writer = caller(&[Permission::IntegrationsWrite]);
    let kind = IntegrationKind::parse("filter").unwrap();
    let new = NewIntegration { kind: kind.clone(), ..new_integration(Credentials::default()) };
    let made = run_fetching(fetcher, work, MockVault::new(), &writer, new).unwrap();
    assert_eq!(made.shown.integration.parts().kind, kind);
}

#[test]
fn what_is_secret_of_a_configuration_is_sealed_and_the_rest_kept_in_order() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let [IntegrationWrite::Insert { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        let shown = json!(integration.parts().configuration.members());
        assert_eq!(shown.to_string(), r#"{"z":1,"headers":{},"a":2}"#);
        assert!(!format!("{changes:?}").contains("planted"), "{changes:?}");
        Ok(())
    });
    let sent = json!({"z": 1, "token": "planted", "headers": {"Cookie": "planted"}, "a": 2});
    let configuration = SentConfiguration::new(sent.as_object().unwrap().clone()).unwrap();
    let new = NewIntegration {
        configuration,
        status: Status::Paused,
        manifest_url: None,
        ..new_integration(a_secret())
    };
    let writer = caller(&[Permission::IntegrationsWrite]);
    let made = run(work, testing::vault(), &writer, new).unwrap();
    assert_eq!(made.shown.integration.parts().status, Status::Paused);
    let Shown::Full(secrets) = made.shown.secrets else { panic!("the caller has just sent them") };
    let names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["token", "headers.Cookie", "auth_credential"]);
}

/// A directory of one provider that can be asked.
fn verifiable() -> MockProviderDirectory {
    let mut providers = MockProviderDirectory::new();
    let provider = |id: &ProviderId| Provider { is_verifiable: true, ..Provider::unknown(id.clone()) };
    providers.expect_described().returning(move |id| Arc::new(provider(id)));
    providers
}

fn run_verifying(
    verifier: MockCredentialVerifier,
    work: MockUnitOfWork,
    is_verified_first: bool,
) -> Result<Created, AppError> {
    let create = CreateIntegration {
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        providers: Arc::new(verifiable()),
        verifier: Arc::new(verifier),
        fetcher: Arc::new(MockManifestFetcher::new()),
        work: Arc::new(work),
        vault: Arc::new(testing::vault()),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    let new = NewIntegration { manifest_url: None, is_verified_first, ..new_integration(a_secret()) };
    let writer = caller(&[Permission::IntegrationsWrite]);
    block_on(create.run(&writer, new, Reveal::Never, &ReceiptFor::none()))
}

fn answering(class: VerificationClass) -> MockCredentialVerifier {
    let mut verifier = MockCredentialVerifier::new();
    verifier.expect_verify().once().returning(move |_| {
        let facts = Map::from_iter([("team".to_owned(), json!("acme"))]);
        Verification { facts, ..Verification::of(class) }
    });
    verifier
}

#[test]
fn what_can_be_verified_is_due_as_soon_as_it_is_made() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let write = &changes.health[0];
        assert_eq!(write.due_at, Some(write.integration.parts().created_at));
        assert_eq!(write.health, Health::unknown());
        Ok(())
    });
    run_verifying(MockCredentialVerifier::new(), work, false).unwrap();
}

#[test]
fn what_is_to_be_verified_first_is_stored_only_if_its_provider_takes_it() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!(changes.health[0].health.state, HealthState::Valid);
        assert_eq!(changes.health[0].integration.parts().facts["team"], "acme");
        Ok(())
    });
    run_verifying(answering(VerificationClass::Ok), work, true).unwrap();
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!(changes.health[0].due_at, None, "there is nothing to ask, now or tomorrow");
        Ok(())
    });
    run_verifying(answering(VerificationClass::Skipped), work, true).unwrap();
    let refused = answering(VerificationClass::CredentialsRejected);
    let outcome = run_verifying(refused, MockUnitOfWork::new(), true);
    assert!(
        matches!(outcome, Err(AppError::NotVerified { class: VerificationClass::CredentialsRejected, .. })),
        "{outcome:?}"
    );
    let silent = answering(VerificationClass::ProviderUnreachable);
    let outcome = run_verifying(silent, MockUnitOfWork::new(), true);
    assert!(matches!(outcome, Err(AppError::NotAnswered(NoAnswer::Other))), "{outcome:?}");
}

#[test]
fn what_cannot_be_configured_changes_nothing() {
    let sent = json!({"base_url": "https://user:planted@host.example"});
    let configuration = SentConfiguration::new(sent.as_object().unwrap().clone()).unwrap();
    let new = NewIntegration { configuration, ..new_integration(a_secret()) };
    let writer = caller(&[Permission::IntegrationsWrite]);
    // No mock expects a call: nothing is fetched, sealed or saved.
    let outcome =
        run_fetching(MockManifestFetcher::new(), MockUnitOfWork::new(), MockVault::new(), &writer, new);
    let why = outcome.unwrap_err();
    assert!(matches!(&why, AppError::Configuration(_)) && !why.to_string().contains("planted"), "{why}");
}

#[test]
fn without_an_address_nothing_is_fetched() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, _| Ok(()));
    let writer = caller(&[Permission::IntegrationsWrite]);
    let new = NewIntegration { manifest_url: None, ..new_integration(Credentials::default()) };
    run_fetching(MockManifestFetcher::new(), work, MockVault::new(), &writer, new).unwrap();
}
