//! Where the refreshing of grants stands, and whose turn it is.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Changes, DueIntegration, Fence, Integration, RefreshAttempt, RefreshRepository, RefreshSchedule,
    RefreshWrite, RepositoryError, Scope, SecretDigest, TokenRefresh, UnitOfWork,
};
use patchbay_persistence::DieselRefreshRepository;
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted, renamed, sealed};
use crate::racing::{begin, winners};
use crate::support::Backend;

/// One that has all that it may have.
fn full(now: DateTime<Utc>) -> TokenRefresh {
    TokenRefresh {
        due_at: Some(now),
        leased_until: Some(now + TimeDelta::seconds(30)),
        attempt: Some(RefreshAttempt { at: now, spent: SecretDigest([7; 32]) }),
        previous: Some(sealed("k1", b"the one before")),
        failures: u32::MAX,
    }
}

fn due(at: DateTime<Utc>) -> TokenRefresh {
    TokenRefresh { due_at: Some(at), ..TokenRefresh::default() }
}

fn refreshes(store: &Store) -> DieselRefreshRepository {
    DieselRefreshRepository::new(store.db.clone())
}

async fn write(
    store: &Store,
    scope: &Scope,
    of: &Integration,
    expected: Option<i64>,
    state: TokenRefresh,
) -> Result<(), RepositoryError> {
    store.work.commit(scope, Changes::new().refresh(of, expected.map(Fence), state)).await
}

async fn stored(store: &Store, tenant: &Tenant, name: &str, due_at: DateTime<Utc>) -> Integration {
    let one = store.stored(tenant, name).await;
    write(store, &tenant.scope, &one, None, due(due_at)).await.unwrap();
    one
}

async fn fence(store: &Store, tenant: &Tenant, of: &Integration) -> Option<i64> {
    let found = refreshes(store).find(&tenant.scope, of.id()).await.unwrap();
    found.map(|(fence, _)| fence.0)
}

fn is_stale(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Stale))
}

#[rstest]
#[tokio::test]
async fn each_write_replaces_the_one_before_as_a_whole_and_is_counted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let refreshes = refreshes(&store);
    let one = store.integration(&tenant, "one");
    let first = full(store.now());
    let changes = Changes::new().insert(&one).refresh(&one, None, first.clone());
    store.work.commit(&tenant.scope, changes).await.unwrap();
    assert_eq!(refreshes.find(&tenant.scope, one.id()).await.unwrap(), Some((Fence(1), first.clone())));
    for (before, next) in [(1, TokenRefresh::default()), (2, first)] {
        write(&store, &tenant.scope, &one, Some(before), next.clone()).await.unwrap();
        let found = refreshes.find(&tenant.scope, one.id()).await.unwrap();
        assert_eq!(found, Some((Fence(before + 1), next)));
    }
}

#[rstest]
#[tokio::test]
async fn a_first_write_is_stale_where_there_was_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = stored(&store, &tenant, "one", store.now()).await;
    let outcome = write(&store, &tenant.scope, &one, None, full(store.now())).await;
    assert!(is_stale(&outcome), "{outcome:?}");
    let found = refreshes(&store).find(&tenant.scope, one.id()).await.unwrap();
    assert_eq!(found, Some((Fence(1), due(store.now()))));
}

#[rstest]
#[tokio::test]
async fn who_knows_another_fence_has_nothing_saved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = stored(&store, &tenant, "one", store.now()).await;
    write(&store, &tenant.scope, &one, Some(1), due(store.now())).await.unwrap();
    let untouched = store.stored(&tenant, "none").await;
    for (of, expected) in [(&one, 0), (&one, 1), (&one, 3), (&untouched, 1)] {
        let state = full(store.now());
        let changes =
            Changes::new().update(of, &renamed(of, "renamed")).refresh(of, Some(Fence(expected)), state);
        let outcome = store.work.commit(&tenant.scope, changes).await;
        assert!(is_stale(&outcome), "{outcome:?}");
    }
    assert_eq!(fence(&store, &tenant, &one).await, Some(2));
    assert_eq!(store.names(&tenant.scope).await, ["one", "none"]);
}

