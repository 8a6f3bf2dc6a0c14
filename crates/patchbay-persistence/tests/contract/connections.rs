//! Connections of providers: grants, their accounts, and the leases while they are made.

use chrono::TimeDelta;
use patchbay_domain::{
    AccountId, Changes, EnvironmentId, Grant, IdGenerator, Integration, IntegrationDraft, IntegrationEdit,
    IntegrationId, IntegrationName, IntegrationRepository, Lease, LeaseKey, ManifestRepository, Origin,
    ProviderId, RepositoryError, Scope, Taken, UniqueKey, UniqueRule, UnitOfWork,
};
use rstest::rstest;
use serde_json::json;

use crate::fixtures::{Store, Tenant, a_grant, deleted, renamed};
use crate::support::Backend;

fn slack_draft(account: &str) -> IntegrationDraft {
    let serde_json::Value::Object(facts) = json!({"team_id": account, "team_name": "Äcme 🦀", "n": 1.5})
    else {
        unreachable!()
    };
    IntegrationDraft {
        origin: Origin::System,
        grant: Some(a_grant(account)),
        facts,
        unique_rules: [UniqueRule::Connection, UniqueRule::Account].into_iter().collect(),
        ..IntegrationDraft::new(ProviderId::slack(), IntegrationName::parse("Slack").unwrap())
    }
}

fn slack_in(store: &Store, tenant: &Tenant, environment: EnvironmentId, account: &str) -> Integration {
    let id = IntegrationId::from_uuid(store.ids.uuid());
    Integration::create(id, tenant.organisation.id, environment, slack_draft(account), store.now())
}

fn slack(store: &Store, tenant: &Tenant, account: &str) -> Integration {
    slack_in(store, tenant, tenant.organisation.default_environment, account)
}

async fn insert(store: &Store, tenant: &Tenant, integration: &Integration) -> Result<(), RepositoryError> {
    store.work.commit(&tenant.scope, Changes::new().insert(integration)).await
}

fn taken_rule(outcome: Result<(), RepositoryError>) -> UniqueRule {
    match outcome {
        Err(RepositoryError::Duplicate(Taken::Key(key))) => key.rule,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn a_connection_is_read_back_as_it_was_saved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let saved = slack(&store, &tenant, "T1");
    insert(&store, &tenant, &saved).await.unwrap();
    assert_eq!(store.integrations.find(&tenant.scope, saved.id()).await.unwrap().unwrap(), saved);

    let bare = Grant { account: None, scopes: Vec::new(), expires_at: None, ..a_grant("x") };
    let edit =
        IntegrationEdit { grant: Some(bare), facts: Some(serde_json::Map::new()), ..Default::default() };
    let next = saved.edited(edit, store.now()).unwrap();
    store.update(&tenant.scope, &saved, &next).await.unwrap();
    assert_eq!(store.integrations.find(&tenant.scope, saved.id()).await.unwrap().unwrap(), next);
}

#[rstest]
#[tokio::test]
async fn an_environment_has_one_connection_and_an_organisation_an_account_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let elsewhere = store.environment(&tenant).await.id;
    insert(&store, &tenant, &slack(&store, &tenant, "T1")).await.unwrap();
    let second = insert(&store, &tenant, &slack(&store, &tenant, "T2")).await;
    assert_eq!(taken_rule(second), UniqueRule::Connection);
    let same_account = insert(&store, &tenant, &slack_in(&store, &tenant, elsewhere, "T1")).await;
    assert_eq!(taken_rule(same_account), UniqueRule::Account);
    insert(&store, &tenant, &slack_in(&store, &tenant, elsewhere, "T2")).await.unwrap();
    insert(&store, &other, &slack(&store, &other, "T1")).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn a_new_grant_gives_up_the_old_account(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let elsewhere = store.environment(&tenant).await.id;
    let before = slack(&store, &tenant, "T1");
    insert(&store, &tenant, &before).await.unwrap();
    let account = Some(AccountId::parse("T2").unwrap());
    let edit = IntegrationEdit { grant: Some(Grant { account, ..a_grant("T2") }), ..Default::default() };
    store.update(&tenant.scope, &before, &before.next(edit, store.now())).await.unwrap();
    insert(&store, &tenant, &slack_in(&store, &tenant, elsewhere, "T1")).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn who_holds_a_key_is_found_by_those_who_see_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let (home, elsewhere) = (tenant.organisation.default_environment, store.environment(&tenant).await.id);
    let stored = slack(&store, &tenant, "T1");
    insert(&store, &tenant, &stored).await.unwrap();
    let key = UniqueKey::connection(home, &ProviderId::slack());
    let bound = |environment| Scope::new(tenant.organisation.id, Some(environment));
    for scope in [tenant.scope, bound(home)] {
        let found = store.integrations.find_holder(&scope, &key).await.unwrap();
        assert_eq!(found.as_ref(), Some(&stored));
    }
    for scope in [other.scope, bound(elsewhere)] {
        assert_eq!(store.integrations.find_holder(&scope, &key).await.unwrap(), None);
    }
    let free = UniqueKey::connection(elsewhere, &ProviderId::slack());
    assert_eq!(store.integrations.find_holder(&tenant.scope, &free).await.unwrap(), None);
    store.update(&tenant.scope, &stored, &deleted(&stored)).await.unwrap();
    assert_eq!(store.integrations.find_holder(&tenant.scope, &key).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn what_is_left_of_a_deleted_integration_is_found_and_revived_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let live = slack(&store, &tenant, "T1");
    insert(&store, &tenant, &live).await.unwrap();
    assert_eq!(store.integrations.find_deleted(&tenant.scope, live.id()).await.unwrap(), None);
    let not_deleted = Changes::new().revive(&live.revived(slack_draft("T1"), store.now()));
    let refused = store.work.commit(&tenant.scope, not_deleted).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");

    store.update(&tenant.scope, &live, &deleted(&live)).await.unwrap();
    assert_eq!(store.integrations.find_deleted(&other.scope, live.id()).await.unwrap(), None);
    let left = store.integrations.find_deleted(&tenant.scope, live.id()).await.unwrap().unwrap();
    assert_eq!((left.grant(), left.credentials()), (None, None));
    let revived = left.revived(slack_draft("T2"), store.now());
    let outcome = store.work.commit(&other.scope, Changes::new().revive(&revived)).await;
    assert!(matches!(outcome, Err(RepositoryError::Stale)), "{outcome:?}");
    store.work.commit(&tenant.scope, Changes::new().revive(&revived)).await.unwrap();
    assert_eq!(store.integrations.find(&tenant.scope, live.id()).await.unwrap().unwrap(), revived);
    let again = store.work.commit(&tenant.scope, Changes::new().revive(&revived)).await;
    assert!(matches!(again, Err(RepositoryError::Stale)), "{again:?}");
    let next = renamed(&revived, "Slack again");
    store.update(&tenant.scope, &revived, &next).await.unwrap();
    assert_eq!(store.manifests.find(&tenant.scope, live.id()).await.unwrap(), None);
}

fn lease(store: &Store, tenant: &Tenant, seconds: i64) -> Lease {
    Lease {
        key: LeaseKey::connect(tenant.organisation.default_environment, &ProviderId::slack()),
        holder: store.ids.uuid(),
        until: store.now() + TimeDelta::seconds(seconds),
    }
}

async fn take(store: &Store, tenant: &Tenant, lease: &Lease) -> Result<(), RepositoryError> {
    store.work.commit(&tenant.scope, Changes::new().take(lease, store.now())).await
}

fn is_lost(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Duplicate(Taken::Lease(_))))
}

