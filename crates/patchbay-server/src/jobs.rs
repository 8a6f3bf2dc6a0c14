//! What the service does by itself from time to time. Every replica does all of it, and none
//! minds the others.

use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use patchbay_application::AppError;
use patchbay_application::idempotency::PurgeReceipts;
use patchbay_application::oauth::{PurgeAuthorizations, RefreshDue};
use patchbay_application::verification::VerifyDue;
use patchbay_domain::RepositoryError;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often it is looked whose turn it is: what is new is verified soon.
const BETWEEN_TURNS: Duration = Duration::from_secs(1);

/// How often what has had its time is cleared away.
const BETWEEN_PURGES: Duration = Duration::from_secs(15 * 60);

/// The jobs of one process.
pub struct Jobs {
    /// Asks the providers of the integrations whose turn it is.
    pub verify: VerifyDue,
    /// Refreshes the grants whose turn it is.
    pub refresh: RefreshDue,
    /// Clears old receipts away.
    pub receipts: PurgeReceipts,
    /// Clears old authorizations away.
    pub authorizations: PurgeAuthorizations,
}

/// The jobs while they run. They stop where they are when this is stopped.
pub struct RunningJobs(Vec<JoinHandle<()>>);

impl Jobs {
    /// Runs them until they are stopped.
    pub fn start(self) -> RunningJobs {
        let Self { verify, refresh, receipts, authorizations } = self;
        RunningJobs(vec![
            actix_web::rt::spawn(take_turns(
                "verified",
                async move || verify.run().await,
                VerifyDue::may_be_more,
            )),
            actix_web::rt::spawn(take_turns(
                "refreshed",
                async move || refresh.run().await,
                RefreshDue::may_be_more,
            )),
            actix_web::rt::spawn(purge("receipts", async move || receipts.run().await)),
            actix_web::rt::spawn(purge("authorizations", async move || authorizations.run().await)),
        ])
    }
}

impl RunningJobs {
    /// Begins nothing new from here on.
    pub fn stop(self) {
        for job in self.0 {
            job.abort();
        }
    }
}

/// Does what it is the turn of; none does what another replica has taken.
async fn take_turns(
    done: &'static str,
    run: impl AsyncFn() -> Result<usize, AppError>,
    may_be_more: fn(usize) -> bool,
) {
    let mut tick = every(BETWEEN_TURNS);
    loop {
        tick.tick().await;
        loop {
            match run().await {
                Ok(count) if may_be_more(count) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(%error, "it is not known which integrations are to be {done}");
                    break;
                }
            }
        }
    }
}

async fn purge(what: &'static str, run: impl AsyncFn() -> Result<u64, RepositoryError>) {
    let mut tick = every(BETWEEN_PURGES);
    // The first tick is at once: a service that just starts has better to do.
    tick.tick().await;
    loop {
        tick.tick().await;
        match run().await {
            Ok(0) => {}
            Ok(purged) => tracing::debug!(purged, "old {what} were cleared away"),
            Err(error) => tracing::warn!(%error, "old {what} were not cleared away"),
        }
    }
}

fn every(time: Duration) -> Interval {
    let mut tick = interval(time);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick
}