#[rstest]
#[tokio::test]
async fn of_many_that_know_the_same_fence_one_writes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(None, Some(Fence(1)))] expected: Option<Fence>,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = match expected {
        None => store.stored(&tenant, "one").await,
        Some(_) => stored(&store, &tenant, "one", store.now()).await,
    };
    let write = |failures| {
        let state = TokenRefresh { failures, ..TokenRefresh::default() };
        begin(&store, &tenant, Changes::new().refresh(&one, expected, state))
    };
    assert_eq!(winners((0..16).map(write).collect()).await, 1);
    assert_eq!(fence(&store, &tenant, &one).await, Some(1 + expected.map_or(0, |before| before.0)));
}

#[rstest]
#[tokio::test]
async fn whoever_is_at_it_is_left_alone_until_the_lease_ends(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (now, until) = (store.now(), store.now() + TimeDelta::minutes(1));
    let one = stored(&store, &tenant, "one", now).await;
    let leased = TokenRefresh { leased_until: Some(until), ..due(now) };
    write(&store, &tenant.scope, &one, Some(1), leased).await.unwrap();
    let claim = async |at| refreshes(&store).claim(at, at + TimeDelta::minutes(5), 10).await.unwrap().len();
    assert_eq!(claim(until - TimeDelta::seconds(1)).await, 0);
    assert_eq!(claim(until).await, 1);
}

#[rstest]
#[tokio::test]
async fn it_is_seen_by_its_scope_alone(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let environment = store.environment(&tenant).await.id;
    let one = stored(&store, &tenant, "one", store.now()).await;
    let own = Scope::new(tenant.organisation.id, Some(one.parts().environment_id));
    let elsewhere = Scope::new(tenant.organisation.id, Some(environment));
    for (scope, is_seen) in [(tenant.scope, true), (own, true), (elsewhere, false), (other.scope, false)] {
        let found = refreshes(&store).find(&scope, one.id()).await.unwrap();
        assert_eq!(found.is_some(), is_seen, "{scope:?}");
    }
}

/// Neither as what it is nor as one's own.
#[rstest]
#[tokio::test]
async fn another_scope_writes_nothing_of_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let environment = store.environment(&tenant).await.id;
    let elsewhere = Scope::new(tenant.organisation.id, Some(environment));
    let one = stored(&store, &tenant, "one", store.now()).await;
    let none = store.stored(&tenant, "none").await;
    for scope in [other.scope, elsewhere] {
        for (of, expected, state) in
            [(&one, Some(Fence(1)), full(store.now())), (&none, None, full(store.now()))]
        {
            let plain = Changes::new().refresh(of, expected, state);
            let mut disguised = plain.clone();
            disguised.refreshes = vec![RefreshWrite {
                organisation_id: scope.organisation(),
                environment_id: scope.environment().unwrap_or(of.parts().environment_id),
                ..plain.refreshes[0].clone()
            }];
            for changes in [plain, disguised] {
                let outcome = store.work.commit(&scope, changes).await;
                assert!(is_stale(&outcome), "{outcome:?}");
            }
        }
    }
    assert_eq!(fence(&store, &tenant, &one).await, Some(1));
    assert_eq!(fence(&store, &tenant, &none).await, None);
}

#[rstest]
#[tokio::test]
async fn it_goes_with_its_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = stored(&store, &tenant, "one", store.now()).await;
    let other = stored(&store, &tenant, "other", store.now() + TimeDelta::hours(1)).await;
    store.update(&tenant.scope, &one, &deleted(&one)).await.unwrap();
    assert_eq!(fence(&store, &tenant, &one).await, None);
    assert_eq!(fence(&store, &tenant, &other).await, Some(1));
    let claimed = refreshes(&store).claim(store.now(), store.now(), 10).await.unwrap();
    assert_eq!(claimed, [], "nothing is refreshed of what is deleted");
    for expected in [None, Some(1)] {
        let late = write(&store, &tenant.scope, &one, expected, due(store.now())).await;
        assert!(is_stale(&late), "{late:?}");
    }
}