#[rstest]
#[tokio::test]
async fn of_many_who_want_a_lease_at_once_one_gets_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let commits: Vec<_> = (0..32)
        .map(|_| {
            let (work, scope) = (store.work.clone(), tenant.scope);
            let changes = Changes::new().take(&lease(&store, &tenant, 60), store.now());
            tokio::spawn(async move { work.commit(&scope, changes).await })
        })
        .collect();
    let mut won = 0;
    for commit in commits {
        let outcome = commit.await.unwrap();
        assert!(outcome.is_ok() || is_lost(&outcome), "{outcome:?}");
        won += u32::from(outcome.is_ok());
    }
    assert_eq!(won, 1);
}

#[rstest]
#[tokio::test]
async fn a_lease_is_free_again_when_it_is_given_back_or_has_ended(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let first = lease(&store, &tenant, 60);
    take(&store, &tenant, &first).await.unwrap();
    take(&store, &other, &lease(&store, &other, 60)).await.unwrap();
    store.work.commit(&tenant.scope, Changes::new().release(&first)).await.unwrap();

    let second = lease(&store, &tenant, 60);
    take(&store, &tenant, &second).await.unwrap();
    let third = lease(&store, &tenant, 120);
    assert!(is_lost(&take(&store, &tenant, &third).await));
    store.clock.advance(TimeDelta::seconds(60));
    take(&store, &tenant, &third).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn who_lost_its_lease_has_nothing_saved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let slow = lease(&store, &tenant, 1);
    take(&store, &tenant, &slow).await.unwrap();
    store.clock.advance(TimeDelta::seconds(1));
    let quick = lease(&store, &tenant, 60);
    take(&store, &tenant, &quick).await.unwrap();
    let changes = |lease| Changes::new().insert(&slack(&store, &tenant, "T1")).release(lease);
    let late = store.work.commit(&tenant.scope, changes(&slow)).await;
    assert!(is_lost(&late), "{late:?}");
    assert_eq!(store.names(&tenant.scope).await, [""; 0]);
    store.work.commit(&tenant.scope, changes(&quick)).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["Slack"]);
}
