//! Organisations and their environments.

use chrono::TimeDelta;
use patchbay_domain::{
    EntityKind, Environment, EnvironmentName, EnvironmentRepository, EventType, Organisation,
    OrganisationDirectory, OrganisationName, RepositoryError, Taken,
};
use rstest::rstest;

use crate::fixtures::Store;
use crate::support::Backend;

#[rstest]
#[tokio::test]
async fn organisations_come_back_as_they_were_made_oldest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let mut made = Vec::new();
    for step in [3, 2, 1] {
        store.clock.advance(TimeDelta::days(-step));
        let organisation = Organisation {
            name: OrganisationName::parse(&format!("\u{1f980} {step}{}", "x".repeat(250))).unwrap(),
            ..store.new_organisation()
        };
        let environment = store.default_environment(&organisation);
        let event = store.event(organisation.id, EventType::OrganisationCreated);
        store.organisations.create(&organisation, &environment, event).await.unwrap();
        made.insert(0, organisation);
    }
    assert_eq!(store.organisations.list().await.unwrap(), made);
    for organisation in &made {
        assert_eq!(store.organisations.find(organisation.id).await.unwrap().as_ref(), Some(organisation));
    }
    assert_eq!(store.organisations.find(store.new_organisation().id).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn an_organisations_id_is_used_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let again = Organisation { id: tenant.organisation.id, ..store.new_organisation() };
    let environment = store.default_environment(&again);
    let event = store.event(again.id, EventType::OrganisationCreated);
    let refused = store.organisations.create(&again, &environment, event).await;
    let in_use = matches!(refused, Err(RepositoryError::Duplicate(Taken::Id(EntityKind::Organisation))));
    assert!(in_use, "{refused:?}");
    assert_eq!(store.organisations.list().await.unwrap(), [tenant.organisation]);
    assert_eq!(store.environments.list(&tenant.scope).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn an_organisation_is_not_made_of_parts_of_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (one, other) = (store.new_organisation(), store.new_organisation());
    let environment = store.default_environment(&one);
    let event = store.event(one.id, EventType::OrganisationCreated);
    let not_its_default = Environment { id: other.default_environment, ..environment.clone() };
    let not_its_own = Environment { organisation_id: other.id, ..environment.clone() };
    let foreign_event = store.event(other.id, EventType::OrganisationCreated);
    for (environment, event) in
        [(not_its_default, event.clone()), (not_its_own, event.clone()), (environment, foreign_event)]
    {
        let refused = store.organisations.create(&one, &environment, event).await;
        assert!(matches!(refused, Err(RepositoryError::Corrupt { .. })), "{refused:?}");
    }
    assert_eq!(store.organisations.list().await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn environments_come_back_as_they_were_made_oldest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let default = store.default_environment(&tenant.organisation);
    store.clock.advance(TimeDelta::microseconds(-1));
    let older = store.environment(&tenant).await;
    assert_eq!(older.name, EnvironmentName::parse("test").unwrap());
    assert_eq!(store.environments.list(&tenant.scope).await.unwrap(), [older.clone(), default]);
    assert_eq!(store.environments.find(&tenant.scope, older.id).await.unwrap(), Some(older));
}