/// The deletion comes at another place of the crowd in each round.
#[rstest]
#[tokio::test]
async fn none_outlives_its_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for round in 0..16 {
        let one = store.stored(&tenant, "shop").await;
        let state = || due(store.now());
        let mut all: Vec<_> = (0..4)
            .flat_map(|before| {
                [None, Some(Fence(before))].map(|expected| Changes::new().refresh(&one, expected, state()))
            })
            .collect();
        let deletion = Changes::new().update(&one, &deleted(&one));
        all.insert(round % (all.len() + 1), deletion);
        let commits = all.into_iter().map(|changes| begin(&store, &tenant, changes)).collect();
        // The deletion is among them: only that frees the name for the next round.
        assert!(winners(commits).await > 0);
        assert_eq!(fence(&store, &tenant, &one).await, None, "round {round}");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_due_is_handed_out_once_until_its_time_is_over(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let schedule = refreshes(&store);
    let (now, minute) = (store.now(), TimeDelta::minutes(1));
    let late = stored(&store, &tenant, "late", now - minute).await;
    let later = stored(&store, &other, "later", now).await;
    stored(&store, &tenant, "not yet", now + minute).await;
    let never = store.stored(&tenant, "never").await;
    write(&store, &tenant.scope, &never, None, TokenRefresh::default()).await.unwrap();
    let due = |one: &Integration| DueIntegration {
        organisation: one.parts().organisation_id,
        environment: one.parts().environment_id,
        integration: one.id(),
    };
    let until = now + minute * 5;
    assert_eq!(schedule.claim(now, until, 1).await.unwrap(), [due(&late)], "who waited longest");
    assert_eq!(schedule.claim(now, until, 9).await.unwrap(), [due(&later)]);
    assert_eq!(schedule.claim(now, until, 9).await.unwrap(), []);
    assert_eq!(schedule.claim(until, until + minute, 9).await.unwrap().len(), 3, "whoever took them is gone");
}

#[rstest]
#[tokio::test]
async fn a_claim_is_a_write_and_overtakes_whoever_read_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = store.stored(&tenant, "one").await;
    let before = TokenRefresh { leased_until: Some(store.now()), ..full(store.now()) };
    write(&store, &tenant.scope, &one, None, before.clone()).await.unwrap();
    let until = store.now() + TimeDelta::minutes(5);
    assert_eq!(refreshes(&store).claim(store.now(), until, 1).await.unwrap().len(), 1);
    let outcome = write(&store, &tenant.scope, &one, Some(1), due(store.now())).await;
    assert!(is_stale(&outcome), "{outcome:?}");
    let found = refreshes(&store).find(&tenant.scope, one.id()).await.unwrap();
    let postponed = TokenRefresh { due_at: Some(until), ..before };
    assert_eq!(found, Some((Fence(2), postponed)), "nothing else of it changes");
}

#[rstest]
#[tokio::test]
async fn of_many_that_claim_at_once_each_gets_others(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for number in 0..20 {
        stored(&store, &tenant, &number.to_string(), store.now()).await;
    }
    let schedule = refreshes(&store);
    let (now, until) = (store.now(), store.now() + TimeDelta::minutes(5));
    let claiming: Vec<_> = (0..8)
        .map(|_| {
            let schedule = schedule.clone();
            tokio::spawn(async move { schedule.claim(now, until, 20).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for one in claiming {
        claimed.extend(one.await.unwrap().into_iter().map(|due| due.integration.as_uuid()));
    }
    claimed.sort();
    let count = claimed.len();
    claimed.dedup();
    assert_eq!((count, claimed.len()), (20, 20));
}
