//! Organisations, as the operator sees them.

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use patchbay_domain::{
    EntityKind, Environment, Event, Organisation, OrganisationDirectory, OrganisationId, OrganisationName,
    RepositoryError, Taken,
};

use crate::columns::{Reading, column_of};
use crate::database::{AnyConnection, Database, load_one, per_backend, unavailable};
use crate::environments::{self, EnvironmentRow};
use crate::events::{self, EventRow};
use crate::schema::organisations;

/// The organisations of a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselOrganisationDirectory {
    db: Database,
}

impl DieselOrganisationDirectory {
    /// Reads and writes `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl OrganisationDirectory for DieselOrganisationDirectory {
    async fn create(
        &self,
        organisation: &Organisation,
        default_environment: &Environment,
        event: Event,
    ) -> Result<(), RepositoryError> {
        let together = default_environment.id == organisation.default_environment
            && default_environment.organisation_id == organisation.id
            && event.organisation_id == organisation.id;
        if !together {
            return Err(RepositoryError::corrupt("organisation", "its parts do not belong together"));
        }
        let row = OrganisationRow::from(organisation);
        let environment = EnvironmentRow::from(default_environment);
        let event = EventRow::from(event);
        self.db
            .write(move |conn| {
                insert(conn, &row)?;
                environments::insert(conn, &environment)?;
                events::insert(conn, &event)
            })
            .await
    }

    async fn find(&self, id: OrganisationId) -> Result<Option<Organisation>, RepositoryError> {
        let find = move |conn: &mut AnyConnection| {
            let one = organisations::table.find(id.to_string());
            load_one!(conn, one.select(OrganisationRow::as_select())).map_err(unavailable)
        };
        self.db.read(find).await?.map(Organisation::try_from).transpose()
    }

    async fn list(&self) -> Result<Vec<Organisation>, RepositoryError> {
        let list = |conn: &mut AnyConnection| {
            let all = organisations::table.order((organisations::created_at, organisations::id));
            all.select(OrganisationRow::as_select()).load(conn).map_err(unavailable)
        };
        self.db.read(list).await?.into_iter().map(Organisation::try_from).collect()
    }
}

/// An organisation as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct OrganisationRow {
    id: String,
    name: String,
    default_environment_id: String,
    created_at: NaiveDateTime,
}

impl From<&Organisation> for OrganisationRow {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            name: organisation.name.as_str().to_owned(),
            default_environment_id: organisation.default_environment.to_string(),
            created_at: column_of(organisation.created_at),
        }
    }
}

impl TryFrom<OrganisationRow> for Organisation {
    type Error = RepositoryError;

    fn try_from(row: OrganisationRow) -> Result<Self, RepositoryError> {
        let read = Reading("organisation");
        Ok(Self {
            id: read.value(row.id.parse())?,
            name: read.value(OrganisationName::parse(&row.name))?,
            default_environment: read.value(row.default_environment_id.parse())?,
            created_at: row.created_at.and_utc(),
        })
    }
}

fn insert(conn: &mut AnyConnection, row: &OrganisationRow) -> Result<(), RepositoryError> {
    let inserted = per_backend!(conn, conn => diesel::insert_into(organisations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    match inserted.map_err(unavailable)? {
        0 => Err(RepositoryError::Duplicate(Taken::Id(EntityKind::Organisation))),
        _ => Ok(()),
    }
}
