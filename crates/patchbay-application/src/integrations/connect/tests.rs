use super::*;
use crate::Shown;
use crate::testing::{
    AtOnce, a_connection, a_name, a_url, an_organisation, caller, granted, granting, vault,
};
use chrono::TimeDelta;
use futures::executor::block_on;
use futures::future::BoxFuture;
use patchbay_domain::testing::{FixedClock, SequentialIds};
use patchbay_domain::{
    Actor, AppDescription, CredentialName, ExchangeError, IntegrationWrite, LeaseWrite,
    MockIntegrationRepository, MockOAuthExchanger, MockRankingRepository, MockUnitOfWork, RepositoryError,
    Status, Taken, UniqueKey,
};
use secrecy::ExposeSecret;
use std::sync::{Mutex, PoisonError};

/// What one connecting stands on; what is not set up is not to be called.
struct Given {
    integrations: MockIntegrationRepository,
    exchanger: MockOAuthExchanger,
    work: MockUnitOfWork,
    background: Arc<dyn Background>,
    system_apps: Vec<SystemApp>,
}

impl Given {
    /// The connection that is there already, if any.
    fn present(connection: Option<Integration>) -> Self {
        let mut given = Self {
            integrations: MockIntegrationRepository::new(),
            exchanger: MockOAuthExchanger::new(),
            work: MockUnitOfWork::new(),
            background: Arc::new(AtOnce),
            system_apps: Vec::new(),
        };
        given.integrations.expect_find_holder().returning(move |_, key| {
            let home = an_organisation().default_environment;
            assert_eq!(*key, UniqueKey::connection(home, &ProviderId::slack()));
            Ok(connection.clone())
        });
        given
    }

    fn exchanging(mut self, answer: fn() -> Result<Granted, ExchangeError>) -> Self {
        self.exchanger.expect_exchange().once().returning(move |connection, code| {
            let told = (connection.provider.as_str(), code.code.expose_secret());
            assert_eq!((told, &code.redirect_uri), (("slack", "a-code"), &None));
            answer()
        });
        self
    }

    /// A store that answers each commit with `answer`, and what was committed.
    fn committing(
        mut self,
        answer: fn(&Changes) -> Result<(), RepositoryError>,
    ) -> (Self, Arc<Mutex<Vec<Changes>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        self.work.expect_commit().returning(move |_, changes| {
            let outcome = answer(&changes);
            log.lock().unwrap_or_else(PoisonError::into_inner).push(changes);
            outcome
        });
        (self, seen)
    }

    fn connect(self) -> ConnectProvider {
        let exchanger: Arc<dyn OAuthExchanger> = Arc::new(self.exchanger);
        let vault: Arc<dyn Vault> = Arc::new(vault());
        ConnectProvider {
            integrations: Arc::new(self.integrations),
            exchanger: exchanger.clone(),
            granting: granting(),
            revoke: RevokeGrants { exchanger, vault: vault.clone(), background: self.background.clone() },
            work: Arc::new(self.work),
            vault,
            clock: Arc::new(FixedClock::default()),
            ids: Arc::new(SequentialIds::default()),
            background: self.background,
            system_apps: self.system_apps.into(),
            rankings: Arc::new(MockRankingRepository::new()),
            lease: Duration::from_secs(60),
        }
    }

    fn run(self, replace: bool) -> Result<Disclosed, AppError> {
        block_on(self.connect().run(&caller(&[Permission::OauthExchange]), new(replace), &ReceiptFor::none()))
    }
}

/// Keeps the work instead of running it.
#[derive(Default)]
struct Later(Mutex<Vec<BoxFuture<'static, ()>>>);

impl Background for Later {
    fn run(&self, work: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(work);
    }
}

fn new(replace: bool) -> NewConnection {
    NewConnection { provider: ProviderId::slack(), name: a_name("Slack"), code: "a-code".into(), replace }
}

fn all(seen: &Mutex<Vec<Changes>>) -> Vec<Changes> {
    seen.lock().unwrap().clone()
}

fn events(changes: &Changes) -> Vec<EventType> {
    changes.events.iter().map(|event| event.event_type).collect()
}

/// Asserts that a lease was taken first and given back last, and nothing else was saved.
fn expect_only_the_lease(seen: &Mutex<Vec<Changes>>) {
    let seen = all(seen);
    let [first, last] = &seen[..] else { panic!("{seen:?}") };
    let [LeaseWrite::Take { lease, .. }] = &first.leases[..] else { panic!("{first:?}") };
    assert_eq!(*last, Changes::new().release(lease));
}

#[test]
fn a_caller_without_the_permission_begins_nothing() {
    let background = Arc::new(Later::default());
    let given = Given { background: background.clone(), ..Given::present(None) };
    let outcome = block_on(given.connect().run(
        &caller(&[Permission::IntegrationsWrite]),
        new(false),
        &ReceiptFor::none(),
    ));
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::OauthExchange))), "{outcome:?}");
    assert_eq!(background.0.lock().unwrap().len(), 0);
}

