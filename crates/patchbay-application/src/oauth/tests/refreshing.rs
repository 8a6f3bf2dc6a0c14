//! Keeping fresh what was granted.

use futures::executor::block_on;
use patchbay_domain::testing::SequentialIds;
use patchbay_domain::{
    CredentialName, Credentials, EventType, ExchangeError, Fence, Granted, Health, HealthState,
    IntegrationParts, IntegrationWrite, MockHealthRepository, MockOAuthExchanger, MockRefreshRepository,
    RefreshAttempt, SecretPlace, TokenRefresh, Verification, VerificationClass,
};
use secrecy::ExposeSecret;

use super::*;
use crate::AppError;
use crate::oauth::refresh::{Need, Refreshed};
use crate::oauth::{Granting, RefreshGrant};
use crate::testing::{AtOnce, NoPause, a_connection, caller, granted, one_time, vault};
use patchbay_domain::Permission;

/// A connection whose tokens these are and whose access token ends at `expires_at`.
fn connected(refresh_token: &str, expires_at: Option<DateTime<Utc>>) -> Integration {
    let connection = a_connection("old");
    let IntegrationParts { organisation_id, id, .. } = *connection.parts();
    let mut tokens = Credentials::single(CredentialName::access_token(), "old".into());
    tokens.set(CredentialName::refresh_token(), refresh_token.into());
    let mut parts = connection.parts().clone();
    let mut grant = parts.grant.unwrap();
    grant.tokens = tokens.seal(&vault(), &SecretPlace::grant(organisation_id, id)).unwrap().unwrap();
    grant.expires_at = expires_at;
    parts.grant = Some(grant);
    Integration::from_parts(parts)
}

fn stale() -> Integration {
    connected("first", Some(now() + TimeDelta::minutes(4)))
}

fn sealed_before(token: &str) -> patchbay_domain::Sealed {
    let before = Credentials::single(CredentialName::refresh_token(), token.into());
    let parts = stale().parts().clone();
    before.seal(&vault(), &TokenRefresh::place(parts.organisation_id, parts.id)).unwrap().unwrap()
}

struct Given {
    found: Integration,
    /// How it stands each time that somebody looks; the last one again and again.
    known: Vec<(Fence, TokenRefresh)>,
    exchanger: MockOAuthExchanger,
    health: Health,
    commit: fn(&Changes) -> Result<(), RepositoryError>,
}

impl Given {
    /// A grant that nobody refreshes, whose provider answers a refresh with `outcome`.
    fn answering(outcome: fn() -> Result<Granted, ExchangeError>) -> Self {
        let mut exchanger = MockOAuthExchanger::new();
        exchanger.expect_refresh().once().returning(move |connection| {
            let token = connection.tokens.get(&CredentialName::refresh_token()).unwrap();
            assert_eq!(token.expose_secret(), "first");
            outcome()
        });
        Self::known(TokenRefresh::default(), exchanger)
    }

    fn known(state: TokenRefresh, exchanger: MockOAuthExchanger) -> Self {
        let leased_until = Some(now() + TimeDelta::seconds(60));
        let attempt = state.attempt.or(Some(RefreshAttempt { at: now(), spent: digest_of("first") }));
        let claimed = TokenRefresh { leased_until, attempt, ..state.clone() };
        let known = vec![(Fence(1), state), (Fence(2), claimed)];
        Self { found: stale(), known, exchanger, health: Health::unknown(), commit: |_| Ok(()) }
    }

    fn refresh(self) -> (RefreshGrant, Arc<Mutex<Vec<Changes>>>) {
        let (work, seen) = committing(self.commit);
        let mut refreshes = MockRefreshRepository::new();
        let (mut known, mut last) = (self.known.into_iter(), None);
        refreshes.expect_find().returning(move |_, _| {
            last = known.next().or_else(|| last.take());
            Ok(last.clone())
        });
        let mut health = MockHealthRepository::new();
        let known_health = self.health;
        health.expect_find().returning(move |_, _| Ok(known_health.clone()));
        let refresh = RefreshGrant {
            integrations: Arc::new(finding(Some(self.found))),
            health: Arc::new(health),
            exchanger: Arc::new(self.exchanger),
            granting: Granting {
                vault: Arc::new(vault()),
                providers: Arc::new(providers()),
                refreshes: Arc::new(refreshes),
            },
            work: Arc::new(work),
            secrets: Arc::new(one_time()),
            background: Arc::new(AtOnce),
            pause: Arc::new(NoPause),
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
            lease: Duration::from_secs(60),
        };
        (refresh, seen)
    }

