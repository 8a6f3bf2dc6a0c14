//! People on their way to a provider and back.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use patchbay_domain::{
    AskedScopes, Authorization, AuthorizationDirectory, AuthorizationWrite, Browser, IntegrationId,
    OAuthScope, ProviderId, RepositoryError, Scope, SecretDigest,
};

use crate::columns::{Reading, actor_column, codes_column, column_of};
use crate::database::{
    AnyConnection, Database, load_first, load_one, one_or_stale, per_backend, taken_or_unavailable,
    unavailable,
};
use crate::integrations::hold_live;
use crate::schema::authorizations;

/// An authorization as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = authorizations)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct AuthorizationRow {
    organisation_id: String,
    id: String,
    environment_id: String,
    integration_id: String,
    provider: String,
    begun_by: String,
    redirect_uri: String,
    return_to: Option<String>,
    link: Vec<u8>,
    state: Option<Vec<u8>>,
    cookie: Option<Vec<u8>>,
    used_at: Option<NaiveDateTime>,
    expires_at: NaiveDateTime,
    scopes: Option<String>,
}

impl From<&Authorization> for AuthorizationRow {
    fn from(one: &Authorization) -> Self {
        Self {
            organisation_id: one.organisation_id.to_string(),
            id: one.id.to_string(),
            environment_id: one.environment_id.to_string(),
            integration_id: one.integration_id.to_string(),
            provider: one.provider.as_str().to_owned(),
            begun_by: actor_column(one.begun_by),
            redirect_uri: one.redirect_uri.clone(),
            return_to: one.return_to.clone(),
            link: one.link.0.to_vec(),
            state: one.browser.map(|browser| browser.state.0.to_vec()),
            cookie: one.browser.map(|browser| browser.cookie.0.to_vec()),
            used_at: one.used_at.map(column_of),
            expires_at: column_of(one.expires_at),
            scopes: (!one.scopes.are_usual()).then(|| codes_column(one.scopes.iter())),
        }
    }
}

impl TryFrom<AuthorizationRow> for Authorization {
    type Error = RepositoryError;

    fn try_from(row: AuthorizationRow) -> Result<Self, RepositoryError> {
        let read = Reading("authorization");
        let browser = match (row.state, row.cookie) {
            (None, None) => None,
            (Some(state), Some(cookie)) => {
                Some(Browser { state: read.digest(state)?, cookie: read.digest(cookie)? })
            }
            _ => return read.value(Err("half of a browser")),
        };
        let scopes = row.scopes.as_deref().into_iter().flat_map(|scopes| scopes.split(' '));
        let scopes = read.value(scopes.map(OAuthScope::parse).collect())?;
        Ok(Self {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            environment_id: read.value(row.environment_id.parse())?,
            integration_id: read.value(row.integration_id.parse())?,
            provider: read.value(ProviderId::parse(&row.provider))?,
            begun_by: read.actor(&row.begun_by)?,
            redirect_uri: row.redirect_uri,
            scopes: read.value(AskedScopes::new(scopes))?,
            return_to: row.return_to,
            link: read.digest(row.link)?,
            browser,
            used_at: row.used_at.map(|at| at.and_utc()),
            expires_at: row.expires_at.and_utc(),
        })
    }
}

/// Finds authorizations in a [`Database`], and clears them away.
#[derive(Clone, Debug)]
pub struct DieselAuthorizationDirectory {
    db: Database,
}

impl DieselAuthorizationDirectory {
    /// Works on `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl AuthorizationDirectory for DieselAuthorizationDirectory {
    async fn find_by_link(&self, link: SecretDigest) -> Result<Option<Authorization>, RepositoryError> {
        let row = self.db.read(move |conn| by_link(conn, &link.0).map_err(unavailable)).await?;
        row.map(Authorization::try_from).transpose()
    }

    async fn find_by_state(&self, state: SecretDigest) -> Result<Option<Authorization>, RepositoryError> {
        let row = self.db.read(move |conn| by_state(conn, &state.0).map_err(unavailable)).await?;
        row.map(Authorization::try_from).transpose()
    }

    async fn purge(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let before = column_of(before);
        let over = move |conn: &mut AnyConnection| over(conn, before, i64::from(limit)).map_err(unavailable);
        let over = self.db.read(over).await?;
        if over.is_empty() {
            return Ok(0);
        }
        let purge = move |conn: &mut AnyConnection| {
            over.into_iter().try_fold(0, |purged, id| {
                let gone = diesel::delete(authorizations::table.find(id)).execute(conn);
                Ok(purged + u64::try_from(gone.map_err(unavailable)?).unwrap_or_default())
            })
        };
        self.db.write(purge).await
    }
}

