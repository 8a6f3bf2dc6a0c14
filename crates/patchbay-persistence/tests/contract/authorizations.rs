//! People on their way to a provider and back.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Actor, ApiKeyId, AskedScopes, Authorization, AuthorizationDirectory, AuthorizationId, AuthorizationWrite,
    Browser, Changes, IdGenerator, Integration, OAuthScope, ProviderId, RepositoryError, Scope, SecretDigest,
    UnitOfWork,
};
use patchbay_persistence::DieselAuthorizationDirectory;
use rstest::rstest;
use uuid::Uuid;

use crate::fixtures::{Store, Tenant, deleted};
use crate::racing::{begin, winners};
use crate::support::Backend;

const LINK: SecretDigest = SecretDigest([1; 32]);
const BROWSER: Browser = Browser { state: SecretDigest([2; 32]), cookie: SecretDigest([3; 32]) };
const OTHER_BROWSER: Browser = Browser { state: SecretDigest([4; 32]), cookie: SecretDigest([5; 32]) };

fn authorization(store: &Store, of: &Integration, link: SecretDigest) -> Authorization {
    Authorization {
        id: AuthorizationId::from_uuid(store.ids.uuid()),
        organisation_id: of.parts().organisation_id,
        environment_id: of.parts().environment_id,
        integration_id: of.id(),
        provider: ProviderId::slack(),
        begun_by: Actor::Key(ApiKeyId::from_uuid(Uuid::from_u128(7))),
        redirect_uri: "https://patchbay.example/oauth/callback".to_owned(),
        scopes: AskedScopes::usual(),
        return_to: Some("https://shop.example/done?\u{1f980}".to_owned()),
        link,
        browser: None,
        used_at: None,
        expires_at: store.now() + Authorization::LASTS,
    }
}

fn started(one: &Authorization, browser: Browser) -> Authorization {
    Authorization { browser: Some(browser), ..one.clone() }
}

fn finished(one: &Authorization, at: DateTime<Utc>) -> Authorization {
    Authorization { used_at: Some(at), ..one.clone() }
}

fn directory(store: &Store) -> DieselAuthorizationDirectory {
    DieselAuthorizationDirectory::new(store.db.clone())
}

async fn write(store: &Store, scope: &Scope, write: AuthorizationWrite) -> Result<(), RepositoryError> {
    store.work.commit(scope, Changes::new().authorization(write)).await
}

async fn begun(store: &Store, tenant: &Tenant, link: SecretDigest) -> Authorization {
    let integration = store.stored(tenant, &format!("shop {}", link.0[0])).await;
    let one = authorization(store, &integration, link);
    write(store, &tenant.scope, AuthorizationWrite::Begin(one.clone())).await.unwrap();
    one
}

fn is_stale(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Stale))
}

#[rstest]
#[tokio::test]
async fn a_link_finds_its_own_authorization_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    begun(&store, &tenant, SecretDigest([9; 32])).await;
    let mut near = LINK;
    near.0[31] = 0;
    let directory = directory(&store);
    assert_eq!(directory.find_by_link(LINK).await.unwrap(), Some(one));
    assert_eq!(directory.find_by_link(near).await.unwrap(), None);
    assert_eq!(directory.find_by_state(LINK).await.unwrap(), None, "nobody has followed it");
}

#[rstest]
#[tokio::test]
async fn what_a_person_is_asked_to_allow_is_kept_in_its_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let scopes = ["chat:write", "ä", "admin"].map(|scope| OAuthScope::parse(scope).unwrap());
    let scopes = AskedScopes::new(scopes.into()).unwrap();
    let one = Authorization { scopes, ..authorization(&store, &integration, LINK) };
    write(&store, &tenant.scope, AuthorizationWrite::Begin(one.clone())).await.unwrap();
    assert_eq!(directory(&store).find_by_link(LINK).await.unwrap(), Some(one));
}

