//! What was recorded: complete, newest first, from a time on, and nobody else's.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Actor, ApiKeyId, Changes, EntityKind, EnvironmentId, Event, EventId, EventRepository, EventType,
    IdGenerator, PageRequest, RepositoryError, Scope, UnitOfWork,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::{Store, Tenant};
use crate::support::Backend;

/// An event of now, whose id says so, as those that the program makes. `number` tells apart
/// those of one moment, and orders them.
fn event_of_now(store: &Store, tenant: &Tenant, number: u8) -> Event {
    let milliseconds = u64::try_from(store.now().timestamp_millis()).unwrap();
    let id = uuid::Builder::from_unix_timestamp_millis(milliseconds, &[number; 10]).into_uuid();
    Event { id: EventId::from_uuid(id), ..store.event(tenant.organisation.id, EventType::IntegrationUpdated) }
}

async fn recorded(store: &Store, tenant: &Tenant, event: Event) -> Event {
    store.work.commit(&tenant.scope, Changes::new().event(event.clone())).await.unwrap();
    event
}

/// Ten events of one tenant, oldest first, some of them of the same moment, from now on.
async fn a_history(store: &Store, tenant: &Tenant) -> Vec<Event> {
    let mut history = Vec::new();
    for (number, step) in (0..).zip([1_000, 0, 0, 5, 1_000_000, 0, 7_000, 3_600_000_000, 1, 2_000]) {
        store.clock.advance(TimeDelta::microseconds(step));
        history.push(recorded(store, tenant, event_of_now(store, tenant, number)).await);
    }
    history
}

/// Walks over the whole list, and answers the ids.
async fn walk(store: &Store, scope: &Scope, since: Option<DateTime<Utc>>, limit: u32) -> Vec<EventId> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = store.events.list(scope, since, PageRequest { after, limit }).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        ids.extend(page.items.iter().map(|event| event.id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
        assert_eq!(page.items.len(), usize::try_from(limit).unwrap(), "only the last page may be short");
    }
}

fn newest_first(events: &[Event]) -> Vec<EventId> {
    events.iter().rev().map(|event| event.id).collect()
}

#[rstest]
#[tokio::test]
async fn every_page_size_gives_the_same_history_newest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 3, 9, 10, 11, 100)] limit: u32,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let history = a_history(&store, &tenant).await;
    let mut walked = walk(&store, &tenant.scope, None, limit).await;
    walked.pop(); // that the organisation was made
    assert_eq!(walked, newest_first(&history));
}

#[rstest]
#[tokio::test]
async fn a_history_since_a_time_begins_with_that_very_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let history = a_history(&store, &tenant).await;
    let beginnings = history.iter().flat_map(|event| [event.at, event.at + TimeDelta::microseconds(1)]);
    for since in beginnings.collect::<Vec<_>>() {
        let younger: Vec<_> = history.iter().filter(|event| event.at >= since).cloned().collect();
        for limit in [1, 100] {
            assert_eq!(walk(&store, &tenant.scope, Some(since), limit).await, newest_first(&younger));
        }
    }
}

#[rstest]
#[tokio::test]
async fn any_time_at_all_can_be_asked_for(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let event = recorded(&store, &tenant, event_of_now(&store, &tenant, 1)).await;
    let found = walk(&store, &tenant.scope, Some(DateTime::<Utc>::MIN_UTC), 100).await;
    assert_eq!(found.first(), Some(&event.id));
    assert_eq!(walk(&store, &tenant.scope, Some(DateTime::<Utc>::MAX_UTC), 100).await, []);
}

/// Its time was read before its id was made; meanwhile the clock may have been set back.
#[rstest]
#[tokio::test]
async fn an_event_whose_id_is_a_little_older_than_itself_is_found_by_its_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let early = event_of_now(&store, &tenant, 1);
    let event = Event { at: early.at + TimeDelta::seconds(50), ..early };
    let event = recorded(&store, &tenant, event).await;
    assert_eq!(walk(&store, &tenant.scope, Some(event.at), 100).await, [event.id]);
}

#[rstest]
#[tokio::test]
async fn an_event_is_read_as_it_was_recorded(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for (number, event_type) in (0..).zip(EventType::ALL.iter().copied()) {
        let actors = [Actor::Operator, Actor::Key(ApiKeyId::from_uuid(store.ids.uuid()))];
        let event = Event {
            environment_id: (number % 2 == 0).then_some(tenant.organisation.default_environment),
            actor: actors[usize::from(number % 2)],
            event_type,
            entity: EntityKind::ALL[usize::from(number) % EntityKind::ALL.len()],
            entity_id: Uuid::from_u128(u128::MAX - u128::from(number)),
            digest: json!({ "before": { "b": "\u{1f980}", "a": [1, null] }, "after": {} })
                .as_object()
                .unwrap()
                .clone(),
            ..event_of_now(&store, &tenant, number)
        };
        let event = recorded(&store, &tenant, event).await;
        let newest = store.events.list(&tenant.scope, None, PageRequest { after: None, limit: 1 }).await;
        assert_eq!(newest.unwrap().items, [event]);
    }
}

#[rstest]
#[tokio::test]
async fn each_scope_sees_what_happened_in_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let (owner, other) = (store.tenant().await, store.tenant().await);
    let elsewhere = store.environment(&owner).await;
    let of = |number, environment_id| Event { environment_id, ..event_of_now(&store, &owner, number) };
    let of_default = Some(owner.organisation.default_environment);
    let whole = recorded(&store, &owner, of(1, None)).await;
    let default = recorded(&store, &owner, of(2, of_default)).await;
    let test = recorded(&store, &owner, of(3, Some(elsewhere.id))).await;
    let theirs = recorded(&store, &other, event_of_now(&store, &other, 4)).await;

    let seen = |scope: Scope| {
        let store = &store;
        async move { walk(store, &scope, Some(store.now()), 1).await }
    };
    let bound = |environment: EnvironmentId| Scope::new(owner.organisation.id, Some(environment));
    let all = [test.id, default.id, whole.id];
    assert_eq!(seen(owner.scope).await[..3], all);
    assert!(!seen(owner.scope).await.contains(&theirs.id));
    assert_eq!(seen(bound(owner.organisation.default_environment)).await, [default.id]);
    assert_eq!(seen(bound(elsewhere.id)).await, [test.id]);
    // A position in another's history opens nothing.
    let page = PageRequest { after: Some(theirs.id), limit: 100 };
    let page = store.events.list(&other.scope, None, page).await.unwrap();
    assert!(page.items.iter().all(|event| event.organisation_id == other.organisation.id));
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_no_shorter_history(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("actor = 'nobody'", "event_type = 'x'", "entity = 'x'", "entity_id = 'x'", "digest = '[]'")]
    broken: &str,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    store.place.execute(&format!("UPDATE events SET {broken}"));
    let outcome = store.events.list(&tenant.scope, None, PageRequest { after: None, limit: 9 }).await;
    assert!(matches!(outcome, Err(RepositoryError::Corrupt { entity: "event", .. })), "{outcome:?}");
}
