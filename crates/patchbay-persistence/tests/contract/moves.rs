//! Integrations that go to another environment of their organisation, with all that is theirs.

use chrono::TimeDelta;
use patchbay_domain::{
    Actor, AskedScopes, Authorization, AuthorizationDirectory, AuthorizationId, AuthorizationWrite, Browser,
    Changes, ChannelConfigRepository, ChannelId, Environment, Health, HealthRepository, IdGenerator,
    Integration, IntegrationParts, IntegrationRepository, ManifestDocument, ManifestRepository,
    RefreshRepository, RepositoryError, Scope, SecretDigest, SettingRepository, SettingWrite, Taken,
    TokenRefresh, UniqueKey, UniqueRule, UnitOfWork, Verification, VerificationClass, VerificationSchedule,
};
use patchbay_persistence::{DieselAuthorizationDirectory, DieselHealthRepository, DieselRefreshRepository};
use rstest::rstest;
use serde_json::json;

use crate::fixtures::{Store, Tenant, in_channel, moved, plain, renamed, revalued};
use crate::racing::{begin, winners};
use crate::support::Backend;

const LINK: SecretDigest = SecretDigest([1; 32]);

/// An organisation with two environments, and scopes of just the one and just the other.
struct Two {
    tenant: Tenant,
    there: Environment,
    old: Scope,
    new: Scope,
}

async fn two(store: &Store) -> Two {
    let tenant = store.tenant().await;
    let there = store.environment(&tenant).await;
    let organisation = tenant.organisation.id;
    let old = Scope::new(organisation, Some(tenant.organisation.default_environment));
    let new = Scope::new(organisation, Some(there.id));
    Two { tenant, there, old, new }
}

fn authorization(store: &Store, of: &Integration) -> Authorization {
    Authorization {
        id: AuthorizationId::from_uuid(store.ids.uuid()),
        organisation_id: of.parts().organisation_id,
        environment_id: of.parts().environment_id,
        integration_id: of.id(),
        provider: of.parts().provider.clone(),
        begun_by: Actor::Operator,
        redirect_uri: "https://patchbay.example/oauth/callback".to_owned(),
        return_to: None,
        scopes: AskedScopes::usual(),
        link: LINK,
        browser: None,
        used_at: None,
        expires_at: store.now() + Authorization::LASTS,
    }
}

/// One with everything that an integration may have beside itself, stored.
async fn laden(store: &Store, tenant: &Tenant, name: &str) -> Integration {
    let one = store.integration(tenant, name);
    let health = Health::unknown().after(&Verification::of(VerificationClass::Ok), store.now());
    let refresh = TokenRefresh { due_at: Some(store.now()), ..TokenRefresh::default() };
    let document = ManifestDocument::read(json!({"descriptions": {"app_name": "Shop"}})).unwrap();
    let channel = in_channel(&store.setting(&one, "size", "5"), "C1");
    let changes = Changes::new()
        .insert(&one)
        .manifest(&one, Some(document))
        .health(&one, health, Some(store.now()))
        .refresh(&one, None, refresh)
        .authorization(AuthorizationWrite::Begin(authorization(store, &one)))
        .setting(SettingWrite::Insert(store.setting(&one, "colour", "red")))
        .setting(SettingWrite::Insert(channel));
    store.work.commit(&tenant.scope, changes).await.unwrap();
    one
}

/// What a scope sees of an integration: itself, its settings, those of a channel, its manifest, its
/// health and its refreshing.
async fn seen(store: &Store, scope: &Scope, id: patchbay_domain::IntegrationId) -> [bool; 6] {
    let channel = ChannelId::parse("C1").unwrap();
    [
        store.integrations.find(scope, id).await.unwrap().is_some(),
        !store.settings.list(scope, id).await.unwrap().is_empty(),
        !store.channels.find(scope, id, &channel).await.unwrap().settings.is_empty(),
        store.manifests.find(scope, id).await.unwrap().is_some(),
        DieselHealthRepository::new(store.db.clone()).find(scope, id).await.unwrap() != Health::unknown(),
        DieselRefreshRepository::new(store.db.clone()).find(scope, id).await.unwrap().is_some(),
    ]
}

#[rstest]
#[tokio::test]
async fn all_that_is_its_own_goes_with_it_and_nothing_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    let neighbour = store.stored(&two.tenant, "neighbour").await;
    store.stored_setting(&two.tenant, &neighbour, "colour").await;
    assert_eq!(seen(&store, &two.old, before.id()).await, [true; 6]);
    let after = moved(&before, two.there.id);
    store.update(&two.tenant.scope, &before, &after).await.unwrap();
    assert_eq!(seen(&store, &two.new, before.id()).await, [true; 6]);
    assert_eq!(seen(&store, &two.old, before.id()).await, [false; 6]);
    assert_eq!(store.integrations.find(&two.new, before.id()).await.unwrap(), Some(after));
    assert_eq!(store.labels(&two.old, &neighbour).await, ["colour"], "others stay where they are");
    assert_eq!(store.names(&two.old).await, ["neighbour"]);
}

