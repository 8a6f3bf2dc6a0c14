//! Doing in the background what it is somebody's turn for.

use chrono::TimeDelta;
use futures::stream::{self, StreamExt};
use patchbay_domain::{DueIntegration, IntegrationId, OrganisationDirectory};

use crate::{AppError, Caller};

/// How many turns are taken at once, and how many of these are used at the same time.
pub const BATCH: u32 = 32;
const AT_ONCE: usize = 8;

/// How long what was taken is kept from others: longer than all of a batch can take, with
/// providers that hang.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Whether there may be more turns when this many were taken at once.
pub fn may_be_more(count: usize) -> bool {
    u32::try_from(count).is_ok_and(|count| count >= BATCH)
}

/// Does `work` for each of `due`, as the service itself. One that fails does not keep the others
/// from their turns; `done` is what was to be done to it.
pub async fn take<F>(
    due: Vec<DueIntegration>,
    organisations: &dyn OrganisationDirectory,
    done: &'static str,
    work: impl Fn(Caller, IntegrationId) -> F,
) where
    F: Future<Output = Result<(), AppError>>,
{
    let work = &work;
    let one = async |due: DueIntegration| match organisations.find(due.organisation).await? {
        Some(organisation) => work(Caller::service(&organisation), due.integration).await,
        None => Ok(()),
    };
    let one = &one;
    let logged = async |due: DueIntegration| match one(due).await {
        // Deleted meanwhile.
        Ok(()) | Err(AppError::NotFound(_)) => {}
        Err(error) => {
            let cause = std::error::Error::source(&error).map(tracing::field::display);
            tracing::warn!(integration = %due.integration, cause, "not {done}: {error}");
        }
    };
    stream::iter(due).for_each_concurrent(AT_ONCE, logged).await;
}
