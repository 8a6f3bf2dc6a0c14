//! Recorded changes.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;
use patchbay_domain::{
    EntityKind, Event, EventId, EventRepository, EventType, Page, PageRequest, RepositoryError, Scope,
};
use serde_json::Value;

use crate::columns::{Reading, actor_column, column_of};
use crate::database::{AnyConnection, Database, constant, load_first, per_backend, unavailable};
use crate::schema::events;

/// Reads what was recorded from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselEventRepository {
    db: Database,
}

impl DieselEventRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl EventRepository for DieselEventRepository {
    async fn list(
        &self,
        scope: &Scope,
        since: Option<DateTime<Utc>>,
        page: PageRequest<EventId>,
    ) -> Result<Page<Event, EventId>, RepositoryError> {
        let (scope, limit) = (*scope, usize::try_from(page.limit).unwrap_or(usize::MAX));
        let mut rows = self.db.read(move |conn| list(conn, &scope, since, page).map_err(unavailable)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let items = rows.into_iter().map(Event::try_from).collect::<Result<Vec<_>, _>>()?;
        let next = if more { items.last().map(|event| event.id) } else { None };
        Ok(Page { items, next })
    }
}

/// An event as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = events)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    organisation_id: String,
    id: String,
    environment_id: Option<String>,
    actor: String,
    event_type: String,
    entity: String,
    entity_id: String,
    digest: String,
    created_at: NaiveDateTime,
}

impl From<Event> for EventRow {
    fn from(event: Event) -> Self {
        Self {
            organisation_id: event.organisation_id.to_string(),
            id: event.id.to_string(),
            environment_id: event.environment_id.map(|id| id.to_string()),
            actor: actor_column(event.actor),
            event_type: event.event_type.as_str().to_owned(),
            entity: event.entity.as_str().to_owned(),
            entity_id: event.entity_id.to_string(),
            digest: Value::Object(event.digest).to_string(),
            created_at: column_of(event.at),
        }
    }
}

impl TryFrom<EventRow> for Event {
    type Error = RepositoryError;

    fn try_from(row: EventRow) -> Result<Self, RepositoryError> {
        let read = Reading("event");
        Ok(Self {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            environment_id: read.value(row.environment_id.map(|id| id.parse()).transpose())?,
            actor: read.actor(&row.actor)?,
            event_type: read.code(&row.event_type, EventType::from_code)?,
            entity: read.code(&row.entity, EntityKind::from_code)?,
            entity_id: read.value(row.entity_id.parse())?,
            digest: read.value(serde_json::from_str(&row.digest))?,
            at: row.created_at.and_utc(),
        })
    }
}

/// How much earlier than the time of an event its id may say that it was made: the two are
/// read one after the other, from a clock that may be set back in between.
const LEEWAY: TimeDelta = TimeDelta::minutes(1);

/// One row more than the page has, when there is more.
///
/// A range of the primary key, whose ids begin with the time of their making: an index on
/// the time itself would cost every change something, and serve nothing but this.
pub(crate) fn list(
    conn: &mut AnyConnection,
    scope: &Scope,
    since: Option<DateTime<Utc>>,
    page: PageRequest<EventId>,
) -> QueryResult<Vec<EventRow>> {
    // The first page, and a list of all, are asked for by the same statement as any other.
    const BEYOND_ALL_IDS: &str = "g";
    let before = page.after.map_or_else(|| BEYOND_ALL_IDS.to_owned(), |id| id.to_string());
    let since = since.map_or(DateTime::UNIX_EPOCH, |since| since.max(DateTime::UNIX_EPOCH));
    let rows = i64::from(page.limit) + 1;
    let all = events::table
        .filter(events::organisation_id.eq(scope.organisation().to_string()))
        .filter(events::id.lt(before))
        .filter(events::id.ge(EventId::first_at(since - LEEWAY).to_string()))
        .filter(events::created_at.ge(column_of(since)))
        .order(events::id.desc());
    match scope.environment() {
        None => load_first!(rows, conn, all.select(EventRow::as_select())),
        Some(environment) => {
            let all = all.filter(events::environment_id.eq(environment.to_string()));
            load_first!(rows, conn, all.select(EventRow::as_select()))
        }
    }
}

/// Records an event. An id in use is a fault of whoever makes ids.
pub(crate) fn insert(conn: &mut AnyConnection, row: &EventRow) -> Result<(), RepositoryError> {
    let statement = diesel::insert_into(events::table).values(row).on_conflict_do_nothing();
    let inserted = per_backend!(conn, conn => constant::<EventRow, _>(statement).execute(conn));
    match inserted.map_err(unavailable)? {
        0 => Err(RepositoryError::corrupt("event", "its id is in use")),
        _ => Ok(()),
    }
}
