//! Patchbay's storage: the repository ports on SQLite and PostgreSQL.
//!
//! One set of Diesel queries serves both. Database work runs on threads of its own
//! ([`Database`]); no one else knows. Each port has an adapter that holds a clone of the
//! database; [`CachedKeyLookup`] stands before the one that every request asks.

mod api_keys;
mod authorizations;
mod cached_key_lookup;
mod columns;
mod database;
mod environments;
mod events;
mod forget_revoked;
mod health;
mod integrations;
mod key_lookup;
mod key_uses;
mod keyset;
mod leases;
mod manifests;
mod migrations;
mod organisations;
mod rankings;
mod receipts;
mod schedule;
mod schema;
mod sealed_store;
mod settings;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod test_support;
#[cfg(test)]
mod tests;
mod token_refreshes;
mod unit_of_work;

pub use api_keys::DieselApiKeyRepository;
pub use authorizations::DieselAuthorizationDirectory;
pub use cached_key_lookup::CachedKeyLookup;
pub use database::{
    ConnectError, Database, DatabaseLoad, DatabaseObserver, DatabaseOptions, JobKind, JobOutcome,
};
pub use environments::DieselEnvironmentRepository;
pub use events::DieselEventRepository;
pub use forget_revoked::ForgetRevoked;
pub use health::DieselHealthRepository;
pub use integrations::DieselIntegrationRepository;
pub use key_lookup::DieselKeyLookup;
pub use key_uses::DieselKeyUses;
pub use manifests::DieselManifestRepository;
pub use organisations::DieselOrganisationDirectory;
pub use rankings::DieselRankingRepository;
pub use receipts::DieselReceiptRepository;
pub use sealed_store::DieselSealedStore;
pub use settings::{DieselChannelConfigRepository, DieselSettingRepository};
pub use token_refreshes::DieselRefreshRepository;
pub use unit_of_work::DieselUnitOfWork;
