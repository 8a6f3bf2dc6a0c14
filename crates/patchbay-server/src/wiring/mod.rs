//! Puts the program together: an open database, adapters behind their ports, use cases.

mod services;

pub use services::Surroundings;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use chrono::NaiveDate;
use patchbay_application::operator::{
    ActForOrganisation, CheckMasterKeys, CreateEnvironment, CreateKey, CreateOrganisation, ListEnvironments,
    ListEvents, ListKeys, ListOrganisations, RevokeKey, RotateSecrets, VerifySecrets,
};
use patchbay_crypto::{KeyRing, KeyRingVault, RandomKeyScheme};
use patchbay_domain::{
    Clock, EnvironmentRepository, IdGenerator, KeyScheme, OrganisationDirectory, SealedStore, UnitOfWork,
    Vault,
};
use patchbay_persistence::{
    ConnectError, Database, DatabaseOptions, DieselApiKeyRepository, DieselEnvironmentRepository,
    DieselEventRepository, DieselKeyLookup, DieselOrganisationDirectory, DieselSealedStore, DieselUnitOfWork,
};

use crate::adapters::{SystemClock, UuidV7Ids};
use crate::files::create_private_folder;
use crate::metrics::Metrics;
use crate::settings::DatabaseSettings;

/// An installation: its database, open and up to date, and what stands on it.
pub struct Installation {
    database: Database,
    work: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    metrics: Arc<Metrics>,
}

