//! Secrets: in memory as [`secrecy::SecretString`], at rest as [`Sealed`].

mod credentials;
mod mask;
mod sealed;
mod store;
mod vault;

pub use credentials::{CredentialName, Credentials};
pub use mask::{Mask, is_same_secret};
pub use sealed::{KeyId, Sealed, SealedField, SecretPlace};
#[cfg(feature = "testing")]
pub use store::MockSealedStore;
pub use store::{SealedPosition, SealedStore, StoredSecret};
#[cfg(feature = "testing")]
pub use vault::MockVault;
pub use vault::{Vault, VaultError};
