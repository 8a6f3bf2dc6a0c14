use super::*;
use crate::settings::a_setting;
use crate::testing::{
    self, a_described_integration, a_document, a_name, a_sealed_integration, a_url, an_integration, caller,
    vault,
};
use crate::{Conflict, Fault, FaultReason, ProviderNamed, Shown};
use futures::executor::block_on;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    CredentialName, FetchError, IntegrationWrite, Mask, MockCredentialVerifier, MockEnvironmentRepository,
    MockIntegrationRepository, MockManifestFetcher, MockProviderDirectory, MockRankingRepository,
    MockSettingRepository, MockUnitOfWork, MockVault, Provider, ProviderId, RepositoryError,
    SentConfiguration, SettingWrite,
};
use serde_json::{Value, json};

const WRITER: &[Permission] = &[Permission::IntegrationsWrite];

fn finding(integration: Integration) -> MockIntegrationRepository {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_find().returning(move |_, _| Ok(Some(integration.clone())));
    integrations
}

fn run(
    integrations: MockIntegrationRepository,
    work: MockUnitOfWork,
    vault: MockVault,
    permissions: &[Permission],
    change: IntegrationChange,
) -> Result<Disclosed, AppError> {
    run_fetching(MockManifestFetcher::new(), integrations, work, vault, permissions, change)
}

fn run_fetching(
    fetcher: MockManifestFetcher,
    integrations: MockIntegrationRepository,
    work: MockUnitOfWork,
    vault: MockVault,
    permissions: &[Permission],
    change: IntegrationChange,
) -> Result<Disclosed, AppError> {
    run_for(&Expected::Any, fetcher, integrations, work, vault, permissions, change)
}

fn run_for(
    expected: &Expected,
    fetcher: MockManifestFetcher,
    integrations: MockIntegrationRepository,
    work: MockUnitOfWork,
    vault: MockVault,
    permissions: &[Permission],
    change: IntegrationChange,
) -> Result<Disclosed, AppError> {
    let mut settings = MockSettingRepository::new();
    settings.expect_list().returning(|_, _| Ok(vec![a_setting(1, "colour", "red")]));
    let edit = EditIntegration {
        integrations: Arc::new(integrations),
        settings: Arc::new(settings),
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        verifier: Arc::new(MockCredentialVerifier::new()),
        providers: Arc::new(testing::providers()),
        fetcher: Arc::new(fetcher),
        work: Arc::new(work),
        vault: Arc::new(vault),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    block_on(edit.run(
        &caller(permissions),
        an_integration().id(),
        change,
        expected,
        Reveal::Permitted(Mask::StarsAndTail),
        &ReceiptFor::none(),
    ))
    .map(|changed| changed.shown)
}

fn renamed(name: &str) -> IntegrationChange {
    IntegrationChange { name: Some(a_name(name)), ..Default::default() }
}

fn with_secret(secret: &str) -> IntegrationChange {
    let credentials = vec![(CredentialName::auth_credential(), secret.into())];
    IntegrationChange { credentials, ..Default::default() }
}

/// A unit of work that takes one commit and hands its event types and whether the
/// integration has credentials afterwards to `check`.
fn committing(check: impl Fn(Vec<EventType>, bool) + Send + 'static) -> MockUnitOfWork {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(move |_, changes| {
        let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        let types = changes.events.iter().map(|event| event.event_type).collect();
        check(types, integration.credentials().is_some());
        Ok(())
    });
    work
}

#[test]
fn a_caller_without_the_permission_changes_nothing() {
    let outcome = run(
        MockIntegrationRepository::new(),
        MockUnitOfWork::new(),
        MockVault::new(),
        &[Permission::IntegrationsRead, Permission::CredentialsReveal],
        renamed("Store"),
    );
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
}

#[test]
fn what_the_scope_does_not_see_is_not_found() {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_find().return_once(|_, _| Ok(None));
    let outcome = run(integrations, MockUnitOfWork::new(), MockVault::new(), WRITER, renamed("Store"));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}

#[test]
fn a_change_to_what_is_already_so_saves_nothing() {
    let integration = an_integration();
    let same = renamed(integration.name().as_str());
    let shown = run(finding(integration), MockUnitOfWork::new(), MockVault::new(), WRITER, same).unwrap();
    assert_eq!(shown.integration.version().number(), 1);
}

