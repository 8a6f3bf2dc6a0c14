//! Taking the browser back.

use futures::executor::block_on;
use patchbay_domain::testing::SequentialIds;
use patchbay_domain::{
    AuthorizationWrite, CredentialName, EventType, ExchangeError, Fence, Granted, Health, IntegrationWrite,
    MockAuthorizationDirectory, MockCredentialVerifier, MockHealthRepository, MockOAuthExchanger,
    MockOrganisationDirectory, MockRefreshRepository, TokenRefresh, Verification, VerificationClass,
};
use secrecy::ExposeSecret;

use super::*;
use crate::integrations::RevokeGrants;
use crate::oauth::{FinishAuthorization, Finished, Granting, Returned};
use crate::testing::{AtOnce, a_connection, granted, one_time, refreshing_nothing, vault};
use crate::verification::VerifyIntegration;
use crate::{AppError, Entity};

struct Given {
    known: Option<Authorization>,
    found: Vec<Option<Integration>>,
    exchanger: MockOAuthExchanger,
    refresh: Option<(Fence, TokenRefresh)>,
    commit: fn(&Changes) -> Result<(), RepositoryError>,
}

impl Given {
    /// A browser that comes back from a provider that gives `outcome`.
    fn giving(outcome: fn() -> Result<Granted, ExchangeError>) -> Self {
        let mut exchanger = MockOAuthExchanger::new();
        exchanger.expect_returned().returning(|_, parameters| {
            assert_eq!(parameters, [("code".to_owned(), "a-code".to_owned())]);
            Ok("a-code".into())
        });
        exchanger.expect_exchange().returning(move |_, code| {
            assert_eq!(code.code.expose_secret(), "a-code");
            assert_eq!(code.redirect_uri.as_deref(), Some("https://patchbay.example/oauth/callback/slack"));
            assert_eq!(code.verifier.as_ref().unwrap().expose_secret(), "pkce of cookie");
            outcome()
        });
        Self {
            known: Some(started()),
            found: vec![Some(a_connection("old"))],
            exchanger,
            refresh: None,
            commit: |_| Ok(()),
        }
    }

    fn run(self) -> (Result<Finished, AppError>, Vec<Changes>) {
        let (work, seen) = committing(self.commit);
        let work: Arc<MockUnitOfWork> = Arc::new(work);
        let mut authorizations = MockAuthorizationDirectory::new();
        let known = self.known;
        authorizations.expect_find_by_state().returning(move |state| {
            assert_eq!(state, digest_of("state"));
            Ok(known.clone())
        });
        let mut integrations = MockIntegrationRepository::new();
        let (mut found, mut last) = (self.found.into_iter(), None);
        integrations.expect_find().returning(move |_, _| {
            last = found.next().or_else(|| last.take());
            Ok(last.clone().flatten())
        });
        let integrations = Arc::new(integrations);
        let mut refreshes = MockRefreshRepository::new();
        let refresh = self.refresh;
        refreshes.expect_find().returning(move |_, _| Ok(refresh.clone()));
        let exchanger = Arc::new(self.exchanger);
        let (background, clock) = (Arc::new(AtOnce), Arc::new(FixedClock::default()));
        let vault = Arc::new(vault());
        let ids = Arc::new(SequentialIds::default());
        let finish = FinishAuthorization {
            authorizations: Arc::new(authorizations),
            organisations: Arc::new(organisations()),
            integrations: integrations.clone(),
            exchanger: exchanger.clone(),
            granting: Granting {
                vault: vault.clone(),
                providers: Arc::new(providers()),
                refreshes: Arc::new(refreshes),
            },
            revoke: RevokeGrants { exchanger, vault: vault.clone(), background: background.clone() },
            verify: verify(integrations, work.clone()),
            work,
            vault,
            secrets: Arc::new(one_time()),
            background,
            clock,
            ids,
        };
        let returned = Returned {
            provider: ProviderId::slack(),
            state: "state".into(),
            cookie: "cookie".into(),
            parameters: vec![("code".to_owned(), "a-code".to_owned())],
        };
        let outcome = block_on(finish.run(returned));
        (outcome, all(&seen))
    }
}

fn organisations() -> MockOrganisationDirectory {
    let mut organisations = MockOrganisationDirectory::new();
    organisations.expect_find().returning(|_| Ok(Some(an_organisation())));
    organisations
}

/// There is nothing to ask anybody.
fn verify(integrations: Arc<MockIntegrationRepository>, work: Arc<MockUnitOfWork>) -> VerifyIntegration {
    let mut verifier = MockCredentialVerifier::new();
    verifier.expect_verify().returning(|_| Verification::of(VerificationClass::Skipped));
    let mut health = MockHealthRepository::new();
    health.expect_find().returning(|_, _| Ok(Health::unknown()));
    VerifyIntegration {
        integrations,
        health: Arc::new(health),
        verifier: Arc::new(verifier),
        refresh: refreshing_nothing(),
        work,
        vault: Arc::new(vault()),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    }
}

