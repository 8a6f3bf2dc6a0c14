//! A commit is done whole or not at all, and replaces exactly the version before its own.

use chrono::TimeDelta;
use diesel::prelude::*;
use patchbay_domain::{
    ApiKeyRepository, Changes, EntityKind, EnvironmentId, EnvironmentRepository, EventType, IdGenerator,
    IntegrationRepository, RepositoryError, Taken, UnitOfWork,
};
use rstest::rstest;

use crate::fixtures::{Store, deleted, renamed};
use crate::support::Backend;

#[rstest]
#[tokio::test]
async fn when_the_last_step_fails_nothing_is_left_of_those_before_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (renaming, deleting) = (store.stored(&tenant, "a").await, store.stored(&tenant, "b").await);
    let environment = patchbay_domain::Environment {
        id: EnvironmentId::from_uuid(store.ids.uuid()),
        ..store.default_environment(&tenant.organisation)
    };
    let good = store.event(tenant.organisation.id, EventType::IntegrationUpdated);
    let everything = || {
        Changes::new()
            .environment(&environment)
            .insert(&store.integration_in(&tenant, environment.id, "new"))
            .update(&renaming, &renamed(&renaming, "c"))
            .update(&deleting, &deleted(&deleting))
            .key(&store.key(&tenant, None, 1))
            .event(good.clone())
    };
    let elsewhere = store.event(store.new_organisation().id, EventType::IntegrationUpdated);
    for bad in [good.clone(), elsewhere] {
        let refused = store.work.commit(&tenant.scope, everything().event(bad)).await;
        assert!(matches!(refused, Err(RepositoryError::Corrupt { entity: "event", .. })), "{refused:?}");
    }
    assert_eq!(store.names(&tenant.scope).await, ["a", "b"]);
    assert_eq!(store.keys.list(&tenant.scope).await.unwrap(), []);
    assert_eq!(store.environments.list(&tenant.scope).await.unwrap().len(), 1);
    // No unique key was given up or taken, and no id used.
    store.work.commit(&tenant.scope, everything()).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["c", "new"]);
}

#[rstest]
#[tokio::test]
async fn of_two_changes_to_one_version_the_second_is_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let seen = store.stored(&tenant, "a").await;
    store.update(&tenant.scope, &seen, &renamed(&seen, "first")).await.unwrap();
    for late in [renamed(&seen, "second"), deleted(&seen)] {
        let refused = store.update(&tenant.scope, &seen, &late).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    assert_eq!(store.names(&tenant.scope).await, ["first"]);
}

#[rstest]
#[tokio::test]
async fn of_many_changes_to_one_version_at_once_one_is_stored(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let seen = store.stored(&tenant, "a").await;
    let commits: Vec<_> = (0..32)
        .map(|n| {
            let (work, scope) = (store.work.clone(), tenant.scope);
            let changes = Changes::new().update(&seen, &renamed(&seen, &format!("name {n}")));
            tokio::spawn(async move { work.commit(&scope, changes).await })
        })
        .collect();
    let mut won = 0;
    for commit in commits {
        match commit.await.unwrap() {
            Ok(()) => won += 1,
            Err(RepositoryError::Stale) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    let stored = store.integrations.find(&tenant.scope, seen.id()).await.unwrap().unwrap();
    assert_eq!(stored.version().number(), 2);
}

#[rstest]
#[tokio::test]
async fn what_is_deleted_cannot_be_changed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let stored = store.stored(&tenant, "a").await;
    let gone = deleted(&stored);
    store.update(&tenant.scope, &stored, &gone).await.unwrap();
    for late in [renamed(&gone, "b"), deleted(&gone)] {
        let refused = store.update(&tenant.scope, &gone, &late).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
}

#[rstest]
#[tokio::test]
async fn an_environment_that_is_not_there_makes_an_insert_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let nowhere = EnvironmentId::from_uuid(store.ids.uuid());
    for lost in [
        Changes::new().insert(&store.integration_in(&tenant, nowhere, "lost")),
        Changes::new().key(&store.key(&tenant, Some(nowhere), 1)),
    ] {
        let refused = store.work.commit(&tenant.scope, lost).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
}

#[rstest]
#[tokio::test]
async fn an_id_in_use_is_told_by_its_kind(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (integration, key) = (store.integration(&tenant, "a"), store.key(&tenant, None, 1));
    let same_hash = patchbay_domain::ApiKey { hash: key.hash, ..store.key(&tenant, None, 2) };
    store.work.commit(&tenant.scope, Changes::new().insert(&integration).key(&key)).await.unwrap();
    let environment = store.default_environment(&tenant.organisation);
    for (again, kind) in [
        (Changes::new().insert(&integration), EntityKind::Integration),
        (Changes::new().key(&key), EntityKind::ApiKey),
        (Changes::new().key(&same_hash), EntityKind::ApiKey),
        (Changes::new().environment(&environment), EntityKind::Environment),
    ] {
        let refused = store.work.commit(&tenant.scope, again).await;
        let taken = matches!(&refused, Err(RepositoryError::Duplicate(Taken::Id(taken))) if *taken == kind);
        assert!(taken, "{kind:?}: {refused:?}");
    }
}

#[tokio::test]
async fn while_the_server_is_away_every_port_is_unavailable_and_nothing_is_changed() {
    let store = Store::open(Backend::Postgres).await;
    let tenant = store.tenant().await;
    let before = store.stored(&tenant, "before").await;
    store.place.cut();
    let refused = [
        store.update(&tenant.scope, &before, &renamed(&before, "after")).await,
        store.integrations.find(&tenant.scope, before.id()).await.map(drop),
        store.keys.list(&tenant.scope).await.map(drop),
    ];
    for refused in refused {
        assert!(matches!(refused, Err(RepositoryError::Unavailable(_))), "{refused:?}");
    }
    store.place.restore();
    while store.db.check().await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(store.names(&tenant.scope).await, ["before"]);
}

#[derive(QueryableByName)]
struct StoredEvent {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

#[rstest]
#[tokio::test]
async fn an_event_is_stored_with_all_that_it_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    store.clock.advance(TimeDelta::seconds(1));
    let mut event = store.event(tenant.organisation.id, EventType::IntegrationCreated);
    event.environment_id = Some(tenant.organisation.default_environment);
    event.digest.insert("b".to_owned(), "\u{1f980}".into());
    event.digest.insert("a".to_owned(), 1.into());
    store.work.commit(&tenant.scope, Changes::new().event(event.clone())).await.unwrap();
    let sql =
        "SELECT environment_id || ' ' || actor || ' ' || event_type || ' ' || entity || ' ' || entity_id
        || ' ' || digest AS line FROM events WHERE event_type = 'integration.created'";
    let line = match backend {
        Backend::Sqlite => {
            let path = store.place.directory().join("patchbay.db");
            let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
            diesel::sql_query(sql).get_result::<StoredEvent>(&mut conn).unwrap().line
        }
        Backend::Postgres => {
            let mut conn = PgConnection::establish(&store.place.url).unwrap();
            diesel::sql_query(sql).get_result::<StoredEvent>(&mut conn).unwrap().line
        }
    };
    let expected = format!(
        "{} operator integration.created organisation {} {{\"b\":\"\u{1f980}\",\"a\":1}}",
        tenant.organisation.default_environment, event.entity_id
    );
    assert_eq!(line, expected);
}
