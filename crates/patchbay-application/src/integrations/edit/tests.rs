use super::*;
use crate::testing::{a_name, a_sealed_integration, an_integration, caller, vault};
use crate::{Conflict, Shown};
use futures::executor::block_on;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    IntegrationWrite, MockIntegrationRepository, MockUnitOfWork, MockVault, RepositoryError,
};

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
    let edit = EditIntegration {
        integrations: Arc::new(integrations),
        work: Arc::new(work),
        vault: Arc::new(vault),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    block_on(edit.run(&caller(permissions), an_integration().id(), change, Mask::StarsAndTail))
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
