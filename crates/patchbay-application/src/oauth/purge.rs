//! Clearing away authorizations that are over.

use std::sync::Arc;

use patchbay_domain::{AuthorizationDirectory, Clock, RepositoryError};

/// How many are cleared away at once: no more than others can wait for.
const AT_ONCE: u32 = 500;

/// Clears away authorizations that are over.
pub struct PurgeAuthorizations {
    /// Where they are.
    pub authorizations: Arc<dyn AuthorizationDirectory>,
    /// Tells which those are.
    pub clock: Arc<dyn Clock>,
}

impl PurgeAuthorizations {
    /// Clears them away, some at a time, and says how many there were.
    ///
    /// # Errors
    /// What the store says; what was cleared away until then stays so.
    pub async fn run(&self) -> Result<u64, RepositoryError> {
        let before = self.clock.now();
        let mut purged = 0;
        loop {
            let some = self.authorizations.purge(before, AT_ONCE).await?;
            purged += some;
            if some < u64::from(AT_ONCE) {
                return Ok(purged);
            }
        }
    }
}