    fn run(self, need: &Need) -> (Result<Refreshed, AppError>, Vec<Changes>) {
        let (refresh, seen) = self.refresh();
        let outcome = block_on(refresh.run(&a_caller(), stale().id(), need));
        (outcome, all(&seen))
    }
}

fn a_caller() -> crate::Caller {
    caller(&[Permission::IntegrationsRead])
}

/// What a provider gives that rotates its tokens.
fn rotated() -> Granted {
    let mut granted = granted("new");
    granted.tokens.set(CredentialName::refresh_token(), "second".into());
    granted.lifetime = Some(Duration::from_secs(3600));
    granted.scopes = Vec::new();
    granted
}

fn ended() -> Result<Granted, ExchangeError> {
    Err(ExchangeError::Ended { reason: "invalid_grant".to_owned() })
}

fn opened(integration: &Integration) -> Credentials {
    crate::disclosure::open_grant(&vault(), integration).unwrap()
}

fn text(tokens: &Credentials, name: &CredentialName) -> String {
    tokens.get(name).unwrap().expose_secret().to_owned()
}

#[test]
fn the_token_is_written_down_as_spent_before_the_provider_is_asked() {
    let (outcome, seen) = Given::answering(|| Ok(rotated())).run(&Need::Stale);
    assert_eq!(outcome.unwrap(), Refreshed::Asked);
    let claim = &seen[0].refreshes[0];
    assert_eq!(claim.expected, Some(Fence(1)));
    assert_eq!(claim.state.attempt, Some(RefreshAttempt { at: now(), spent: digest_of("first") }));
    assert_eq!(claim.state.leased_until, Some(now() + TimeDelta::seconds(60)));
    assert!(seen[0].integrations.is_empty());
}

#[test]
fn what_the_provider_gives_is_kept_and_the_token_before_with_it() {
    let (_, seen) = Given::answering(|| Ok(rotated())).run(&Need::Stale);
    let [IntegrationWrite::Update { integration, .. }] = &seen[1].integrations[..] else {
        panic!("{seen:?}")
    };
    let (tokens, grant) = (opened(integration), integration.grant().unwrap());
    assert_eq!(text(&tokens, &CredentialName::access_token()), "new");
    assert_eq!(text(&tokens, &CredentialName::refresh_token()), "second");
    assert_eq!(grant.expires_at, Some(now() + TimeDelta::hours(1)));
    assert_eq!(grant.scopes, ["chat:write"], "what is not said is as before");
    let write = &seen[1].refreshes[0];
    let expected = TokenRefresh {
        due_at: Some(now() + TimeDelta::minutes(50)),
        previous: Some(sealed_before("first")),
        ..TokenRefresh::default()
    };
    assert_eq!((write.expected, &write.state), (Some(Fence(2)), &expected));
    assert_eq!(seen[1].events[0].event_type, EventType::CredentialChanged);
}

#[test]
fn an_answer_without_a_refresh_token_keeps_the_old_one() {
    let (_, seen) = Given::answering(|| Ok(granted("new"))).run(&Need::Stale);
    let [IntegrationWrite::Update { integration, .. }] = &seen[1].integrations[..] else {
        panic!("{seen:?}")
    };
    assert_eq!(text(&opened(integration), &CredentialName::refresh_token()), "first");
    assert_eq!(seen[1].refreshes[0].state.previous, None);
}

#[test]
fn what_is_over_is_asked_for_no_more_until_somebody_connects_it_anew() {
    let (_, seen) = Given::answering(ended).run(&Need::Stale);
    assert_eq!(seen[1].refreshes[0].state, TokenRefresh::default());
    let health = &seen[1].health[0];
    assert_eq!(health.health.class, Some(VerificationClass::ReconnectNeeded));
    assert_eq!((health.health.state, health.due_at), (HealthState::Broken, None));
    let events: Vec<_> = seen[1].events.iter().map(|event| event.event_type).collect();
    assert_eq!(events, [EventType::HealthChanged, EventType::CredentialInvalid]);
}

#[test]
fn no_answer_leaves_the_attempt_open_and_the_token_in_use() {
    let unanswered = || Err(ExchangeError::TimedOut);
    let (_, seen) = Given::answering(unanswered).run(&Need::Stale);
    let write = &seen[1].refreshes[0];
    assert_eq!(write.state.attempt, Some(RefreshAttempt { at: now(), spent: digest_of("first") }));
    assert_eq!((write.state.leased_until, write.state.failures), (None, 1));
    assert_eq!(write.state.due_at, Some(now() + TimeDelta::seconds(30)));
    assert!(seen[1].integrations.is_empty());
    assert_eq!(seen[1].health[0].health.class, Some(VerificationClass::ProviderUnreachable));
}

