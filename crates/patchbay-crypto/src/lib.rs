//! Patchbay's secrets at rest and its API keys.
//!
//! [`KeyRingVault`] seals and opens secrets under the master keys of a [`KeyRing`]. Random
//! bits come from the operating
//! system alone, and their failure is an error like any other.

mod envelope;
mod generate;
mod key_ring;
mod random;
mod vault;

pub use envelope::MalformedEnvelope;
pub use generate::{generate_master_key, master_key_entry};
pub use key_ring::{BadEntry, EntryFault, InvalidKeyRing, KeyRing, MasterKey};
pub use vault::KeyRingVault;
