//! Texts that nobody can guess, and how they are known again.

use std::fmt;

use secrecy::SecretString;

use crate::BoxError;

/// The SHA-256 of a text that nobody can guess: all that is stored of it. Looking one up by
/// its digest tells nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretDigest(pub [u8; 32]);

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest")
    }
}

/// Makes texts that nobody can guess.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait OneTimeSecrets: Send + Sync {
    /// A new one: 256 random bits of the operating system, as 43 letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// When there are none.
    fn mint(&self) -> Result<SecretString, BoxError>;

    /// A text of the same form that only who knows `secret` can make, another one for each
    /// `purpose` (HMAC-SHA256, RFC 2104).
    fn derived(&self, secret: &SecretString, purpose: &str) -> SecretString;

    /// The digest of a text.
    fn digest(&self, secret: &SecretString) -> SecretDigest;
}