#[test]
fn the_lease_is_taken_before_the_exchange_and_given_back_with_what_came_of_it() {
    let given = Given::present(None).exchanging(|| Ok(granted("planted-token")));
    let (given, seen) = given.committing(|_| Ok(()));
    let shown = given.run(false).unwrap();
    let Shown::Full(tokens) = &shown.secrets else { panic!("{shown:?}") };
    assert_eq!(tokens.get(&CredentialName::access_token()).unwrap().expose_secret(), "planted-token");

    let seen = all(&seen);
    let [taking, saving] = &seen[..] else { panic!("{seen:?}") };
    let [LeaseWrite::Take { lease, at }] = &taking.leases[..] else { panic!("{taking:?}") };
    assert_eq!(lease.until - *at, TimeDelta::seconds(60));
    assert_eq!(saving.leases, [LeaseWrite::Release(lease.clone())]);
    assert_eq!(events(saving), [EventType::IntegrationCreated, EventType::CredentialRevealed]);
    assert!(!format!("{seen:?}").contains("planted"), "{seen:?}");

    let [IntegrationWrite::Insert { integration, claimed }] = &saving.integrations[..] else {
        panic!("{saving:?}")
    };
    assert_eq!(*integration, shown.integration);
    assert_eq!(claimed.len(), 2);
    let parts = integration.parts();
    assert_eq!((parts.name.as_str(), parts.origin, parts.status), ("Slack", Origin::System, Status::Active));
    assert_eq!(parts.facts["team_name"], "Acme");
    let grant = integration.grant().unwrap();
    assert_eq!(grant.expires_at.unwrap() - grant.granted_at, TimeDelta::seconds(60));
    assert!(matches!(grant.granted_by, Actor::Key(_)));
}

#[test]
fn a_connection_that_is_there_is_refused_before_the_code_is_spent() {
    // The exchanger expects no call.
    let (given, seen) = Given::present(Some(a_connection("old"))).committing(|_| Ok(()));
    let outcome = given.run(false);
    let taken = Conflict::Taken(UniqueRule::Connection);
    assert!(matches!(outcome, Err(AppError::Conflict(conflict)) if conflict == taken), "{outcome:?}");
    expect_only_the_lease(&seen);
}

#[test]
fn while_someone_else_connects_nothing_is_asked() {
    let (given, seen) = Given::present(None).committing(|changes| {
        let [LeaseWrite::Take { lease, .. }] = &changes.leases[..] else { panic!("{changes:?}") };
        Err(RepositoryError::Duplicate(Taken::Lease(lease.key.clone())))
    });
    let outcome = given.run(true);
    assert!(matches!(outcome, Err(AppError::Conflict(Conflict::InProgress))), "{outcome:?}");
    assert_eq!(all(&seen).len(), 1);
}

#[test]
fn an_exchange_that_gives_nothing_leaves_nothing_behind() {
    let given = Given::present(None).exchanging(|| Err(ExchangeError::TimedOut));
    let (given, seen) = given.committing(|_| Ok(()));
    let outcome = given.run(false);
    assert!(matches!(outcome, Err(AppError::Exchange(ExchangeError::TimedOut))), "{outcome:?}");
    expect_only_the_lease(&seen);
}

#[test]
fn replacing_keeps_the_id_and_ends_the_old_grant() {
    let mut given = Given::present(Some(a_connection("old"))).exchanging(|| Ok(granted("new")));
    given.exchanger.expect_revoke().once().returning(|connection| {
        let tokens = &connection.tokens;
        assert_eq!(tokens.get(&CredentialName::access_token()).unwrap().expose_secret(), "old");
        Ok(())
    });
    let (given, seen) = given.committing(|_| Ok(()));
    let shown = given.run(true).unwrap();
    let before = a_connection("old");
    assert_eq!((shown.integration.id(), shown.integration.version()), (before.id(), before.version().next()));
    let expected =
        [EventType::IntegrationUpdated, EventType::CredentialChanged, EventType::CredentialRevealed];
    assert_eq!(events(&all(&seen)[1]), expected);
}