/// What a provider that rotates its tokens gives.
fn rotating() -> Granted {
    let mut granted = granted("new");
    granted.tokens.set(CredentialName::refresh_token(), "next".into());
    granted.lifetime = Some(std::time::Duration::from_secs(3600));
    granted
}

#[test]
fn whoever_did_not_start_it_or_comes_too_late_learns_nothing_else() {
    let other = Browser { state: digest_of("state"), cookie: digest_of("another") };
    let foreign = ProviderId::parse("shopify").unwrap();
    for known in [
        None,
        Some(begun()),
        Some(Authorization { browser: Some(other), ..begun() }),
        Some(Authorization { used_at: Some(now()), ..started() }),
        Some(Authorization { expires_at: now(), ..started() }),
        Some(Authorization { provider: foreign, ..started() }),
    ] {
        let given = Given { known, exchanger: MockOAuthExchanger::new(), ..Given::giving(|| Ok(rotating())) };
        let (outcome, seen) = given.run();
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Authorization))), "{outcome:?}");
        assert!(seen.is_empty(), "{seen:?}");
    }
}

#[test]
fn of_two_that_come_back_at_once_the_second_asks_nobody() {
    let given = Given { commit: |_| Err(RepositoryError::Stale), ..Given::giving(|| Ok(rotating())) };
    let exchanger = MockOAuthExchanger::new();
    let (outcome, _) = Given { exchanger, ..given }.run();
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Authorization))), "{outcome:?}");
}

#[test]
fn it_is_spent_before_the_provider_is_asked_and_what_that_gives_is_kept() {
    let mut given = Given::giving(|| Ok(rotating()));
    given.exchanger.expect_revoke().once().returning(|connection| {
        let old = connection.tokens.get(&CredentialName::access_token()).unwrap();
        assert_eq!(old.expose_secret(), "old", "what it replaces is given back");
        Ok(())
    });
    let (outcome, seen) = given.run();
    let finished = outcome.unwrap();
    assert!(finished.outcome.is_ok() && finished.return_to.is_none(), "{finished:?}");
    let [AuthorizationWrite::Finish(spent)] = &seen[0].authorizations[..] else { panic!("{seen:?}") };
    assert_eq!(spent.used_at, Some(now()));
    let [IntegrationWrite::Update { integration, .. }] = &seen[1].integrations[..] else {
        panic!("{seen:?}")
    };
    let grant = integration.grant().unwrap();
    assert_eq!((grant.granted_by, grant.granted_at), (begun().begun_by, now()));
    assert_eq!(seen[1].refreshes[0].state.due_at, Some(now() + TimeDelta::minutes(50)));
    assert_eq!(seen[1].refreshes[0].expected, None);
    assert!(seen[1].health[0].due_at.is_some(), "it has a turn of its own, should nobody ask at once");
    let events: Vec<_> = seen[1].events.iter().map(|event| event.event_type).collect();
    assert_eq!(events, [EventType::IntegrationUpdated, EventType::CredentialChanged]);
    assert!(seen[1].events.iter().all(|event| event.actor == begun().begun_by));
}

#[test]
fn whoever_refreshes_what_was_there_before_is_overtaken() {
    let mut given = Given::giving(|| Ok(rotating()));
    given.exchanger.expect_revoke().returning(|_| Ok(()));
    let leased = TokenRefresh { leased_until: Some(now()), failures: 3, ..TokenRefresh::default() };
    let (_, seen) = Given { refresh: Some((Fence(4), leased)), ..given }.run();
    let write = &seen[1].refreshes[0];
    assert_eq!((write.expected, write.state.leased_until, write.state.failures), (Some(Fence(4)), None, 0));
}

#[test]
fn a_person_who_does_not_allow_it_changes_nothing_and_is_recorded() {
    let mut exchanger = MockOAuthExchanger::new();
    let refused = || Err(ExchangeError::Refused { reason: "refused_by_person".to_owned() });
    exchanger.expect_returned().returning(move |_, _| refused());
    let (outcome, seen) = Given { exchanger, ..Given::giving(|| Ok(rotating())) }.run();
    assert!(matches!(outcome.unwrap().outcome, Err(ExchangeError::Refused { .. })));
    let [_, recorded] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!(recorded.events[0].event_type, EventType::AuthorizationRefused);
    assert!(recorded.integrations.is_empty() && recorded.health.is_empty());
}

#[test]
fn what_was_granted_for_something_that_is_gone_is_given_back() {
    let mut given = Given::giving(|| Ok(rotating()));
    given.exchanger.expect_revoke().once().returning(|connection| {
        let new = connection.tokens.get(&CredentialName::access_token()).unwrap();
        assert_eq!(new.expose_secret(), "new");
        Ok(())
    });
    let (outcome, _) = Given { found: vec![Some(a_connection("old")), None], ..given }.run();
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}