#[rstest]
#[tokio::test]
async fn the_state_of_whoever_followed_the_link_finds_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = started(&begun(&store, &tenant, LINK).await, BROWSER);
    write(&store, &tenant.scope, AuthorizationWrite::Start(one.clone())).await.unwrap();
    let directory = directory(&store);
    assert_eq!(directory.find_by_state(BROWSER.state).await.unwrap().as_ref(), Some(&one));
    assert_eq!(directory.find_by_state(BROWSER.cookie).await.unwrap(), None);
    let one = finished(&one, store.now());
    write(&store, &tenant.scope, AuthorizationWrite::Finish(one.clone())).await.unwrap();
    assert_eq!(directory.find_by_state(BROWSER.state).await.unwrap(), Some(one));
}

#[rstest]
#[tokio::test]
async fn a_link_that_was_used_begins_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    let integration = store.stored(&tenant, "another").await;
    let second = authorization(&store, &integration, LINK);
    let outcome = write(&store, &tenant.scope, AuthorizationWrite::Begin(second)).await;
    assert!(is_stale(&outcome), "{outcome:?}");
    assert_eq!(directory(&store).find_by_link(LINK).await.unwrap(), Some(one));
}

#[rstest]
#[tokio::test]
async fn a_second_start_is_stale(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    let first = started(&one, BROWSER);
    write(&store, &tenant.scope, AuthorizationWrite::Start(first.clone())).await.unwrap();
    for again in [BROWSER, OTHER_BROWSER] {
        let outcome = write(&store, &tenant.scope, AuthorizationWrite::Start(started(&one, again))).await;
        assert!(is_stale(&outcome), "{outcome:?}");
    }
    assert_eq!(directory(&store).find_by_link(LINK).await.unwrap(), Some(first));
}

#[rstest]
#[tokio::test]
async fn of_many_browsers_that_follow_one_link_one_is_sent_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    let start = |n| {
        let browser = Browser { state: SecretDigest([n; 32]), cookie: SecretDigest([n; 32]) };
        let write = AuthorizationWrite::Start(started(&one, browser));
        begin(&store, &tenant, Changes::new().authorization(write))
    };
    assert_eq!(winners((100..116).map(start).collect()).await, 1);
}

#[rstest]
#[tokio::test]
async fn a_state_that_another_browser_has_is_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let first = started(&begun(&store, &tenant, LINK).await, BROWSER);
    let second = started(&begun(&store, &tenant, SecretDigest([9; 32])).await, BROWSER);
    write(&store, &tenant.scope, AuthorizationWrite::Start(first)).await.unwrap();
    let outcome = write(&store, &tenant.scope, AuthorizationWrite::Start(second)).await;
    assert!(is_stale(&outcome), "{outcome:?}");
}

#[rstest]
#[tokio::test]
async fn a_second_finish_is_stale(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = started(&begun(&store, &tenant, LINK).await, BROWSER);
    write(&store, &tenant.scope, AuthorizationWrite::Start(one.clone())).await.unwrap();
    let first = finished(&one, store.now());
    write(&store, &tenant.scope, AuthorizationWrite::Finish(first.clone())).await.unwrap();
    let again = finished(&one, store.now() + TimeDelta::seconds(1));
    let outcome = write(&store, &tenant.scope, AuthorizationWrite::Finish(again)).await;
    assert!(is_stale(&outcome), "{outcome:?}");
    assert_eq!(directory(&store).find_by_state(BROWSER.state).await.unwrap(), Some(first));
}

#[rstest]
#[tokio::test]
async fn what_is_used_already_does_not_start(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    write(&store, &tenant.scope, AuthorizationWrite::Finish(finished(&one, store.now()))).await.unwrap();
    let outcome = write(&store, &tenant.scope, AuthorizationWrite::Start(started(&one, BROWSER))).await;
    assert!(is_stale(&outcome), "{outcome:?}");
}

/// Otherwise the next one could do it again.
#[rstest]
#[tokio::test]
async fn neither_a_start_without_a_browser_nor_a_finish_without_a_time_is_written(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = begun(&store, &tenant, LINK).await;
    for half in [AuthorizationWrite::Start(one.clone()), AuthorizationWrite::Finish(one)] {
        let outcome = write(&store, &tenant.scope, half).await;
        assert!(matches!(outcome, Err(RepositoryError::Corrupt { .. })), "{outcome:?}");
    }
}

