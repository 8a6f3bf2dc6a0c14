use super::*;
use crate::testing::{
    a_connection, a_name, a_sealed_integration, an_integration, at, caller, refreshing_nothing, vault,
};
use futures::executor::block_on;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    HealthState, IntegrationParts, IntegrationWrite, MockCredentialVerifier, MockHealthRepository,
    MockIntegrationRepository, MockUnitOfWork, Patch, RepositoryError,
};
use secrecy::ExposeSecret;

/// Integrations that are found one after the other; the last one again and again.
fn finding(found: Vec<Integration>) -> MockIntegrationRepository {
    let mut integrations = MockIntegrationRepository::new();
    let mut found = found.into_iter();
    let mut last = None;
    integrations.expect_find().returning(move |_, _| {
        last = found.next().or_else(|| last.take());
        Ok(last.clone())
    });
    integrations
}

fn answering(verification: Verification) -> MockCredentialVerifier {
    let mut verifier = MockCredentialVerifier::new();
    verifier.expect_verify().once().return_once(|_| verification);
    verifier
}

fn run(
    integrations: MockIntegrationRepository,
    known: Health,
    verifier: MockCredentialVerifier,
    work: MockUnitOfWork,
    permission: Permission,
) -> Result<Health, AppError> {
    let mut health = MockHealthRepository::new();
    health.expect_find().returning(move |_, _| Ok(known.clone()));
    let verify = VerifyIntegration {
        integrations: Arc::new(integrations),
        health: Arc::new(health),
        verifier: Arc::new(verifier),
        refresh: refreshing_nothing(),
        work: Arc::new(work),
        vault: Arc::new(vault()),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    };
    let checked = block_on(verify.run(&caller(&[permission]), an_integration().id(), &ReceiptFor::none()));
    checked.map(|checked| checked.health)
}

fn valid() -> Health {
    Health::unknown().after(&Verification::of(VerificationClass::Ok), at(0))
}

#[test]
fn a_caller_without_the_permission_asks_nobody() {
    let (integrations, work) = (MockIntegrationRepository::new(), MockUnitOfWork::new());
    let verifier = MockCredentialVerifier::new();
    let outcome = run(integrations, valid(), verifier, work, Permission::IntegrationsRead);
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
}

#[test]
fn the_provider_is_asked_with_the_opened_secrets_and_the_outcome_kept() {
    let mut verifier = MockCredentialVerifier::new();
    verifier.expect_verify().once().returning(|connection| {
        let secrets: Vec<_> = connection.credentials.iter().map(|(_, one)| one.expose_secret()).collect();
        assert_eq!(secrets, ["secret"]);
        let facts = Map::from_iter([("team".to_owned(), json!("acme"))]);
        Verification { facts, ..Verification::of(VerificationClass::Ok) }
    });
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        let [IntegrationWrite::Update { integration, .. }] = &changes.integrations[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(integration.parts().facts["team"], "acme");
        let write = &changes.health[0];
        assert_eq!((write.health.state, &write.integration), (HealthState::Valid, integration));
        assert!(write.due_at.is_some());
        let types: Vec<_> = changes.events.iter().map(|event| event.event_type).collect();
        assert_eq!(types, [EventType::IntegrationUpdated, EventType::HealthChanged]);
        Ok(())
    });
    let found = finding(vec![a_sealed_integration("secret")]);
    let health = run(found, Health::unknown(), verifier, work, Permission::IntegrationsWrite).unwrap();
    assert_eq!((health.state, health.class), (HealthState::Valid, Some(VerificationClass::Ok)));
}

#[test]
fn what_was_known_already_is_no_event_and_no_version() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!((changes.integrations.len(), changes.events.len(), changes.health.len()), (0, 0, 1));
        Ok(())
    });
    let verifier = answering(Verification::of(VerificationClass::Ok));
    let found = finding(vec![a_sealed_integration("secret")]);
    run(found, valid(), verifier, work, Permission::IntegrationsWrite).unwrap();
}

#[test]
fn what_came_of_asking_says_nothing_of_a_connection_that_changed_meanwhile() {
    let asked = a_sealed_integration("secret");
    let edit = IntegrationEdit { credentials: Patch::Remove, ..IntegrationEdit::default() };
    let changed = asked.edited(edit, at(20)).unwrap();
    let verifier = answering(Verification::of(VerificationClass::CredentialsRejected));
    let found = finding(vec![asked, changed]);
    let health =
        run(found, Health::unknown(), verifier, MockUnitOfWork::new(), Permission::IntegrationsWrite);
    assert_eq!(health.unwrap(), Health::unknown());
}

#[test]
fn another_name_meanwhile_makes_no_other_connection() {
    let asked = a_sealed_integration("secret");
    let edit = IntegrationEdit { name: Some(a_name("Store")), ..IntegrationEdit::default() };
    let renamed = asked.edited(edit, at(20)).unwrap();
    let mut work = MockUnitOfWork::new();
    let mut stale = true;
    work.expect_commit().times(2).returning(move |_, changes| {
        assert_eq!(changes.health[0].health.state, HealthState::Broken);
        if std::mem::take(&mut stale) { Err(RepositoryError::Stale) } else { Ok(()) }
    });
    // Asked once, kept twice.
    let verifier = answering(Verification::of(VerificationClass::AccountInactive));
    let found = finding(vec![asked.clone(), asked, renamed]);
    run(found, valid(), verifier, work, Permission::IntegrationsWrite).unwrap();
}

#[test]
fn what_there_is_nothing_to_ask_about_has_no_next_time() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!((changes.health[0].due_at, changes.events.len()), (None, 0));
        Ok(())
    });
    let verifier = answering(Verification::of(VerificationClass::Skipped));
    let found = finding(vec![a_sealed_integration("secret")]);
    let health = run(found, Health::unknown(), verifier, work, Permission::IntegrationsWrite).unwrap();
    assert_eq!(health.state, HealthState::Unverified);
}

#[test]
fn nobody_is_asked_about_one_that_is_paused_and_its_turn_is_over() {
    let parts = a_sealed_integration("secret").parts().clone();
    let paused = Integration::from_parts(IntegrationParts { status: Status::Paused, ..parts });
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!((changes.health[0].health.clone(), changes.health[0].due_at), (valid(), None));
        Ok(())
    });
    let found = finding(vec![paused]);
    let health = run(found, valid(), MockCredentialVerifier::new(), work, Permission::IntegrationsWrite);
    assert_eq!(health.unwrap(), valid());
}

#[test]
fn the_last_tokens_of_a_grant_that_is_over_are_not_asked_about() {
    let over = Verification {
        detail: Some("invalid_grant".to_owned()),
        ..Verification::of(VerificationClass::ReconnectNeeded)
    };
    let known = valid().after(&over, at(1));
    let mut work = MockUnitOfWork::new();
    work.expect_commit().once().returning(|_, changes| {
        assert_eq!((changes.health[0].due_at, changes.events.len()), (None, 0));
        Ok(())
    });
    let (integrations, verifier) = (finding(vec![a_connection("last")]), MockCredentialVerifier::new());
    let found = run(integrations, known, verifier, work, Permission::IntegrationsWrite).unwrap();
    assert_eq!(found.class, Some(VerificationClass::ReconnectNeeded));
    assert_eq!((found.state, found.detail), (HealthState::Broken, Some("invalid_grant".to_owned())));
}
