//! Beginning, and sending the browser on.

use futures::executor::block_on;
use patchbay_domain::testing::SequentialIds;
use patchbay_domain::{
    AskedScopes, AuthorizationWrite, Configuration, ExchangeError, Identifier, IntegrationEdit,
    MockAuthorizationDirectory, MockOAuthExchanger, OAuthScope, Permission,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::*;
use crate::idempotency::ReceiptFor;
use crate::integrations::Which;
use crate::oauth::{Addresses, BeginAuthorization, Begun, ReturnTo, Sent, StartAuthorization, Wanted};
use crate::testing::{a_connection, an_integration, caller, one_time, vault};
use crate::{AppError, Entity, Missing};

const DONE: &str = "https://app.example/done";

fn ready() -> MockOAuthExchanger {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_authorize_url().returning(|_, request| {
        Ok(format!("https://slack.com/?state={}", request.state.expose_secret()).into())
    });
    exchanger
}

/// Begins as it is usual, and to come back to `return_to`.
fn begin(
    found: Option<Integration>,
    exchanger: MockOAuthExchanger,
    work: MockUnitOfWork,
    permission: Permission,
    return_to: Option<&str>,
) -> Result<Begun, AppError> {
    let return_to = return_to.map_or(ReturnTo::Page, |address| ReturnTo::Address(address.to_owned()));
    begin_as(Wanted { return_to, ..Wanted::default() }, found, (exchanger, work), permission)
}

fn begin_as(
    wanted: Wanted,
    found: Option<Integration>,
    ports: (MockOAuthExchanger, MockUnitOfWork),
    permission: Permission,
) -> Result<Begun, AppError> {
    block_on(beginning(found, ports).run(
        &caller(&[permission]),
        Which::Id(an_integration().id()),
        wanted,
        &ReceiptFor::none(),
    ))
}

fn beginning(
    found: Option<Integration>,
    (exchanger, work): (MockOAuthExchanger, MockUnitOfWork),
) -> BeginAuthorization {
    let addresses = Addresses {
        public_url: "https://patchbay.example".to_owned(),
        allowed_returns: vec![DONE.to_owned()],
        ..Addresses::default()
    };
    BeginAuthorization {
        integrations: Arc::new(finding(found)),
        providers: Arc::new(providers()),
        exchanger: Arc::new(exchanger),
        work: Arc::new(work),
        vault: Arc::new(vault()),
        secrets: Arc::new(one_time()),
        addresses: Arc::new(addresses),
        clock: Arc::new(FixedClock::default()),
        ids: Arc::new(SequentialIds::default()),
    }
}

#[test]
fn a_caller_without_the_permission_begins_nothing() {
    let outcome =
        begin(None, MockOAuthExchanger::new(), MockUnitOfWork::new(), Permission::IntegrationsRead, None);
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
}

#[test]
fn nobody_is_sent_where_the_operator_does_not_allow_it() {
    let found = Some(a_connection("old"));
    let elsewhere = Some("https://evil.example/");
    let outcome = begin(found, ready(), MockUnitOfWork::new(), Permission::IntegrationsWrite, elsewhere);
    assert!(matches!(outcome, Err(AppError::Invalid(_))), "{outcome:?}");
}

#[test]
fn what_is_not_there_is_not_begun() {
    let outcome = begin(None, ready(), MockUnitOfWork::new(), Permission::IntegrationsWrite, None);
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}

#[test]
fn a_provider_that_nobody_can_be_sent_to_is_not_begun() {
    let plain = Some(an_integration());
    let outcome = begin(plain, ready(), MockUnitOfWork::new(), Permission::IntegrationsWrite, None);
    assert!(matches!(outcome, Err(AppError::Exchange(ExchangeError::NotConfigured))), "{outcome:?}");
}

#[test]
fn whoever_begins_is_told_what_is_missing() {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger
        .expect_authorize_url()
        .returning(|_, _| Err(ExchangeError::Incomplete { what: "shop_domain".to_owned() }));
    let found = Some(a_connection("old"));
    let outcome = begin(found, exchanger, MockUnitOfWork::new(), Permission::IntegrationsWrite, None);
    assert_eq!(outcome.unwrap_err().to_string(), "shop_domain is missing");
}

#[test]
fn a_link_is_answered_and_its_digest_alone_is_kept() {
    let (work, seen) = committing(|_| Ok(()));
    let found = Some(a_connection("old"));
    let answer = begin(found, ready(), work, Permission::IntegrationsWrite, Some(DONE)).unwrap();
    assert_eq!(answer.url.expose_secret(), "https://patchbay.example/oauth/start/secret-1");
    let [AuthorizationWrite::Begin(kept)] = &all(&seen)[0].authorizations[..] else { panic!("{seen:?}") };
    assert_eq!((kept.link, kept.return_to.as_deref()), (digest_of("secret-1"), Some(DONE)));
    assert_eq!(kept.redirect_uri, "https://patchbay.example/oauth/callback/slack");
    assert_eq!((kept.expires_at, answer.expires_at), (now() + Authorization::LASTS, kept.expires_at));
    assert!(!format!("{answer:?}").contains("secret-1"));
}

#[test]
fn what_is_missing_is_called_as_where_the_integration_is_meant() {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger
        .expect_authorize_url()
        .returning(|_, _| Err(ExchangeError::Incomplete { what: "back, other".to_owned() }));
    let found = a_connection("old");
    let identifier = Identifier::parse("team").unwrap();
    let which = Which::Identifier { dialect: "novu", identifier };
    let caller = caller(&[Permission::IntegrationsWrite]);
    let beginning = beginning(Some(found), (exchanger, MockUnitOfWork::new()));
    let outcome = block_on(beginning.run(&caller, which, Wanted::default(), &ReceiptFor::none()));
    let Err(AppError::Incomplete(Missing { provider, members })) = outcome else { panic!("{outcome:?}") };
    assert_eq!((provider.as_str(), members), ("slack", vec!["redirectUrl".to_owned(), "other".to_owned()]));
}

#[test]
fn a_person_is_asked_for_the_scopes_that_are_wanted() {
    let scopes = AskedScopes::new(vec![OAuthScope::parse("admin").unwrap()]).unwrap();
    let wanted = Wanted { scopes: scopes.clone(), ..Wanted::default() };
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_authorize_url().returning(|_, request| {
        assert_eq!(request.scopes.iter().collect::<Vec<_>>(), ["admin"]);
        Ok("https://slack.com/".into())
    });
    let (work, seen) = committing(|_| Ok(()));
    let found = Some(a_connection("old"));
    begin_as(wanted, found, (exchanger, work), Permission::IntegrationsWrite).unwrap();
    let [AuthorizationWrite::Begin(kept)] = &all(&seen)[0].authorizations[..] else { panic!("{seen:?}") };
    assert_eq!(kept.scopes, scopes);
}

#[test]
fn the_owner_says_where_the_person_goes_as_far_as_the_operator_allows_it() {
    for (said, return_to) in [
        (json!({"back": DONE}), Some(DONE)),
        (json!({"back": "https://evil.example/"}), None),
        (json!({"back": 7}), None),
        (json!({}), None),
    ] {
        let Value::Object(said) = said else { panic!("{said}") };
        let configuration = Some(Configuration::from_stored(said));
        let edit = IntegrationEdit { configuration, ..IntegrationEdit::default() };
        let found = a_connection("old").next(edit, now());
        let wanted = Wanted {
            return_to: ReturnTo::Field { dialect: "novu", name: "redirectUrl" },
            ..Wanted::default()
        };
        let (work, seen) = committing(|_| Ok(()));
        begin_as(wanted, Some(found), (ready(), work), Permission::IntegrationsWrite).unwrap();
        let [AuthorizationWrite::Begin(kept)] = &all(&seen)[0].authorizations[..] else { panic!("{seen:?}") };
        assert_eq!(kept.return_to.as_deref(), return_to);
    }
}

fn start(
    known: Option<Authorization>,
    found: Option<Integration>,
    work: MockUnitOfWork,
) -> Result<Sent, AppError> {
    let mut authorizations = MockAuthorizationDirectory::new();
    authorizations.expect_find_by_link().returning(move |link| {
        assert_eq!(link, digest_of("link"));
        Ok(known.clone())
    });
    let mut exchanger = MockOAuthExchanger::new();
    exchanger.expect_authorize_url().returning(|connection, request| {
        assert_eq!(connection.provider, ProviderId::slack());
        assert_eq!(request.redirect_uri, "https://patchbay.example/oauth/callback/slack");
        assert_eq!(request.verifier.expose_secret(), "pkce of secret-2");
        Ok(format!("https://slack.com/?state={}", request.state.expose_secret()).into())
    });
    let start = StartAuthorization {
        authorizations: Arc::new(authorizations),
        integrations: Arc::new(finding(found)),
        exchanger: Arc::new(exchanger),
        work: Arc::new(work),
        vault: Arc::new(vault()),
        secrets: Arc::new(one_time()),
        clock: Arc::new(FixedClock::default()),
    };
    block_on(start.run(&"link".into()))
}

#[test]
fn the_browser_is_sent_on_and_known_by_what_only_it_has() {
    let (work, seen) = committing(|_| Ok(()));
    let sent = start(Some(begun()), Some(a_connection("old")), work).unwrap();
    assert_eq!(sent.url.expose_secret(), "https://slack.com/?state=secret-1");
    assert_eq!(sent.cookie.expose_secret(), "secret-2");
    let [AuthorizationWrite::Start(kept)] = &all(&seen)[0].authorizations[..] else { panic!("{seen:?}") };
    let browser = Browser { state: digest_of("secret-1"), cookie: digest_of("secret-2") };
    assert_eq!(*kept, Authorization { browser: Some(browser), ..begun() });
    let shown = format!("{sent:?}");
    assert!(!shown.contains("secret-"), "{shown}");
}

#[test]
fn a_link_that_begins_nothing_any_more_says_nothing_else() {
    let over = Authorization { expires_at: now(), ..begun() };
    let used = Authorization { used_at: Some(now()), ..begun() };
    for known in [None, Some(over), Some(used), Some(started())] {
        let outcome = start(known, Some(a_connection("old")), MockUnitOfWork::new());
        assert!(matches!(outcome, Err(AppError::NotFound(Entity::Authorization))), "{outcome:?}");
    }
    let deleted = start(Some(begun()), None, MockUnitOfWork::new());
    assert!(matches!(deleted, Err(AppError::NotFound(Entity::Authorization))), "{deleted:?}");
}

#[test]
fn of_two_browsers_that_follow_one_link_the_second_is_sent_nowhere() {
    let (work, _) = committing(|_| Err(RepositoryError::Stale));
    let outcome = start(Some(begun()), Some(a_connection("old")), work);
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Authorization))), "{outcome:?}");
}