#[test]
fn a_grant_that_comes_with_the_same_token_again_is_not_ended() {
    // The exchanger expects no revocation.
    let given = Given::present(Some(a_connection("same"))).exchanging(|| Ok(granted("same")));
    let (given, _) = given.committing(|_| Ok(()));
    given.run(true).unwrap();
}

#[test]
fn a_change_of_the_connection_meanwhile_costs_no_second_exchange() {
    let mut given = Given::present(Some(a_connection("old"))).exchanging(|| Ok(granted("new")));
    given.exchanger.expect_revoke().returning(|_| Ok(()));
    let mut stale = true;
    given.work.expect_commit().times(3).returning(move |_, changes| {
        let saves = !changes.integrations.is_empty();
        if saves && std::mem::take(&mut stale) { Err(RepositoryError::Stale) } else { Ok(()) }
    });
    given.run(true).unwrap();
}

#[test]
fn an_account_that_another_integration_has_is_a_conflict_and_gives_the_lease_back() {
    let given = Given::present(None).exchanging(|| Ok(granted("token")));
    let (given, seen) = given.committing(|changes| match &changes.integrations[..] {
        [IntegrationWrite::Insert { claimed, .. }] => {
            Err(RepositoryError::Duplicate(Taken::Key(claimed[1].clone())))
        }
        _ => Ok(()),
    });
    let outcome = given.run(false);
    let taken = Conflict::Taken(UniqueRule::Account);
    assert!(matches!(outcome, Err(AppError::Conflict(conflict)) if conflict == taken), "{outcome:?}");
    let seen = all(&seen);
    assert!(matches!(seen.last().unwrap().leases[..], [LeaseWrite::Release(_)]), "{seen:?}");
}

fn slack_app() -> SystemApp {
    SystemApp {
        name: a_name("Slack for all"),
        provider: ProviderId::slack(),
        manifest_url: a_url("https://apps.example/slack.json"),
        app: AppDescription { name: "Slack".into(), ..Default::default() },
    }
}

#[test]
fn connecting_an_offered_app_makes_it_a_row_of_the_same_id() {
    let mut given = Given::present(None).exchanging(|| Ok(granted("token")));
    given.system_apps = vec![slack_app()];
    given.integrations.expect_find_deleted().returning(|_, _| Ok(None));
    let (given, _) = given.committing(|_| Ok(()));
    let made = given.run(false).unwrap().integration;
    assert_eq!(made.id(), slack_app().id_for(&caller(&[])));
    assert_eq!(made.name().as_str(), "Slack for all");
    assert_eq!(made.manifest().unwrap().app.as_ref().unwrap().name, "Slack");
}

#[test]
fn connecting_an_offered_app_again_revives_its_row() {
    let mut given = Given::present(None).exchanging(|| Ok(granted("token")));
    given.system_apps = vec![slack_app()];
    let deleted = slack_app()
        .offered_to(&caller(&[]))
        .deleted(Actor::Operator, patchbay_domain::testing::FixedClock::default().now());
    let next = deleted.version().next();
    given.integrations.expect_find_deleted().returning(move |_, _| Ok(Some(deleted.clone())));
    let (given, seen) = given.committing(|_| Ok(()));
    let made = given.run(false).unwrap().integration;
    assert_eq!(made.version(), next);
    assert!(matches!(all(&seen)[1].integrations[..], [IntegrationWrite::Revive { .. }]), "{seen:?}");
}

#[test]
fn an_exchange_that_has_begun_is_kept_although_its_caller_left() {
    let given = Given::present(None).exchanging(|| Ok(granted("token")));
    let (mut given, seen) = given.committing(|_| Ok(()));
    let later = Arc::new(Later::default());
    given.background = later.clone();
    let (connect, caller) = (given.connect(), caller(&[Permission::OauthExchange]));
    let none = ReceiptFor::<Disclosed>::none();
    let mut request = Box::pin(connect.run(&caller, new(false), &none));
    assert!(futures::FutureExt::now_or_never(&mut request).is_none());
    drop(request);
    let begun = later.0.lock().unwrap().pop().unwrap();
    block_on(begun);
    assert_eq!(all(&seen).len(), 2, "taken, then saved");
}
