//! API keys.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use patchbay_domain::{
    ApiKey, ApiKeyId, ApiKeyName, ApiKeyRepository, EntityKind, KeyHash, KeyKind, Permission,
    RepositoryError, RequestsPerMinute, Scope, Taken,
};

use crate::columns::{Reading, codes_column, column_of};
use crate::database::{AnyConnection, Database, gone_or_unavailable, per_backend, unavailable};
use crate::schema::api_keys;

/// Reads the keys of an organisation from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselApiKeyRepository {
    db: Database,
}

impl DieselApiKeyRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl ApiKeyRepository for DieselApiKeyRepository {
    async fn list(&self, scope: &Scope) -> Result<Vec<ApiKey>, RepositoryError> {
        let scope = *scope;
        let rows = self.db.read(move |conn| list(conn, &scope).map_err(unavailable)).await?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }
}

/// A key as it is stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ApiKeyRow {
    organisation_id: String,
    id: String,
    environment_id: Option<String>,
    name: String,
    kind: String,
    prefix: String,
    hash: Vec<u8>,
    permissions: String,
    expires_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
    revoked_at: Option<NaiveDateTime>,
    requests_per_minute: Option<i32>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            organisation_id: key.organisation_id.to_string(),
            id: key.id.to_string(),
            environment_id: key.environment_id.map(|id| id.to_string()),
            name: key.name.as_str().to_owned(),
            kind: key.kind.as_str().to_owned(),
            prefix: key.prefix.clone(),
            hash: key.hash.as_bytes().to_vec(),
            permissions: codes_column(key.permissions.iter().map(Permission::as_str)),
            expires_at: key.expires_at.map(column_of),
            created_at: column_of(key.created_at),
            last_used_at: key.last_used_at.map(column_of),
            revoked_at: key.revoked_at.map(column_of),
            requests_per_minute: key.requests_per_minute.map(|limit| limit.get().get().cast_signed()),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = RepositoryError;

    fn try_from(row: ApiKeyRow) -> Result<Self, RepositoryError> {
        let read = Reading("key");
        let hash = row.hash.try_into().map_err(|_| "a hash of another length");
        Ok(Self {
            id: read.value(row.id.parse())?,
            organisation_id: read.value(row.organisation_id.parse())?,
            environment_id: row.environment_id.map(|id| read.value(id.parse())).transpose()?,
            name: read.value(ApiKeyName::parse(&row.name))?,
            kind: read.code(&row.kind, KeyKind::from_code)?,
            prefix: row.prefix,
            hash: KeyHash::from_bytes(read.value(hash)?),
            permissions: read.codes(&row.permissions, |name| name.parse::<Permission>().ok())?,
            requests_per_minute: row
                .requests_per_minute
                .map(|limit| read.value(limit_of(limit)))
                .transpose()?,
            expires_at: row.expires_at.map(|at| at.and_utc()),
            created_at: row.created_at.and_utc(),
            last_used_at: row.last_used_at.map(|at| at.and_utc()),
            revoked_at: row.revoked_at.map(|at| at.and_utc()),
        })
    }
}

fn limit_of(column: i32) -> Result<RequestsPerMinute, &'static str> {
    u32::try_from(column).ok().and_then(RequestsPerMinute::new).ok_or("a limit that no key can have")
}

pub(crate) fn list(conn: &mut AnyConnection, scope: &Scope) -> QueryResult<Vec<ApiKeyRow>> {
    let all = api_keys::table
        .filter(api_keys::organisation_id.eq(scope.organisation().to_string()))
        .order((api_keys::created_at, api_keys::id))
        .select(ApiKeyRow::as_select());
    match scope.environment() {
        None => all.load(conn),
        Some(environment) => all.filter(api_keys::environment_id.eq(environment.to_string())).load(conn),
    }
}

pub(crate) fn insert(conn: &mut AnyConnection, row: &ApiKeyRow) -> Result<(), RepositoryError> {
    let inserted = per_backend!(conn, conn => diesel::insert_into(api_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn));
    match inserted.map_err(gone_or_unavailable)? {
        0 => Err(RepositoryError::Duplicate(Taken::Id(EntityKind::ApiKey))),
        _ => Ok(()),
    }
}

/// Revokes a live key that the scope sees.
pub(crate) fn revoke(
    conn: &mut AnyConnection,
    scope: &Scope,
    id: ApiKeyId,
    at: DateTime<Utc>,
) -> Result<(), RepositoryError> {
    let live = api_keys::table
        .filter(api_keys::organisation_id.eq(scope.organisation().to_string()))
        .filter(api_keys::id.eq(id.to_string()))
        .filter(api_keys::revoked_at.is_null());
    let revoked = api_keys::revoked_at.eq(column_of(at));
    let changed = match scope.environment() {
        None => diesel::update(live).set(revoked).execute(conn),
        Some(environment) => {
            diesel::update(live.filter(api_keys::environment_id.eq(environment.to_string())))
                .set(revoked)
                .execute(conn)
        }
    };
    match changed.map_err(unavailable)? {
        0 => Err(RepositoryError::Stale),
        _ => Ok(()),
    }
}
