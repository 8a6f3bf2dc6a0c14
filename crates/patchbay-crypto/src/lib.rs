//! Patchbay's secrets at rest and its API keys.
//!
//! [`KeyRingVault`] seals and opens secrets under the master keys of a [`KeyRing`];
//! [`RandomKeyScheme`] makes and reads the text of API keys; [`HmacFingerprinter`] tells
//! requests apart without keeping them; [`RandomOneTimeSecrets`] makes texts that nobody can
//! guess. Random bits come from the operating system alone, and their failure is an error like
//! any other.

mod api_key;
mod envelope;
mod fingerprint;
mod generate;
mod key_ring;
mod one_time;
mod random;
mod vault;

pub use api_key::RandomKeyScheme;
pub use envelope::MalformedEnvelope;
pub use fingerprint::HmacFingerprinter;
pub use generate::{generate_master_key, master_key_entry};
pub use key_ring::{BadEntry, EntryFault, InvalidKeyRing, KeyRing, MasterKey};
pub use one_time::RandomOneTimeSecrets;
pub use vault::KeyRingVault;