pub(crate) fn by_link(conn: &mut AnyConnection, link: &[u8]) -> QueryResult<Option<AuthorizationRow>> {
    let one = authorizations::table.filter(authorizations::link.eq(link));
    load_one!(conn, one.select(AuthorizationRow::as_select()))
}

pub(crate) fn by_state(conn: &mut AnyConnection, state: &[u8]) -> QueryResult<Option<AuthorizationRow>> {
    let one = authorizations::table.filter(authorizations::state.eq(state));
    load_one!(conn, one.select(AuthorizationRow::as_select()))
}

/// Those that are over for good: their end never changes.
pub(crate) fn over(
    conn: &mut AnyConnection,
    before: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<(String, String)>> {
    let over = authorizations::table
        .filter(authorizations::expires_at.le(before))
        .order(authorizations::expires_at)
        .select((authorizations::organisation_id, authorizations::id));
    load_first!(limit, conn, over)
}

/// A step of a commit that writes an authorization.
pub(crate) enum AuthorizationStep {
    Begin(AuthorizationRow),
    Start(AuthorizationRow),
    Finish(AuthorizationRow),
}

impl AuthorizationStep {
    /// # Errors
    /// [`RepositoryError::Corrupt`] for a start without a browser or a finish without its time:
    /// who came next could do it again.
    pub(crate) fn of(write: &AuthorizationWrite) -> Result<Self, RepositoryError> {
        let whole = |is_there: bool, what: &'static str| {
            if is_there { Ok(()) } else { Err(RepositoryError::corrupt("authorization", what)) }
        };
        Ok(match write {
            AuthorizationWrite::Begin(one) => Self::Begin(one.into()),
            AuthorizationWrite::Start(one) => {
                whole(one.browser.is_some(), "nobody follows its link")?;
                Self::Start(one.into())
            }
            AuthorizationWrite::Finish(one) => {
                whole(one.used_at.is_some(), "nobody came back")?;
                Self::Finish(one.into())
            }
        })
    }
}

pub(crate) fn save(conn: &mut AnyConnection, step: &AuthorizationStep) -> Result<(), RepositoryError> {
    match step {
        AuthorizationStep::Begin(row) => begin(conn, row),
        AuthorizationStep::Start(row) => start(conn, row),
        AuthorizationStep::Finish(row) => finish(conn, row),
    }
}

/// Adds one to a live integration. Whose link or id is taken makes another.
fn begin(conn: &mut AnyConnection, row: &AuthorizationRow) -> Result<(), RepositoryError> {
    hold_live(conn, &row.organisation_id, &row.integration_id, &row.environment_id)?;
    let begun = per_backend!(conn, conn => diesel::insert_into(authorizations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    one_or_stale(begun.map_err(unavailable)?)
}

/// Keeps the first browser that follows the link.
fn start(conn: &mut AnyConnection, row: &AuthorizationRow) -> Result<(), RepositoryError> {
    let unused = authorizations::table
        .find((&row.organisation_id, &row.id))
        .filter(authorizations::environment_id.eq(&row.environment_id))
        .filter(authorizations::state.is_null())
        .filter(authorizations::used_at.is_null());
    let browser = (authorizations::state.eq(&row.state), authorizations::cookie.eq(&row.cookie));
    one_or_stale(diesel::update(unused).set(browser).execute(conn).map_err(taken_or_unavailable)?)
}

/// Keeps that somebody came back, the first time.
fn finish(conn: &mut AnyConnection, row: &AuthorizationRow) -> Result<(), RepositoryError> {
    let unused = authorizations::table
        .find((&row.organisation_id, &row.id))
        .filter(authorizations::environment_id.eq(&row.environment_id))
        .filter(authorizations::used_at.is_null());
    let used = authorizations::used_at.eq(row.used_at);
    one_or_stale(diesel::update(unused).set(used).execute(conn).map_err(unavailable)?)
}

/// Deletes those of an integration.
pub(crate) fn delete_all(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> Result<(), RepositoryError> {
    let own = authorizations::table
        .filter(authorizations::organisation_id.eq(scope.organisation().to_string()))
        .filter(authorizations::integration_id.eq(integration.to_string()));
    diesel::delete(own).execute(conn).map(drop).map_err(unavailable)
}
