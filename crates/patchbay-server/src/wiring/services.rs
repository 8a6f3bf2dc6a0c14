//! The use cases that the HTTP interface runs.

use std::sync::Arc;
use std::time::Duration;

use patchbay_application::idempotency::PurgeReceipts;
use patchbay_application::integrations::SystemApp;
use patchbay_application::verification::VerifyDue;
use patchbay_application::{Background, Ports};
use patchbay_catalogue::ReloadableCatalogue;
use patchbay_crypto::HmacFingerprinter;
use patchbay_domain::Vault;
use patchbay_persistence::{
    CachedKeyLookup, DieselChannelConfigRepository, DieselHealthRepository, DieselIntegrationRepository,
    DieselKeyUses, DieselManifestRepository, DieselOrganisationDirectory, DieselReceiptRepository,
    DieselSettingRepository, DieselUnitOfWork, ForgetRevoked,
};
use patchbay_providers::{GuardedClient, HttpCredentialVerifier, HttpManifestFetcher, HttpOAuthExchanger};

use super::{Installation, scheme};
use crate::settings::{OutboundSettings, ProviderSettings};

/// What the use cases need beside the installation itself.
pub struct Surroundings {
    /// Seals and opens.
    pub vault: Arc<dyn Vault>,
    /// Knows the providers.
    pub catalogue: Arc<ReloadableCatalogue>,
    /// Where requests to third parties may go.
    pub outbound: OutboundSettings,
    /// Where providers are, and as whom they are asked.
    pub providers: ProviderSettings,
    /// What the installation offers to everyone.
    pub system_apps: Vec<SystemApp>,
    /// Hears which keys are used.
    pub uses: Arc<DieselKeyUses>,
    /// Runs what nobody waits for.
    pub background: Arc<dyn Background>,
    /// How long what is done by one at a time keeps others out when it is killed.
    pub lease: Duration,
}

impl Installation {
    /// Clears away receipts whose time is over.
    pub fn purge_receipts(&self) -> PurgeReceipts {
        let archive = Arc::new(DieselReceiptRepository::new(self.database.clone()));
        PurgeReceipts { archive, clock: self.clock.clone() }
    }

    /// What the use cases stand on.
    pub fn ports(&self, surroundings: Surroundings) -> Ports {
        let Surroundings { vault, catalogue, outbound, providers, system_apps, uses, background, lease } =
            surroundings;
        let client = GuardedClient::new(outbound.policy);
        let known: Vec<_> = catalogue.current().entries().iter().map(|entry| entry.id.clone()).collect();
        let origins = providers.origins_of(&known);
        let fetcher = HttpManifestFetcher::new(client.clone(), providers.manifests_from);
        let fetcher = fetcher.also_from(providers.manifests_also_from);
        let metrics = &self.metrics;
        let verifier =
            HttpCredentialVerifier::new(client.clone(), catalogue.clone(), origins, self.clock.clone());
        let keys = Arc::new(CachedKeyLookup::new(metrics.key_misses(self.key_lookup())));
        let db = || self.database.clone();
        Ports {
            scheme: scheme(),
            keys: Arc::new(metrics.key_queries(keys.clone())),
            uses,
            integrations: Arc::new(DieselIntegrationRepository::new(db())),
            manifests: Arc::new(DieselManifestRepository::new(db())),
            settings: Arc::new(DieselSettingRepository::new(db())),
            channels: Arc::new(DieselChannelConfigRepository::new(db())),
            receipts: Arc::new(DieselReceiptRepository::new(db())),
            fingerprints: Arc::new(HmacFingerprinter),
            work: Arc::new(ForgetRevoked::new(DieselUnitOfWork::new(db()), keys)),
            vault,
            health: Arc::new(DieselHealthRepository::new(db())),
            verifier: Arc::new(metrics.verifier(verifier, known)),
            providers: catalogue,
            fetcher: Arc::new(metrics.fetcher(fetcher)),
            exchanger: Arc::new(metrics.exchanger(HttpOAuthExchanger::new(client, providers.oauth_clients))),
            background,
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            system_apps: system_apps.into(),
            lease,
        }
    }

    /// Asks the providers of the integrations whose turn it is.
    pub fn verify_due(&self, ports: &Ports) -> VerifyDue {
        VerifyDue {
            schedule: Arc::new(DieselHealthRepository::new(self.database.clone())),
            organisations: Arc::new(DieselOrganisationDirectory::new(self.database.clone())),
            verify: ports.verify_integration(),
            clock: self.clock.clone(),
        }
    }
}
