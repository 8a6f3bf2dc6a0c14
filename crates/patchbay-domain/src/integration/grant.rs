//! What an exchange with a provider gave.

use chrono::{DateTime, Utc};

use crate::text::text_value;
use crate::{Actor, Sealed};

text_value!(
    /// Names an account at a provider, such as a Slack team: 1 to 255 characters, the
    /// provider's own text.
    AccountId,
    verbatim,
    1..=255
);

/// What a provider gave in an OAuth exchange (RFC 6749 §5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The tokens and whatever else came with them and is secret, sealed together under
    /// [`SealedField::Grant`](crate::SealedField).
    pub tokens: Sealed,
    /// The account that it opens, where the provider names one.
    pub account: Option<AccountId>,
    /// What it allows, in the provider's own words and order.
    pub scopes: Vec<String>,
    /// When the access token ends, where the provider says so.
    pub expires_at: Option<DateTime<Utc>>,
    /// Who had the exchange made.
    pub granted_by: Actor,
    /// When.
    pub granted_at: DateTime<Utc>,
}
