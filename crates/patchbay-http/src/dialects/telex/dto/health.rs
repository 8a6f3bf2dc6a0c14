//! Whether an integration works.

use patchbay_domain::Health;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{reason_of, state_in_short, timestamp};

/// Whether an integration works, as far as its provider was asked.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// `valid`, `invalid`, or `unknown` where nobody could be asked yet.
    #[schema(pattern = "^(valid|invalid|unknown)$")]
    state: &'static str,
    /// When its provider was asked the last time.
    #[schema(format = "date-time")]
    checked_at: Option<String>,
    /// Why it does not work, or not wholly, or is not known to.
    reason: Option<String>,
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        Self {
            state: state_in_short(health),
            checked_at: health.checked_at.map(timestamp),
            reason: reason_of(health),
        }
    }
}