#[test]
fn each_failure_in_a_row_doubles_the_wait_and_a_provider_may_ask_for_more() {
    let due_after = |failures: u32, error: fn() -> ExchangeError| {
        let mut exchanger = MockOAuthExchanger::new();
        exchanger.expect_refresh().returning(move |_| Err(error()));
        let state = TokenRefresh { failures, ..TokenRefresh::default() };
        let (_, seen) = Given::known(state, exchanger).run(&Need::Stale);
        (seen[1].refreshes[0].state.due_at.unwrap() - now()).num_seconds()
    };
    assert_eq!(due_after(3, || ExchangeError::TimedOut), 240);
    assert_eq!(due_after(90, || ExchangeError::TimedOut), 3600);
    let throttled = || ExchangeError::Throttled { wait: Some(Duration::from_secs(100)) };
    assert_eq!(due_after(0, throttled), 100);
    let forever = || ExchangeError::Throttled { wait: Some(Duration::MAX) };
    assert_eq!(due_after(0, forever), 3600);
}

/// An attempt whose answer was lost, with another token than the present one before it.
fn unanswered(since: TimeDelta) -> TokenRefresh {
    TokenRefresh {
        attempt: Some(RefreshAttempt { at: now() - since, spent: digest_of("first") }),
        previous: Some(sealed_before("zeroth")),
        ..TokenRefresh::default()
    }
}

#[test]
fn the_token_before_is_tried_once_where_an_answer_may_have_been_lost() {
    let mut exchanger = MockOAuthExchanger::new();
    let mut asked_with = Vec::new();
    exchanger.expect_refresh().times(2).returning(move |connection| {
        asked_with.push(text(&connection.tokens, &CredentialName::refresh_token()));
        if asked_with == ["first", "zeroth"] { Ok(rotated()) } else { ended() }
    });
    let (_, seen) = Given::known(unanswered(TimeDelta::minutes(5)), exchanger).run(&Need::Stale);
    assert_eq!(seen[1].integrations.len(), 1);
    let open = seen[0].refreshes[0].state.attempt.unwrap();
    assert_eq!(open.at, now() - TimeDelta::minutes(5), "it is the same attempt");
}

#[test]
fn the_token_before_is_not_tried_for_ever() {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_refresh().once().returning(|_| ended());
    let (_, seen) = Given::known(unanswered(TimeDelta::minutes(11)), exchanger).run(&Need::Stale);
    assert_eq!(seen[1].health[0].health.class, Some(VerificationClass::ReconnectNeeded));
}

#[test]
fn one_that_somebody_is_at_is_left_to_them() {
    let leased = TokenRefresh { leased_until: Some(now() + TimeDelta::seconds(1)), ..Default::default() };
    let (outcome, seen) = Given::known(leased, MockOAuthExchanger::new()).run(&Need::Stale);
    assert_eq!((outcome.unwrap(), seen.len()), (Refreshed::InProgress, 0));
    let mut taken = Given::known(TokenRefresh::default(), MockOAuthExchanger::new());
    taken.commit = |_| Err(RepositoryError::Stale);
    assert_eq!(taken.run(&Need::Stale).0.unwrap(), Refreshed::InProgress);
}

#[test]
fn one_whose_holder_was_killed_is_taken_over() {
    let over = TokenRefresh { leased_until: Some(now()), ..TokenRefresh::default() };
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_refresh().once().returning(|_| Ok(rotated()));
    let (outcome, seen) = Given::known(over, exchanger).run(&Need::Stale);
    assert_eq!((outcome.unwrap(), seen.len()), (Refreshed::Asked, 2));
}

#[test]
fn what_comes_after_somebody_else_was_faster_is_not_kept() {
    let mut given = Given::answering(|| Ok(rotated()));
    given.known = vec![(Fence(1), TokenRefresh::default()), (Fence(5), TokenRefresh::default())];
    let (outcome, seen) = given.run(&Need::Stale);
    assert_eq!((outcome.unwrap(), seen.len()), (Refreshed::Asked, 1));
}

#[test]
fn what_comes_after_the_master_keys_were_rotated_is_kept_all_the_same() {
    let mut given = Given::answering(|| Ok(rotated()));
    given.known[1].0 = Fence(7);
    let (_, seen) = given.run(&Need::Stale);
    assert_eq!(seen[1].refreshes[0].expected, Some(Fence(7)));
}

