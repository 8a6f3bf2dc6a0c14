//! Recorded changes.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{Event, RepositoryError};
use serde_json::Value;

use crate::columns::{actor_column, column_of};
use crate::database::{AnyConnection, constant, per_backend, unavailable};
use crate::schema::events;

/// An event as it is stored.
#[derive(Clone, Debug, Insertable)]
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

/// Records an event. An id in use is a fault of whoever makes ids.
pub(crate) fn insert(conn: &mut AnyConnection, row: &EventRow) -> Result<(), RepositoryError> {
    let statement = diesel::insert_into(events::table).values(row).on_conflict_do_nothing();
    let inserted = per_backend!(conn, conn => constant::<EventRow, _>(statement).execute(conn));
    match inserted.map_err(unavailable)? {
        0 => Err(RepositoryError::corrupt("event", "its id is in use")),
        _ => Ok(()),
    }
}
