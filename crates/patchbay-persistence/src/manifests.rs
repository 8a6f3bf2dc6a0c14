//! What was read at the addresses of manifests.

use async_trait::async_trait;
use diesel::prelude::*;
use patchbay_domain::{
    Integration, IntegrationId, ManifestDocument, ManifestRepository, RepositoryError, Scope,
};
use serde_json::Value;

use crate::columns::Reading;
use crate::database::{AnyConnection, Database, load_one, per_backend, unavailable};
use crate::schema::manifests;

/// Reads the documents of manifests from a [`Database`].
#[derive(Clone, Debug)]
pub struct DieselManifestRepository {
    db: Database,
}

impl DieselManifestRepository {
    /// Reads from `db`.
    #[must_use]
    pub const fn new(db: Database) -> Self {
        Self { db }
    }
}

#[async_trait]
impl ManifestRepository for DieselManifestRepository {
    async fn find(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Option<ManifestDocument>, RepositoryError> {
        let scope = *scope;
        // Read into the model here: the database's threads are to be free again at once.
        let text = self.db.read(move |conn| find(conn, &scope, integration).map_err(unavailable)).await?;
        text.map(|text| document_of(&text)).transpose()
    }
}

/// The document of a live integration has its environment, and that of a deleted one is
/// gone: what a scope sees is told without looking at the integration.
pub(crate) fn find(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> QueryResult<Option<String>> {
    let one = manifests::table
        .filter(manifests::organisation_id.eq(scope.organisation().to_string()))
        .filter(manifests::integration_id.eq(integration.to_string()));
    match scope.environment() {
        None => load_one!(conn, one.select(manifests::document)),
        Some(environment) => {
            let one = one.filter(manifests::environment_id.eq(environment.to_string()));
            load_one!(conn, one.select(manifests::document))
        }
    }
}

/// A document as it is stored.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = manifests)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ManifestRow {
    organisation_id: String,
    integration_id: String,
    environment_id: String,
    document: String,
}

impl ManifestRow {
    pub(crate) fn new(of: &Integration, document: &ManifestDocument) -> Self {
        Self {
            organisation_id: of.parts().organisation_id.to_string(),
            integration_id: of.id().to_string(),
            environment_id: of.parts().environment_id.to_string(),
            document: Value::Object(document.to_keep()).to_string(),
        }
    }
}

/// Keeps a document in the place of any other of its integration, which is written, and so
/// held, in the same transaction.
pub(crate) fn store(conn: &mut AnyConnection, row: &ManifestRow) -> Result<(), RepositoryError> {
    let stored = per_backend!(conn, conn => diesel::insert_into(manifests::table)
        .values(row)
        .on_conflict((manifests::organisation_id, manifests::integration_id))
        .do_update()
        .set((
            manifests::environment_id.eq(&row.environment_id),
            manifests::document.eq(&row.document),
        ))
        .execute(conn));
    stored.map(drop).map_err(unavailable)
}

/// Drops the document of an integration, if there is one.
pub(crate) fn delete(
    conn: &mut AnyConnection,
    scope: &Scope,
    integration: IntegrationId,
) -> Result<(), RepositoryError> {
    let kept = manifests::table
        .filter(manifests::organisation_id.eq(scope.organisation().to_string()))
        .filter(manifests::integration_id.eq(integration.to_string()));
    diesel::delete(kept).execute(conn).map(drop).map_err(unavailable)
}

fn document_of(text: &str) -> Result<ManifestDocument, RepositoryError> {
    let read = Reading("manifest");
    read.value(ManifestDocument::read(read.value(serde_json::from_str(text))?))
}