impl Installation {
    /// Opens the database as it is, whatever its schema.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn connect(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let DatabaseSettings { url, pool_size, job_timeout, .. } = settings;
        let (url, pool_size, job_timeout) = (url.clone(), *pool_size, *job_timeout);
        let options = DatabaseOptions { url, pool_size, job_timeout };
        let metrics = Arc::new(Metrics::new()?);
        let database =
            Database::connect_observed(&options, metrics.database()).map_err(|error| match error {
                ConnectError::Url(reason) => anyhow!("database.url cannot be used: {reason}"),
                error => error.into(),
            })?;
        let work = Arc::new(DieselUnitOfWork::new(database.clone()));
        Ok(Self { database, work, clock: Arc::new(SystemClock), ids: Arc::new(UuidV7Ids), metrics })
    }

    /// Opens the database and brings it up to date, where that is allowed.
    ///
    /// # Errors
    /// When it cannot be opened, or migrations are pending and may not be applied.
    pub async fn open(settings: &DatabaseSettings) -> anyhow::Result<Self> {
        let installation = Self::connect(settings)?;
        let ready = installation.bring_up_to_date(settings.auto_migrate).await;
        if ready.is_err() {
            installation.close().await;
        }
        ready.map(|()| installation)
    }

    /// As [`open`](Self::open), and makes the folder that the default database lies in.
    ///
    /// # Errors
    /// As for [`open`](Self::open), or when the folder cannot be made.
    pub async fn found(settings: &DatabaseSettings, data_dir: &Path) -> anyhow::Result<Self> {
        prepare_folder(settings, data_dir)?;
        Self::open(settings).await
    }

    async fn bring_up_to_date(&self, may_migrate: bool) -> anyhow::Result<()> {
        let pending = self.pending_migrations().await?;
        if pending.is_empty() {
            return Ok(());
        }
        if !may_migrate {
            let pending = pending.join(", ");
            bail!(
                "migrations are pending ({pending}) and database.auto_migrate is off: run `patchbay migrate`"
            );
        }
        self.migrate().await.map(drop)
    }

    /// The migrations that were not applied yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pending_migrations(&self) -> anyhow::Result<Vec<String>> {
        self.database.pending_migrations().await.context("the schema of the database cannot be read")
    }

    /// Applies them, and says which. Of processes that try at once one applies all, and the
    /// others none.
    ///
    /// # Errors
    /// When one fails.
    pub async fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let pending = self.pending_migrations().await?;
        let applied = self.database.migrate().await.context("the database cannot be migrated")?;
        Ok(if applied.is_empty() { Vec::new() } else { pending })
    }

    /// Finishes what was begun and closes the database.
    pub async fn close(&self) {
        self.database.shutdown().await;
    }

    /// The database itself.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// What is counted of it.
    pub fn metrics(&self) -> Arc<Metrics> {
        self.metrics.clone()
    }

    /// The day that it is, in UTC.
    pub fn today(&self) -> NaiveDate {
        self.clock.now().date_naive()
    }

    /// Names things.
    pub fn ids(&self) -> Arc<dyn IdGenerator> {
        self.ids.clone()
    }

    /// A vault under these master keys, which are those that the database was filled with.
    ///
    /// # Errors
    /// When they are not.
    pub async fn vault(&self, keys: KeyRing) -> anyhow::Result<Arc<dyn Vault>> {
        let vault: Arc<dyn Vault> = Arc::new(KeyRingVault::new(keys));
        CheckMasterKeys { store: self.sealed(), vault: vault.clone() }.run().await?;
        Ok(vault)
    }

    pub fn create_organisation(&self) -> CreateOrganisation {
        CreateOrganisation {
            organisations: self.organisations(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub fn list_organisations(&self) -> ListOrganisations {
        ListOrganisations { organisations: self.organisations() }
    }

    pub fn act_for_organisation(&self) -> ActForOrganisation {
        ActForOrganisation { organisations: self.organisations() }
    }

    pub fn create_environment(&self) -> CreateEnvironment {
        CreateEnvironment { work: self.work.clone(), clock: self.clock.clone(), ids: self.ids.clone() }
    }

    pub fn list_environments(&self) -> ListEnvironments {
        ListEnvironments { environments: self.environments() }
    }

    pub fn list_events(&self) -> ListEvents {
        ListEvents { events: Arc::new(DieselEventRepository::new(self.database.clone())) }
    }

    pub fn create_key(&self) -> CreateKey {
        CreateKey {
            work: self.work.clone(),
            environments: self.environments(),
            scheme: scheme(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub fn list_keys(&self) -> ListKeys {
        ListKeys { keys: Arc::new(DieselApiKeyRepository::new(self.database.clone())) }
    }

    pub fn revoke_key(&self) -> RevokeKey {
        RevokeKey {
            keys: Arc::new(self.key_lookup()),
            work: self.work.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    pub fn rotate_secrets(&self, vault: Arc<dyn Vault>) -> RotateSecrets {
        RotateSecrets { store: self.sealed(), vault }
    }

    /// Takes the keys unchecked: what it opens, or does not, is what it is for.
    pub fn verify_secrets(&self, keys: KeyRing) -> VerifySecrets {
        VerifySecrets { store: self.sealed(), vault: Arc::new(KeyRingVault::new(keys)) }
    }

    fn organisations(&self) -> Arc<dyn OrganisationDirectory> {
        Arc::new(DieselOrganisationDirectory::new(self.database.clone()))
    }

    fn environments(&self) -> Arc<dyn EnvironmentRepository> {
        Arc::new(DieselEnvironmentRepository::new(self.database.clone()))
    }

    fn sealed(&self) -> Arc<dyn SealedStore> {
        Arc::new(DieselSealedStore::new(self.database.clone()))
    }

    fn key_lookup(&self) -> DieselKeyLookup {
        DieselKeyLookup::new(self.database.clone())
    }
}

/// Makes the folder that the default database lies in; another one is its owner's affair.
///
/// # Errors
/// When it cannot be made.
pub fn prepare_folder(settings: &DatabaseSettings, data_dir: &Path) -> anyhow::Result<()> {
    if settings.in_data_dir {
        let named = || format!("the folder {} cannot be made", data_dir.display());
        create_private_folder(data_dir).with_context(named)?;
    }
    Ok(())
}

fn scheme() -> Arc<dyn KeyScheme> {
    Arc::new(RandomKeyScheme)
}