#[rstest]
#[tokio::test]
async fn somebody_on_the_way_to_its_provider_comes_back_where_it_lives_then(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    store.update(&two.tenant.scope, &before, &moved(&before, two.there.id)).await.unwrap();
    let directory = DieselAuthorizationDirectory::new(store.db.clone());
    let found = directory.find_by_link(LINK).await.unwrap().unwrap();
    assert_eq!(found.environment_id, two.there.id);
    let browser = Some(Browser { state: SecretDigest([2; 32]), cookie: SecretDigest([3; 32]) });
    let started = |environment_id| {
        let one = Authorization { browser, environment_id, ..found.clone() };
        Changes::new().authorization(AuthorizationWrite::Start(one))
    };
    let outdated = started(before.parts().environment_id);
    let outcome = store.work.commit(&two.tenant.scope, outdated).await;
    assert!(matches!(outcome, Err(RepositoryError::Stale)), "{outcome:?}");
    store.work.commit(&two.new, started(two.there.id)).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn whoever_asks_its_provider_in_turn_is_told_where_it_lives(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    store.update(&two.tenant.scope, &before, &moved(&before, two.there.id)).await.unwrap();
    let health = DieselHealthRepository::new(store.db.clone());
    let later = store.now() + TimeDelta::minutes(1);
    let due = health.claim(store.now(), later, 10).await.unwrap();
    assert_eq!(due.iter().map(|one| one.environment).collect::<Vec<_>>(), [two.there.id]);
}

#[rstest]
#[tokio::test]
async fn what_comes_with_the_move_is_written_where_it_leads(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    let after = moved(&before, two.there.id);
    let broken = Health::unknown().after(&Verification::of(VerificationClass::Mismatch), store.now());
    let changes = Changes::new()
        .update(&before, &after)
        .health(&after, broken.clone(), None)
        .setting(SettingWrite::Insert(store.setting(&after, "new", "x")));
    store.work.commit(&two.tenant.scope, changes).await.unwrap();
    let health = DieselHealthRepository::new(store.db.clone());
    assert_eq!(health.find(&two.new, after.id()).await.unwrap(), broken);
    assert_eq!(store.labels(&two.new, &after).await, ["colour", "new"]);
}

#[rstest]
#[tokio::test]
async fn what_was_decided_of_it_in_the_old_environment_is_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    let colour = store.settings.list(&two.old, before.id()).await.unwrap().remove(0);
    store.update(&two.tenant.scope, &before, &moved(&before, two.there.id)).await.unwrap();
    let refresh = TokenRefresh::default();
    let (fence, _) =
        DieselRefreshRepository::new(store.db.clone()).find(&two.new, before.id()).await.unwrap().unwrap();
    for (what, changes) in [
        ("insert", Changes::new().setting(SettingWrite::Insert(store.setting(&before, "new", "x")))),
        ("update", Changes::new().setting(SettingWrite::Update(revalued(&colour, plain("x"))))),
        ("delete", Changes::new().setting(SettingWrite::Delete(colour))),
        ("health", Changes::new().health(&before, Health::unknown(), None)),
        ("refresh", Changes::new().refresh(&before, Some(fence), refresh)),
        ("begin", Changes::new().authorization(AuthorizationWrite::Begin(authorization(&store, &before)))),
        ("rename", Changes::new().update(&before, &renamed(&before, "new"))),
    ] {
        for scope in [two.tenant.scope, two.old] {
            let outcome = store.work.commit(&scope, changes.clone()).await;
            assert!(matches!(outcome, Err(RepositoryError::Stale)), "{what}: {outcome:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn whoever_sees_one_environment_sends_nothing_to_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let before = laden(&store, &two.tenant, "one").await;
    for scope in [two.old, two.new, store.tenant().await.scope] {
        let outcome = store.update(&scope, &before, &moved(&before, two.there.id)).await;
        assert!(matches!(outcome, Err(RepositoryError::Stale)), "{outcome:?}");
    }
    assert_eq!(seen(&store, &two.old, before.id()).await, [true; 6]);
}

/// One that holds what an environment may have once, stored.
async fn once(store: &Store, tenant: &Tenant, environment: &Environment, name: &str) -> Integration {
    let parts = store.integration_in(tenant, environment.id, name).parts().clone();
    let unique_rules = [UniqueRule::InApp, UniqueRule::Connection].into_iter().collect();
    let one = Integration::from_parts(IntegrationParts { unique_rules, ..parts });
    store.work.commit(&tenant.scope, Changes::new().insert(&one)).await.unwrap();
    one
}

#[rstest]
#[tokio::test]
async fn what_names_the_environment_is_held_anew_and_free_where_it_left(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    let home = store.default_environment(&two.tenant.organisation);
    let before = once(&store, &two.tenant, &home, "one").await;
    let after = moved(&before, two.there.id);
    store.update(&two.tenant.scope, &before, &after).await.unwrap();
    let holder = async |scope: &Scope, environment| {
        let key = UniqueKey::connection(environment, &before.parts().provider);
        store.integrations.find_holder(scope, &key).await.unwrap().map(|one| one.id())
    };
    assert_eq!(holder(&two.new, two.there.id).await, Some(before.id()));
    assert_eq!(holder(&two.tenant.scope, home.id).await, None);
    let second = once(&store, &two.tenant, &home, "two").await;
    let outcome = store.update(&two.tenant.scope, &second, &moved(&second, two.there.id)).await;
    assert!(matches!(outcome, Err(RepositoryError::Duplicate(Taken::Key(_)))), "{outcome:?}");
    assert_eq!(store.names(&two.old).await, ["two"], "it stays where it is");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_written_while_it_moves_is_not_left_behind(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let two = two(&store).await;
    for round in 0..12 {
        let before = store.stored(&two.tenant, &format!("one {round}")).await;
        let write = SettingWrite::Insert(store.setting(&before, "colour", "red"));
        let setting = begin(&store, &two.tenant, Changes::new().setting(write));
        let moving = Changes::new().update(&before, &moved(&before, two.there.id));
        winners(vec![begin(&store, &two.tenant, moving)]).await;
        let written = winners(vec![setting]).await;
        assert_eq!(store.labels(&two.new, &before).await.len(), written, "round {round}");
        assert!(store.labels(&two.old, &before).await.is_empty(), "round {round}");
    }
}