#[test]
fn a_change_that_meets_a_newer_version_is_decided_again() {
    let mut work = MockUnitOfWork::new();
    let mut rivals = 2;
    work.expect_commit().times(3).returning(move |_, _| {
        rivals -= 1;
        if rivals >= 0 { Err(RepositoryError::Stale) } else { Ok(()) }
    });
    let shown = run(finding(an_integration()), work, MockVault::new(), WRITER, renamed("Store")).unwrap();
    assert_eq!(shown.integration.name().as_str(), "Store");
}

#[test]
fn a_change_that_always_meets_a_newer_version_gives_up() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(|_, _| Err(RepositoryError::Stale));
    let outcome = run(finding(an_integration()), work, MockVault::new(), WRITER, renamed("Store"));
    assert!(matches!(outcome, Err(AppError::Conflict(Conflict::Changed))), "{outcome:?}");
}

#[test]
fn a_commit_of_unknown_outcome_is_not_tried_again() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, _| {
        Err(RepositoryError::OutcomeUnknown(Arc::from(patchbay_domain::BoxError::from("cut off"))))
    });
    let outcome = run(finding(an_integration()), work, MockVault::new(), WRITER, renamed("Store"));
    assert!(matches!(outcome, Err(AppError::Internal(_))), "{outcome:?}");
}

#[test]
fn a_new_secret_is_sealed_and_recorded_without_being_shown() {
    let work = committing(|types, has_credentials| {
        assert_eq!(types, [EventType::IntegrationUpdated, EventType::CredentialChanged]);
        assert!(has_credentials);
    });
    let shown =
        run(finding(an_integration()), work, vault(), WRITER, with_secret("brand-new-secret")).unwrap();
    let Shown::Masked(masks) = shown.secrets else { panic!("revealed") };
    assert_eq!(masks[0].1, "********cret");
}

#[test]
fn the_mask_written_back_leaves_the_secret_alone() {
    let stored = a_sealed_integration("some-auth-credential");
    let shown =
        run(finding(stored), MockUnitOfWork::new(), vault(), WRITER, with_secret("********tial")).unwrap();
    assert_eq!(shown.integration.version().number(), 1);
}

#[test]
fn another_text_of_stars_is_a_secret_of_its_own() {
    let work = committing(|types, _| assert!(types.contains(&EventType::CredentialChanged)));
    let stored = a_sealed_integration("some-auth-credential");
    run(finding(stored), work, vault(), WRITER, with_secret("********else")).unwrap();
}

#[test]
fn an_empty_secret_takes_the_stored_one_away() {
    let work = committing(|types, has_credentials| {
        assert!(types.contains(&EventType::CredentialChanged) && !has_credentials);
    });
    run(finding(a_sealed_integration("secret")), work, vault(), WRITER, with_secret("")).unwrap();
}

#[test]
fn a_caller_who_may_see_secrets_leaves_a_record_even_without_a_change() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!(changes.integrations, []);
        assert_eq!(changes.events[0].event_type, EventType::CredentialRevealed);
        Ok(())
    });
    let permissions = [Permission::IntegrationsWrite, Permission::CredentialsReveal];
    let stored = a_sealed_integration("secret");
    let shown = run(finding(stored), work, vault(), &permissions, IntegrationChange::default()).unwrap();
    assert!(shown.secrets.is_revealing());
}

fn moved(url: &str) -> IntegrationChange {
    IntegrationChange { manifest_url: Some(a_url(url)), ..Default::default() }
}

#[test]
fn a_manifest_at_a_new_place_is_read_once_and_kept_with_what_it_brings() {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().once().returning(|_| {
        Ok(a_document(json!({
            "descriptions": {"app_name": "Store"},
            "settings": [
                {"label": "colour", "type": "text", "default": "blue"},
                {"label": "size", "type": "number", "default": 5},
            ],
        })))
    });
    let mut work = MockUnitOfWork::new();
    let mut first = true;
    work.expect_commit().times(2).returning(move |_, changes| {
        let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(integration.manifest().unwrap().app.as_ref().unwrap().name, "Store");
        assert!(changes.manifests[0].document.is_some());
        let [SettingWrite::Insert(new)] = &changes.settings[..] else { panic!("{changes:?}") };
        assert_eq!(new.label().as_str(), "size");
        if std::mem::take(&mut first) { Err(RepositoryError::Stale) } else { Ok(()) }
    });
    let change = moved("https://store.example");
    run_fetching(fetcher, finding(an_integration()), work, MockVault::new(), WRITER, change).unwrap();
}

