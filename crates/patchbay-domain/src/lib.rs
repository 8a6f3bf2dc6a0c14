//! Patchbay's model, free of any technology.
//!
//! An [`Organisation`] keeps [`Integration`]s in its [`Environment`]s: configured
//! connections to third-party services, with their [`Credentials`] sealed at rest.
//! What changes is recorded as [`Event`]s and saved, together or not at all, as one
//! [`Changes`] through the port [`UnitOfWork`].
//!
//! Values cannot be invalid: each has a `parse` that trims, checks and names what is
//! wrong. Entities change through verbs that return the next version of themselves.
//! What the model needs from outside — storage, sealing, time, ids — are the traits of
//! this crate (ports); the feature `testing` adds a mock for each of them, a clock that
//! stands still and ids in sequence.

mod api_key;
mod changes;
mod clock;
mod environment;
mod error;
mod event;
mod id_generator;
mod ids;
mod integration;
mod lease;
mod oauth;
mod organisation;
mod page;
mod permission;
mod provider;
mod receipt;
mod scope;
mod secret;
mod setting;
#[cfg(feature = "testing")]
pub mod testing;
mod text;

pub use api_key::*;
pub use changes::{
    Changes, HealthWrite, IntegrationWrite, KeyWrite, ManifestWrite, SettingWrite, UnitOfWork,
};
pub use clock::Clock;
pub use environment::{Environment, EnvironmentName, EnvironmentRepository};
pub use error::{BoxError, RepositoryError, Taken};
pub use event::{Actor, EntityKind, Event, EventRepository, EventType};
pub use id_generator::IdGenerator;
pub use ids::{
    ApiKeyId, AuthorizationId, EnvironmentId, EventId, IntegrationId, InvalidId, OrganisationId, ReceiptId,
    SettingId,
};
pub use integration::*;
pub use lease::{Lease, LeaseKey, LeasePurpose, LeaseWrite};
pub use oauth::*;
pub use organisation::{Organisation, OrganisationDirectory, OrganisationName};
pub use page::{NumberedPage, Page, PageRequest};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use provider::{ChannelKind, FieldKind, FieldSource, Offer, Provider, ProviderDirectory, ProviderField};
pub use receipt::{
    Fingerprint, Fingerprinter, Receipt, ReceiptArchive, ReceiptRepository, ReceiptState, ReceiptWrite,
};
pub use scope::Scope;
pub use secret::*;
pub use setting::*;
pub use text::InvalidText;

#[cfg(feature = "testing")]
pub use {
    api_key::{MockApiKeyRepository, MockKeyLookup, MockKeyScheme, MockKeyUses},
    changes::MockUnitOfWork,
    clock::MockClock,
    environment::MockEnvironmentRepository,
    event::MockEventRepository,
    id_generator::MockIdGenerator,
    integration::{
        MockCredentialVerifier, MockHealthRepository, MockIntegrationRepository, MockManifestFetcher,
        MockManifestRepository, MockRankingRepository, MockVerificationSchedule,
    },
    organisation::MockOrganisationDirectory,
    provider::MockProviderDirectory,
    receipt::{MockFingerprinter, MockReceiptArchive, MockReceiptRepository},
    secret::{MockSealedStore, MockVault},
    setting::{MockChannelConfigRepository, MockSettingRepository},
};
