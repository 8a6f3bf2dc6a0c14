//! The port that seals and opens.

use secrecy::SecretString;

use super::{KeyId, Sealed, SecretPlace};
use crate::BoxError;

/// Why a secret could not be sealed or opened. Says nothing of the secret.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It was sealed under a master key that this process was not given.
    #[error("no master key {0}")]
    UnknownKey(KeyId),
    /// It does not open: damaged, moved from another place, or sealed under another key of
    /// the same name.
    #[error("a sealed value does not open")]
    Unopenable,
    /// It is no sealed value, or of a format that this version does not know.
    #[error("not a sealed value")]
    Malformed(#[source] BoxError),
    /// It could not be sealed.
    #[error("a value could not be sealed")]
    Sealing(#[source] BoxError),
}

/// Seals secrets for the store, and opens them.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait Vault: Send + Sync {
    /// Seals `secret` for `place`, under the active master key.
    ///
    /// # Errors
    /// [`VaultError::Sealing`].
    fn seal(&self, place: &SecretPlace, secret: &SecretString) -> Result<Sealed, VaultError>;

    /// Opens what was sealed for `place`, under any of the master keys.
    ///
    /// # Errors
    /// Every one of [`VaultError`] but [`VaultError::Sealing`].
    fn open(&self, place: &SecretPlace, sealed: &Sealed) -> Result<SecretString, VaultError>;

    /// The master key that seals.
    fn active_key(&self) -> KeyId;
}