#[test]
fn a_manifest_that_cannot_be_read_drops_what_the_old_one_said() {
    let mut fetcher = MockManifestFetcher::new();
    fetcher.expect_fetch().once().returning(|_| Err(FetchError::NotAUrl));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!(changes.manifests[0].document, None);
        Ok(())
    });
    let described = a_described_integration(&a_document(json!({"descriptions": {"app_name": "Shop"}})));
    let change = moved("no url");
    let shown = run_fetching(fetcher, finding(described), work, MockVault::new(), WRITER, change).unwrap();
    assert_eq!(shown.integration.manifest().unwrap().app, None);
}

#[test]
fn the_same_place_is_not_asked_again() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().never();
    let change = moved("https://shop.example");
    let shown = run(finding(an_integration()), work, MockVault::new(), WRITER, change).unwrap();
    assert_eq!(shown.integration.version().number(), 1);
}

fn sent(configuration: &Value) -> SentConfiguration {
    SentConfiguration::new(configuration.as_object().unwrap().clone()).unwrap()
}

fn configured(change: ConfigurationChange) -> IntegrationChange {
    IntegrationChange { configuration: Some(change), ..Default::default() }
}

#[test]
fn a_configuration_goes_into_what_is_there_and_its_secrets_beside_those_that_are() {
    let work = committing(|types, has_credentials| {
        assert_eq!(types, [EventType::IntegrationUpdated, EventType::CredentialChanged]);
        assert!(has_credentials);
    });
    let change = configured(ConfigurationChange::Merge(sent(&json!({"b": 1, "token": "planted", "a": 2}))));
    let shown = run(finding(a_sealed_integration("secret")), work, vault(), WRITER, change).unwrap();
    assert_eq!(json!(shown.integration.parts().configuration.members()).to_string(), r#"{"b":1,"a":2}"#);
    let Shown::Masked(masks) = shown.secrets else { panic!("revealed") };
    let names: Vec<_> = masks.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["auth_credential", "token"]);
}

#[test]
fn a_configuration_that_replaces_leaves_no_secret_that_was_there() {
    let work = committing(|types, has_credentials| {
        assert!(types.contains(&EventType::CredentialChanged) && !has_credentials);
    });
    let change = configured(ConfigurationChange::Replace(sent(&json!({"a": 1}))));
    run(finding(a_sealed_integration("secret")), work, vault(), WRITER, change).unwrap();
}

/// A change whose members are read as those of the integration that they are sent for.
fn unread(shows: Option<fn(&Provider, &str) -> bool>) -> IntegrationChange {
    let members = Map::from_iter([("said".to_owned(), json!("planted"))]);
    let read = |members: Map<String, Value>, of: &Integration, provider: &Provider| {
        assert_eq!((of.id(), &provider.id), (an_integration().id(), &of.parts().provider));
        let members = members.into_iter().map(|(name, value)| (format!("{name}_token"), value));
        Ok(SentConfiguration::new(members.collect())?)
    };
    configured(ConfigurationChange::Read(UnreadConfiguration { members, read, shows }))
}