#[rstest]
#[tokio::test]
async fn another_scope_neither_begins_starts_nor_finishes_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let environment = store.environment(&tenant).await.id;
    let elsewhere = Scope::new(tenant.organisation.id, Some(environment));
    let integration = store.stored(&tenant, "ours").await;
    let one = authorization(&store, &integration, LINK);
    let (start, finish) = (started(&one, BROWSER), finished(&one, store.now()));
    for scope in [other.scope, elsewhere] {
        let planted = write(&store, &scope, AuthorizationWrite::Begin(one.clone())).await;
        assert!(matches!(planted, Err(RepositoryError::Corrupt { .. })), "{planted:?}");
    }
    write(&store, &tenant.scope, AuthorizationWrite::Begin(one.clone())).await.unwrap();
    for scope in [other.scope, elsewhere] {
        let disguise = |one: &Authorization| Authorization {
            organisation_id: scope.organisation(),
            environment_id: scope.environment().unwrap_or(one.environment_id),
            ..one.clone()
        };
        for refused in [
            AuthorizationWrite::Start(start.clone()),
            AuthorizationWrite::Finish(finish.clone()),
            AuthorizationWrite::Start(disguise(&start)),
            AuthorizationWrite::Finish(disguise(&finish)),
            AuthorizationWrite::Begin(disguise(&authorization(&store, &integration, SecretDigest([8; 32])))),
        ] {
            let outcome = write(&store, &scope, refused).await;
            assert!(is_stale(&outcome), "{outcome:?}");
        }
    }
    assert_eq!(directory(&store).find_by_link(LINK).await.unwrap(), Some(one));
}

#[rstest]
#[tokio::test]
async fn they_go_with_their_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "gone").await;
    let one = authorization(&store, &integration, LINK);
    write(&store, &tenant.scope, AuthorizationWrite::Begin(one.clone())).await.unwrap();
    let other = begun(&store, &tenant, SecretDigest([9; 32])).await;
    store.update(&tenant.scope, &integration, &deleted(&integration)).await.unwrap();
    let directory = directory(&store);
    assert_eq!(directory.find_by_link(LINK).await.unwrap(), None);
    assert_eq!(directory.find_by_link(other.link).await.unwrap().as_ref(), Some(&other));
    for late in [AuthorizationWrite::Begin(one.clone()), AuthorizationWrite::Start(started(&one, BROWSER))] {
        let outcome = write(&store, &tenant.scope, late).await;
        assert!(is_stale(&outcome), "{outcome:?}");
    }
}

/// The deletion comes at another place of the crowd in each round.
#[rstest]
#[tokio::test]
async fn none_outlives_its_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for round in 0..16 {
        let integration = store.stored(&tenant, "shop").await;
        let new = |n| authorization(&store, &integration, SecretDigest([n; 32]));
        let mut all: Vec<_> =
            (0..8).map(|n| Changes::new().authorization(AuthorizationWrite::Begin(new(n)))).collect();
        let deletion = Changes::new().update(&integration, &deleted(&integration));
        all.insert(round % (all.len() + 1), deletion);
        let commits = all.into_iter().map(|changes| begin(&store, &tenant, changes)).collect();
        // The deletion is among them: only that frees the name for the next round.
        assert!(winners(commits).await > 0);
        for n in 0..8 {
            let left = directory(&store).find_by_link(SecretDigest([n; 32])).await.unwrap();
            assert_eq!(left, None, "round {round}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn purging_leaves_what_is_not_over(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let now = store.now();
    for n in 1..=5 {
        let expires_at = now + TimeDelta::seconds(i64::from(n));
        let one = Authorization { expires_at, ..authorization(&store, &integration, SecretDigest([n; 32])) };
        write(&store, &tenant.scope, AuthorizationWrite::Begin(one)).await.unwrap();
    }
    let directory = directory(&store);
    assert_eq!(directory.purge(now, 9).await.unwrap(), 0);
    let third = now + TimeDelta::seconds(3);
    let purged = [directory.purge(third, 2).await.unwrap(), directory.purge(third, 2).await.unwrap()];
    assert_eq!(purged, [2, 1], "no more at once than is asked for");
    assert_eq!(directory.purge(third, 2).await.unwrap(), 0);
    for n in 1..=5 {
        let is_left = directory.find_by_link(SecretDigest([n; 32])).await.unwrap().is_some();
        assert_eq!(is_left, n > 3, "{n}");
    }
}
