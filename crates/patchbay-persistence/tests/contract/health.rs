//! What is known of the health of integrations, and whose providers are to be asked.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Changes, DueIntegration, Health, HealthRepository, Integration, IntegrationRepository, RepositoryError,
    Scope, UnitOfWork, Verification, VerificationClass, VerificationSchedule,
};
use patchbay_persistence::DieselHealthRepository;
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted, renamed};
use crate::support::Backend;

fn known(class: VerificationClass, at: DateTime<Utc>) -> Health {
    let detail = Some("what it said \u{1f980}".to_owned());
    Health::unknown().after(&Verification { detail, ..Verification::of(class) }, at)
}

async fn stored(store: &Store, tenant: &Tenant, name: &str, due_at: Option<DateTime<Utc>>) -> Integration {
    let one = store.integration(tenant, name);
    let health = known(VerificationClass::Ok, store.now());
    let changes = Changes::new().insert(&one).health(&one, health, due_at);
    store.work.commit(&tenant.scope, changes).await.unwrap();
    one
}

#[rstest]
#[tokio::test]
async fn what_is_known_comes_back_and_is_replaced_as_a_whole(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let health = DieselHealthRepository::new(store.db.clone());
    let one = store.integration(&tenant, "one");
    store.work.commit(&tenant.scope, Changes::new().insert(&one)).await.unwrap();
    assert_eq!(health.find(&tenant.scope, one.id()).await.unwrap(), Health::unknown());
    for class in VerificationClass::ALL {
        let now = known(*class, store.now());
        store.work.commit(&tenant.scope, Changes::new().health(&one, now.clone(), None)).await.unwrap();
        assert_eq!(health.find(&tenant.scope, one.id()).await.unwrap(), now);
    }
    let unknown = Changes::new().health(&one, Health::unknown(), None);
    store.work.commit(&tenant.scope, unknown).await.unwrap();
    assert_eq!(health.find(&tenant.scope, one.id()).await.unwrap(), Health::unknown());
}

#[rstest]
#[tokio::test]
async fn what_was_found_of_another_version_is_not_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let one = stored(&store, &tenant, "one", None).await;
    let newer = renamed(&one, "newer");
    store.update(&tenant.scope, &one, &newer).await.unwrap();
    let write =
        |of: &Integration| Changes::new().health(of, known(VerificationClass::Mismatch, store.now()), None);
    let stale = store.work.commit(&tenant.scope, write(&one)).await;
    assert!(matches!(stale, Err(RepositoryError::Stale)), "{stale:?}");
    store.work.commit(&tenant.scope, write(&newer)).await.unwrap();
    let elsewhere = store.tenant().await;
    let foreign = store.work.commit(&elsewhere.scope, write(&newer)).await;
    assert!(matches!(foreign, Err(RepositoryError::Stale)), "{foreign:?}");
}

#[rstest]
#[tokio::test]
async fn it_is_seen_by_its_scope_alone_and_goes_with_its_integration(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let health = DieselHealthRepository::new(store.db.clone());
    let one = stored(&store, &tenant, "one", Some(store.now())).await;
    let own = Scope::new(tenant.organisation.id, Some(one.parts().environment_id));
    let no_other = Scope::new(tenant.organisation.id, Some(other.organisation.default_environment));
    for (scope, is_seen) in [(tenant.scope, true), (own, true), (no_other, false), (other.scope, false)] {
        let found = health.find(&scope, one.id()).await.unwrap();
        assert_eq!(found != Health::unknown(), is_seen, "{scope:?}");
    }
    store.update(&tenant.scope, &one, &deleted(&one)).await.unwrap();
    assert_eq!(health.find(&tenant.scope, one.id()).await.unwrap(), Health::unknown());
    let claimed = health.claim(store.now(), store.now(), 10).await.unwrap();
    assert_eq!(claimed, [], "nobody is asked about what is deleted");
    assert_eq!(store.integrations.find(&tenant.scope, one.id()).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn what_is_due_is_handed_out_once_until_its_time_is_over(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let schedule = DieselHealthRepository::new(store.db.clone());
    let (now, minute) = (store.now(), TimeDelta::minutes(1));
    let late = stored(&store, &tenant, "late", Some(now - minute)).await;
    let later = stored(&store, &other, "later", Some(now)).await;
    stored(&store, &tenant, "not yet", Some(now + minute)).await;
    stored(&store, &tenant, "never", None).await;
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
async fn of_many_that_ask_at_once_each_gets_others(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for number in 0..20 {
        stored(&store, &tenant, &number.to_string(), Some(store.now())).await;
    }
    let schedule = DieselHealthRepository::new(store.db.clone());
    let (now, until) = (store.now(), store.now() + TimeDelta::minutes(5));
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let schedule = schedule.clone();
            tokio::spawn(async move { schedule.claim(now, until, 20).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for one in asking {
        claimed.extend(one.await.unwrap().into_iter().map(|due| due.integration.as_uuid()));
    }
    claimed.sort();
    let count = claimed.len();
    claimed.dedup();
    assert_eq!((count, claimed.len()), (20, 20));
}