#[test]
fn what_became_needless_is_not_done() {
    let later = Given {
        found: connected("first", Some(now() + TimeDelta::minutes(6))),
        ..Given::known(TokenRefresh::default(), MockOAuthExchanger::new())
    };
    assert_eq!(later.run(&Need::Stale).0.unwrap(), Refreshed::Needless);
    let done = TokenRefresh { due_at: Some(now() + TimeDelta::hours(1)), ..TokenRefresh::default() };
    let until = Need::Turn(now() + TimeDelta::minutes(5));
    let given = Given::known(done, MockOAuthExchanger::new());
    assert_eq!(given.run(&until).0.unwrap(), Refreshed::Needless);
    let another = Need::Rejected(Box::new(a_connection("another").grant().unwrap().clone()));
    let given = Given::known(TokenRefresh::default(), MockOAuthExchanger::new());
    assert_eq!(given.run(&another).0.unwrap(), Refreshed::Needless);
}

#[test]
fn what_a_person_has_to_connect_anew_is_asked_for_no_more() {
    let over = Verification::of(VerificationClass::ReconnectNeeded);
    let given = Given {
        health: Health::unknown().after(&over, now()),
        ..Given::known(TokenRefresh::default(), MockOAuthExchanger::new())
    };
    let (outcome, seen) = given.run(&Need::Stale);
    assert_eq!((outcome.unwrap(), seen.len()), (Refreshed::Needless, 0));
}

#[test]
fn a_provider_that_gave_no_answer_is_left_alone_by_whoever_wants_a_token_too() {
    let put_off = |due_in: i64| {
        let due_at = Some(now() + TimeDelta::seconds(due_in));
        TokenRefresh { failures: 1, due_at, ..TokenRefresh::default() }
    };
    let rejected = Need::Rejected(Box::new(stale().grant().unwrap().clone()));
    for need in [Need::Stale, rejected] {
        let (outcome, seen) = Given::known(put_off(1), MockOAuthExchanger::new()).run(&need);
        assert_eq!((outcome.unwrap(), seen.len()), (Refreshed::Needless, 0));
        let mut exchanger = MockOAuthExchanger::new();
        exchanger.expect_refresh().once().returning(|_| Ok(rotated()));
        assert_eq!(Given::known(put_off(0), exchanger).run(&need).0.unwrap(), Refreshed::Asked);
    }
}

#[test]
fn a_turn_that_was_taken_is_used() {
    let until = now() + TimeDelta::minutes(5);
    let taken = TokenRefresh { due_at: Some(until), ..TokenRefresh::default() };
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_refresh().once().returning(|_| Ok(rotated()));
    let (outcome, _) = Given::known(taken, exchanger).run(&Need::Turn(until));
    assert_eq!(outcome.unwrap(), Refreshed::Asked);
}

#[test]
fn a_token_that_lasts_is_handed_out_as_it_is() {
    let (refresh, seen) = Given::known(TokenRefresh::default(), MockOAuthExchanger::new()).refresh();
    let lasting = connected("first", Some(now() + TimeDelta::hours(1)));
    let fresh = block_on(refresh.fresh(&a_caller(), lasting.clone())).unwrap();
    assert!(fresh == lasting && all(&seen).is_empty());
}

#[test]
fn whoever_waits_for_anothers_refresh_waits_for_a_while_and_no_longer() {
    let leased = TokenRefresh { leased_until: Some(now() + TimeDelta::seconds(1)), ..Default::default() };
    let (refresh, seen) = Given::known(leased, MockOAuthExchanger::new()).refresh();
    let found = block_on(refresh.fresh(&a_caller(), stale())).unwrap();
    assert!(found == stale() && all(&seen).is_empty());
}

#[test]
fn a_token_that_works_ends_the_one_before() {
    let state = TokenRefresh { previous: Some(sealed_before("zeroth")), ..TokenRefresh::default() };
    let (refresh, seen) = Given::known(state, MockOAuthExchanger::new()).refresh();
    block_on(refresh.worked(&a_caller(), &stale())).unwrap();
    let write = &all(&seen)[0].refreshes[0];
    assert_eq!((write.expected, &write.state.previous), (Some(Fence(1)), &None));
    let (refresh, seen) = Given::known(TokenRefresh::default(), MockOAuthExchanger::new()).refresh();
    block_on(refresh.worked(&a_caller(), &stale())).unwrap();
    assert!(all(&seen).is_empty());
}
