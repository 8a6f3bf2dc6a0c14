//! What was recorded of an organisation.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_domain::{Event, EventRepository, PageRequest, Permission};

use crate::{AppError, Caller};

/// Lists the changes that were recorded of what a caller sees.
pub struct ListEvents {
    /// Reads them.
    pub events: Arc<dyn EventRepository>,
}

/// How many events one read takes: a long list does not hold a database thread.
const BATCH: u32 = 500;

impl ListEvents {
    /// The newest events, newest first: at most `limit`, and of `since` and later only.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without [`Permission::AuditRead`].
    pub async fn run(
        &self,
        caller: &Caller,
        since: Option<DateTime<Utc>>,
        limit: u32,
    ) -> Result<Vec<Event>, AppError> {
        caller.require(Permission::AuditRead)?;
        let (mut listed, mut after, mut wanted) = (Vec::new(), None, limit);
        while wanted > 0 {
            let request = PageRequest { after, limit: wanted.min(BATCH) };
            let page = self.events.list(caller.scope(), since, request).await?;
            listed.extend(page.items);
            wanted -= request.limit;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{an_organisation, at, caller};
    use futures::executor::block_on;
    use patchbay_domain::{
        Actor, EntityKind, EventId, EventType, MockEventRepository, Page, RepositoryError,
    };
    use uuid::Uuid;

    fn an_event(number: u128) -> Event {
        Event {
            id: EventId::from_uuid(Uuid::from_u128(number)),
            organisation_id: an_organisation().id,
            environment_id: None,
            actor: Actor::Operator,
            event_type: EventType::OrganisationCreated,
            entity: EntityKind::Organisation,
            entity_id: Uuid::nil(),
            digest: serde_json::Map::new(),
            at: at(0),
        }
    }

    /// A history of `length` events, the oldest with number 1.
    fn history(length: u128) -> MockEventRepository {
        let mut events = MockEventRepository::new();
        events.expect_list().returning(move |scope, _, page| {
            assert_eq!(scope.organisation(), an_organisation().id);
            let newest = page.after.map_or(length, |id| id.as_uuid().as_u128() - 1);
            let items: Vec<_> =
                (1..=newest).rev().map(an_event).take(page.limit.try_into().unwrap()).collect();
            let next = items.last().map(|event| event.id).filter(|id| id.as_uuid().as_u128() > 1);
            Ok(Page { items, next })
        });
        events
    }

    fn listed(length: u128, limit: u32) -> Vec<u128> {
        let list = ListEvents { events: Arc::new(history(length)) };
        let listed = block_on(list.run(&caller(&[Permission::AuditRead]), None, limit)).unwrap();
        listed.iter().map(|event| event.id.as_uuid().as_u128()).collect()
    }

    #[test]
    fn a_caller_without_the_permission_sees_nothing() {
        let list = ListEvents { events: Arc::new(MockEventRepository::new()) };
        let others: Vec<_> =
            Permission::ALL.iter().copied().filter(|one| *one != Permission::AuditRead).collect();
        let outcome = block_on(list.run(&caller(&others), None, 1));
        assert!(matches!(outcome, Err(AppError::Forbidden(Permission::AuditRead))), "{outcome:?}");
    }

    #[test]
    fn as_many_are_listed_as_are_wanted_and_there() {
        for (length, limit) in [(0, 1), (1, 1), (3, 2), (500, 500), (1200, 1001), (1200, 1000), (1200, 9999)]
        {
            let first = u128::saturating_sub(length, limit.into()) + 1;
            let expected: Vec<_> = (first..=length).rev().collect();
            assert_eq!(listed(length, limit), expected, "{limit} of {length}");
        }
    }

    #[test]
    fn every_batch_is_asked_for_from_the_same_time_on() {
        let mut events = MockEventRepository::new();
        events.expect_list().times(2).returning(|_, since, page| {
            assert_eq!(since, Some(at(7)));
            let next = page.after.is_none().then(|| an_event(5).id);
            Ok(Page { items: vec![an_event(5)], next })
        });
        let list = ListEvents { events: Arc::new(events) };
        let listed = block_on(list.run(&caller(&[Permission::AuditRead]), Some(at(7)), 501)).unwrap();
        assert_eq!(listed.len(), 2);
    }

    #[test]
    fn a_list_that_breaks_off_is_an_error_not_a_shorter_list() {
        let mut events = MockEventRepository::new();
        events
            .expect_list()
            .once()
            .return_once(|_, _, _| Ok(Page { items: vec![an_event(5)], next: Some(an_event(5).id) }));
        events.expect_list().return_once(|_, _, _| Err(RepositoryError::Busy));
        let list = ListEvents { events: Arc::new(events) };
        let outcome = block_on(list.run(&caller(&[Permission::AuditRead]), None, 1000));
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }
}
