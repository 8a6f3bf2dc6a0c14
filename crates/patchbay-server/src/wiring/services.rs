//! The use cases that the HTTP interface runs.

use std::sync::Arc;
use std::time::Duration;

use patchbay_application::idempotency::PurgeReceipts;
use patchbay_application::integrations::SystemApp;
use patchbay_application::oauth::{Addresses, PurgeAuthorizations, RefreshDue};
use patchbay_application::verification::VerifyDue;
use patchbay_application::{Background, Ports};
use patchbay_catalogue::ReloadableCatalogue;
use patchbay_crypto::{HmacFingerprinter, RandomOneTimeSecrets};
use patchbay_domain::Vault;
use patchbay_persistence::{
    CachedKeyLookup, DieselAuthorizationDirectory, DieselChannelConfigRepository,
    DieselEnvironmentRepository, DieselHealthRepository, DieselIntegrationRepository, DieselKeyUses,
    DieselManifestRepository, DieselRankingRepository, DieselReceiptRepository, DieselRefreshRepository,
    DieselSettingRepository, DieselUnitOfWork, ForgetRevoked,
};
use patchbay_providers::{GuardedClient, HttpCredentialVerifier, HttpManifestFetcher, HttpOAuthExchanger};

use super::{Installation, scheme};
use crate::background::Sleep;
use crate::jobs::Jobs;
use crate::metrics::{CountedExchanger, CountedVerifier};
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
    /// Where people start, and where they come back to.
    pub addresses: Addresses,
    /// Hears which keys are used.
    pub uses: Arc<DieselKeyUses>,
    /// Runs what nobody waits for.
    pub background: Arc<dyn Background>,
    /// How long what is done by one at a time keeps others out when it is killed.
    pub lease: Duration,
}

impl Installation {
    /// What the use cases stand on.
    pub fn ports(&self, surroundings: Surroundings) -> Ports {
        let Surroundings { vault, catalogue, outbound, providers, system_apps, addresses, .. } = surroundings;
        let Surroundings { uses, background, lease, .. } = surroundings;
        let client = GuardedClient::new(outbound.policy);
        let known: Vec<_> = catalogue.current().entries().iter().map(|entry| entry.id.clone()).collect();
        let origins = providers.origins_of(&known);
        let fetcher = HttpManifestFetcher::new(client.clone(), providers.manifests_from);
        let fetcher = fetcher.also_from(providers.manifests_also_from);
        let metrics = &self.metrics;
        let verifier = HttpCredentialVerifier::new(
            client.clone(),
            catalogue.clone(),
            origins.clone(),
            self.clock.clone(),
        );
        let counted = metrics.providers(known);
        let clients = providers.oauth_clients;
        let exchanger =
            HttpOAuthExchanger::new(client, catalogue.clone(), origins, clients, self.clock.clone());
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
            verifier: Arc::new(CountedVerifier::new(verifier, &counted)),
            providers: catalogue,
            fetcher: Arc::new(metrics.fetcher(fetcher)),
            exchanger: Arc::new(CountedExchanger::new(exchanger, &counted)),
            authorizations: Arc::new(DieselAuthorizationDirectory::new(db())),
            refreshes: Arc::new(DieselRefreshRepository::new(db())),
            environments: Arc::new(DieselEnvironmentRepository::new(db())),
            rankings: Arc::new(DieselRankingRepository::new(db())),
            secrets: Arc::new(RandomOneTimeSecrets),
            organisations: self.organisations(),
            addresses: Arc::new(addresses),
            background,
            pause: Arc::new(Sleep),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            system_apps: system_apps.into(),
            lease,
        }
    }

    /// What is done from time to time.
    pub fn jobs(&self, ports: &Ports) -> Jobs {
        let (db, clock) = (|| self.database.clone(), || self.clock.clone());
        let organisations = || self.organisations();
        Jobs {
            verify: VerifyDue {
                schedule: Arc::new(DieselHealthRepository::new(db())),
                organisations: organisations(),
                verify: ports.verify_integration(),
                clock: clock(),
            },
            refresh: RefreshDue {
                schedule: Arc::new(DieselRefreshRepository::new(db())),
                organisations: organisations(),
                refresh: ports.refresh_grant(),
                clock: clock(),
            },
            receipts: PurgeReceipts { archive: Arc::new(DieselReceiptRepository::new(db())), clock: clock() },
            authorizations: PurgeAuthorizations {
                authorizations: Arc::new(DieselAuthorizationDirectory::new(db())),
                clock: clock(),
            },
        }
    }
}
