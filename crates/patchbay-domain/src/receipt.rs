//! What is kept of a request that is to have its effect once, however often it is sent.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::event::codes;
use crate::{
    BoxError, IntegrationId, OrganisationId, ReceiptId, RepositoryError, Scope, Sealed, SecretPlace,
};

codes! {
    /// How far a request has come.
    ReceiptState {
        /// It has begun something outside that may not be repeated. What came of it is not
        /// known, and never will be if nobody works on it any more.
        Started = "started",
        /// It was answered.
        Done = "done",
    }
}

/// A keyed digest of what was sent (HMAC-SHA256, RFC 2104): tells whether a second request
/// is the same as the first, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// What is kept of a request that is to have its effect once.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// The same for the same request of the same caller, and for no other.
    pub id: ReceiptId,
    /// Whose request it was.
    pub organisation_id: OrganisationId,
    /// The integration that the answer tells of: the receipt goes with it.
    pub about: Option<IntegrationId>,
    /// How far it has come.
    pub state: ReceiptState,
    /// What was sent.
    pub fingerprint: Fingerprint,
    /// The key of the fingerprint, and once there is one the answer, sealed under
    /// [`SealedField::Receipt`](crate::SealedField).
    pub content: Sealed,
    /// When the request came.
    pub created_at: DateTime<Utc>,
}

impl Receipt {
    /// The place of its content.
    #[must_use]
    pub const fn place(&self) -> SecretPlace {
        SecretPlace::receipt(self.organisation_id, self.id)
    }
}

/// A write of a receipt. It is the first thing that is written of its changes: whoever sends
/// the same request a second time meets it before anything else.
#[derive(Clone, Debug, PartialEq)]
pub enum ReceiptWrite {
    /// A new one.
    Keep(Receipt),
    /// The answer, in the place of a started one.
    Finish(Receipt),
    /// The one that came at just this time goes: its request may be sent again.
    Forget {
        /// Which.
        id: ReceiptId,
        /// When its request came.
        created_at: DateTime<Utc>,
    },
}

/// Reads receipts. Every call sees one organisation only.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ReceiptRepository: Send + Sync {
    /// Finds a receipt.
    async fn find(&self, scope: &Scope, id: ReceiptId) -> Result<Option<Receipt>, RepositoryError>;
}

/// Clears away receipts whose time is over.
///
/// An operator's port: it takes no [`Scope`], for it serves all organisations.
#[cfg_attr(feature = "testing", mockall::automock)]
#[async_trait]
pub trait ReceiptArchive: Send + Sync {
    /// Deletes at most `limit` receipts of requests that came before `before`, and says how
    /// many that were.
    async fn purge(&self, before: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;
}

/// Makes fingerprints.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait Fingerprinter: Send + Sync {
    /// A new key, of the operating system's random bits.
    ///
    /// # Errors
    /// When there are none.
    fn new_key(&self) -> Result<SecretString, BoxError>;

    /// The fingerprint of `content` under `key`.
    ///
    /// # Errors
    /// When `key` is no key.
    fn fingerprint(&self, key: &SecretString, content: &[u8]) -> Result<Fingerprint, BoxError>;
}
