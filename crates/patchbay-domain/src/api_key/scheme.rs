//! The port that makes and reads the text of keys.

use secrecy::SecretString;

use super::{KeyHash, KeyKind};
use crate::BoxError;

/// A new key: its text is here and nowhere else.
#[derive(Clone, Debug)]
pub struct MintedKey {
    /// The text to hand out, once.
    pub text: SecretString,
    /// The kind's prefix and the first eight hex digits, to tell keys apart.
    pub prefix: String,
    /// The hash to store.
    pub hash: KeyHash,
}

/// Makes and reads the text of keys: the kind's prefix and 64 lower-case hex digits, the
/// last eight of which are the CRC-32 (ISO-HDLC) of all characters before them.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait KeyScheme: Send + Sync {
    /// Makes a new key from 224 random bits.
    ///
    /// # Errors
    /// When the operating system gives no random bits.
    fn mint(&self, kind: KeyKind) -> Result<MintedKey, BoxError>;

    /// The hash of a presented text; `None` when it cannot be a key's, which its form and
    /// its checksum tell without asking the database.
    fn read(&self, presented: &SecretString) -> Option<KeyHash>;
}