#[test]
fn members_that_only_their_integration_explains_are_read_once_it_is_found() {
    for (shows, expected) in [
        (None, ["auth_credential", "said_token"].as_slice()),
        (Some((|_, member| member == "auth_credential") as fn(&Provider, &str) -> bool), &["said_token"]),
    ] {
        let change = unread(shows);
        assert!(!format!("{change:?}").contains("planted"), "{change:?}");
        let work = committing(|_, has_credentials| assert!(has_credentials));
        let shown = run(finding(a_sealed_integration("secret")), work, vault(), WRITER, change).unwrap();
        let Shown::Masked(masks) = shown.secrets else { panic!("revealed") };
        assert_eq!(masks.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_reading_members_says_is_what_the_change_is_refused_with() {
    let read = |_: Map<String, Value>, _: &Integration, _: &Provider| {
        Err(AppError::Invalid(Fault::of_body(FaultReason::NotAnObject).into()))
    };
    let members = Map::new();
    let change = configured(ConfigurationChange::Read(UnreadConfiguration { members, read, shows: None }));
    let outcome = run(finding(an_integration()), MockUnitOfWork::new(), MockVault::new(), WRITER, change);
    assert!(matches!(outcome, Err(AppError::Invalid(_))), "{outcome:?}");
}

#[test]
fn a_secret_is_not_carried_to_a_host_that_it_was_not_given_for() {
    let change = configured(ConfigurationChange::Merge(sent(&json!({"base_url": "https://evil.example"}))));
    let outcome =
        run(finding(a_sealed_integration("secret")), MockUnitOfWork::new(), vault(), WRITER, change);
    let said = "base_url cannot change without the secrets: send them again";
    assert_eq!(outcome.unwrap_err().to_string(), said);
}

/// Whether the provider is to be asked again after `change`.
fn asks_again(before: Integration, change: IntegrationChange) -> bool {
    let (asked, asks) = std::sync::mpsc::channel();
    let mut work = MockUnitOfWork::new();
    work.expect_commit().returning(move |_, changes| {
        asked.send(changes.health.iter().any(|write| write.due_at.is_some())).unwrap();
        Ok(())
    });
    let mut providers = MockProviderDirectory::new();
    providers.expect_described().returning(|id: &ProviderId| {
        Arc::new(Provider { is_verifiable: true, ..Provider::unknown(id.clone()) })
    });
    let edit = EditIntegration {
        integrations: Arc::new(finding(before)),
        settings: Arc::new(MockSettingRepository::new()),
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        verifier: Arc::new(MockCredentialVerifier::new()),
        providers: Arc::new(providers),
        fetcher: Arc::new(MockManifestFetcher::new()),
        work: Arc::new(work),
        vault: Arc::new(vault()),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    let (writer, id) = (caller(WRITER), an_integration().id());
    block_on(edit.run(&writer, id, change, &Expected::Any, Reveal::Never, &ReceiptFor::none())).unwrap();
    asks.try_recv().unwrap()
}

#[test]
fn a_provider_is_asked_again_when_the_connection_is_another_one() {
    let change_of_status = |status| IntegrationChange { status: Some(status), ..Default::default() };
    let stored = || a_sealed_integration("secret");
    let mut paused = stored().parts().clone();
    paused.status = Status::Paused;
    assert!(asks_again(stored(), with_secret("another")));
    assert!(asks_again(stored(), configured(ConfigurationChange::Merge(sent(&json!({"a": 1}))))));
    assert!(asks_again(Integration::from_parts(paused), change_of_status(Status::Active)));
    assert!(!asks_again(stored(), renamed("Store")));
    assert!(!asks_again(stored(), change_of_status(Status::Paused)));
}

#[test]
fn what_it_connects_to_may_be_said_and_never_be_changed() {
    let named = |name: &str| {
        let provider = Some(ProviderNamed { dialect: "shop", name: name.to_owned() });
        IntegrationChange { provider, ..renamed("Store") }
    };
    let work = committing(|types, _| assert_eq!(types, [EventType::IntegrationUpdated]));
    run(finding(an_integration()), work, vault(), WRITER, named("json_manifest")).unwrap();
    for other in ["slack", "JSON_MANIFEST", ""] {
        let outcome = run(finding(an_integration()), MockUnitOfWork::new(), vault(), WRITER, named(other));
        assert!(matches!(outcome, Err(AppError::ProviderFixed)), "{other}: {outcome:?}");
    }
}

#[test]
fn what_is_refused_at_any_version_is_refused_before_the_version_is_looked_at() {
    let provider = |name: &str| Some(ProviderNamed { dialect: "shop", name: name.to_owned() });
    let run = |name| {
        let change = IntegrationChange { provider: provider(name), ..renamed("Store") };
        let at_no_version = Expected::These(Vec::new());
        let finding = finding(an_integration());
        run_for(
            &at_no_version,
            MockManifestFetcher::new(),
            finding,
            MockUnitOfWork::new(),
            vault(),
            WRITER,
            change,
        )
    };
    assert!(matches!(run("slack"), Err(AppError::ProviderFixed)));
    assert!(matches!(run("json_manifest"), Err(AppError::PreconditionFailed)));
}

#[test]
fn no_secret_is_opened_that_neither_changes_nor_is_shown() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        assert!(integration.credentials().is_some(), "it keeps them as they are");
        Ok(())
    });
    let edit = EditIntegration {
        integrations: Arc::new(finding(a_sealed_integration("secret"))),
        settings: Arc::new(MockSettingRepository::new()),
        environments: Arc::new(MockEnvironmentRepository::new()),
        rankings: Arc::new(MockRankingRepository::new()),
        verifier: Arc::new(MockCredentialVerifier::new()),
        providers: Arc::new(testing::providers()),
        fetcher: Arc::new(MockManifestFetcher::new()),
        work: Arc::new(work),
        // It expects no call.
        vault: Arc::new(MockVault::new()),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    let (writer, id) = (caller(WRITER), an_integration().id());
    let renamed = renamed("Store");
    block_on(edit.run(&writer, id, renamed, &Expected::Any, Reveal::Never, &ReceiptFor::none())).unwrap();
}
