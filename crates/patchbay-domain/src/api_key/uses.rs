//! The port that hears which keys are used.

use chrono::{DateTime, Utc};

use crate::ApiKeyId;

/// Hears which keys are used, to save it some time later.
///
/// An operator's port: it takes no [`Scope`](crate::Scope), because it notes uses by callers
/// of all organisations, and nothing of it is ever shown to them. Noting never waits, not
/// for storage either, and cannot fail: a use that is lost is made good by the next one.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait KeyUses: Send + Sync {
    /// Notes that a key was used at that time.
    fn note(&self, key: ApiKeyId, at: DateTime<Utc>);
}
