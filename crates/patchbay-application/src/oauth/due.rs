//! Refreshing what is about to end.

use std::sync::Arc;

use patchbay_domain::{Clock, OrganisationDirectory, RefreshSchedule};

use super::RefreshGrant;
use super::refresh::Need;
use crate::{AppError, turns};

/// Refreshes the grants whose turn it is, those of every organisation.
pub struct RefreshDue {
    /// Knows whose turn it is.
    pub schedule: Arc<dyn RefreshSchedule>,
    /// Knows the organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
    /// Refreshes one.
    pub refresh: RefreshGrant,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl RefreshDue {
    /// Refreshes those that are due, some at the same time, and answers how many that were; fewer
    /// than there can be at once means that no other is due. One that fails does not
    /// keep the others from theirs, and is due again later.
    ///
    /// # Errors
    /// When it cannot be found out whose turn it is.
    pub async fn run(&self) -> Result<usize, AppError> {
        let now = self.clock.now();
        let until = now + turns::LEASE;
        let due = self.schedule.claim(now, until, turns::BATCH).await?;
        let count = due.len();
        let refresh = async |caller, id| self.refresh.run(&caller, id, &Need::Turn(until)).await.map(drop);
        turns::take(due, &*self.organisations, "refreshed", refresh).await;
        Ok(count)
    }

    /// Whether `count` of [`run`](Self::run) means that there may be more.
    #[must_use]
    pub fn may_be_more(count: usize) -> bool {
        turns::may_be_more(count)
    }
}
