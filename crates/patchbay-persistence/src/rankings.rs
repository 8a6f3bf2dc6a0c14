//! In which order integrations are used.

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{
    ChannelKind, EnvironmentId, IntegrationId, InvalidId, Ranking, RankingRepository, RankingWrite,
    RepositoryError, Scope, Version,
};

use crate::columns::Reading;
use crate::database::{
    AnyConnection, Database, gone_or_unavailable, load_one, one_or_stale, per_backend, unavailable,
};
use crate::schema::rankings;

/// A ranking as it is stored.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = rankings)]
#[diesel(primary_key(organisation_id, environment_id, channel))]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct RankingRow {
    organisation_id: String,
    environment_id: String,
    channel: String,
    members: String,
    has_primary: bool,
    version: i32,
}

impl TryFrom<RankingRow> for (Version, Ranking) {
    type Error = RepositoryError;

    fn try_from(row: RankingRow) -> Result<Self, RepositoryError> {
        let read = Reading("ranking");
        let ids = row.members.split_ascii_whitespace().map(str::parse);
        let order = read.value(ids.collect::<Result<Vec<IntegrationId>, InvalidId>>())?;
        let version = read.value(Version::from_number(row.version).ok_or("a version below 1"))?;
        Ok((version, Ranking::from_stored(order, row.has_primary)))
    }
}

/// Reads rankings from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselRankingRepository {
    db: Database,
}

impl DieselRankingRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl RankingRepository for DieselRankingRepository {
    async fn find(
        &self,
        scope: &Scope,
        environment: EnvironmentId,
        channel: ChannelKind,
    ) -> Result<Option<(Version, Ranking)>, RepositoryError> {
        let scope = *scope;
        if !scope.sees(scope.organisation(), environment) {
            return Ok(None);
        }
        let row = self.db.read(move |conn| find(conn, &scope, environment, channel).map_err(unavailable));
        row.await?.map(TryFrom::try_from).transpose()
    }
}

pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    environment: EnvironmentId,
    channel: ChannelKind,
) -> QueryResult<Option<RankingRow>> {
    let organisation = scope.organisation().to_string();
    let one = rankings::table.find((organisation, environment.to_string(), channel.as_str()));
    load_one!(conn, one.select(RankingRow::as_select()))
}

/// A step of a commit that writes a ranking.
pub(crate) enum RankingStep {
    /// The first one of its place.
    Insert(RankingRow),
    /// It replaces exactly the version before its own.
    Replace(RankingRow),
}

impl RankingStep {
    /// The step that makes `write`.
    pub(crate) fn of(write: &RankingWrite) -> Self {
        let order: Vec<_> = write.ranking.order().iter().map(ToString::to_string).collect();
        let row = RankingRow {
            organisation_id: write.place.organisation_id.to_string(),
            environment_id: write.place.environment_id.to_string(),
            channel: write.place.channel.as_str().to_owned(),
            members: order.join(" "),
            has_primary: write.ranking.has_primary(),
            version: write.expected.map_or(Version::FIRST, Version::next).number(),
        };
        if write.expected.is_some() { Self::Replace(row) } else { Self::Insert(row) }
    }
}

/// Writes it, if it is as it was read.
pub(crate) fn save(conn: &mut AnyConnection, step: &RankingStep) -> Result<(), RepositoryError> {
    let written = match step {
        RankingStep::Insert(row) => {
            per_backend!(conn, conn => diesel::insert_into(rankings::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(conn))
        }
        RankingStep::Replace(row) => {
            let before = rankings::table
                .find((&row.organisation_id, &row.environment_id, &row.channel))
                .filter(rankings::version.eq(row.version - 1));
            diesel::update(before).set(row).execute(conn)
        }
    };
    one_or_stale(written.map_err(gone_or_unavailable)?)
}
