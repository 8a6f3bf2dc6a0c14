//! Work beside the requests.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use patchbay_application::{Background, Pause};
use patchbay_persistence::DieselKeyUses;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Runs work on the runtime that it was made on, and can wait for the end of it all.
#[derive(Clone, Debug)]
pub struct BackgroundTasks {
    runtime: Handle,
    tasks: TaskTracker,
}

impl BackgroundTasks {
    /// On the present runtime, which outlives the threads that answer requests.
    pub fn here() -> Self {
        Self { runtime: Handle::current(), tasks: TaskTracker::new() }
    }

    /// How many pieces of work are running.
    pub fn running(&self) -> usize {
        self.tasks.len()
    }

    /// Waits for what is running, `grace` at the most.
    pub async fn finish(&self, grace: Duration) {
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.tasks.len(), "background work did not finish in time");
        }
    }
}

impl Background for BackgroundTasks {
    fn run(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.tasks.spawn_on(work, &self.runtime);
    }
}

/// Waits by the clock of the runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sleep;

impl Pause for Sleep {
    fn pause(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}

/// How often it is saved which keys were used: well within the minute to which that is kept.
const SAVE_USES_EVERY: Duration = Duration::from_secs(5);

/// Saves every few seconds which keys were used, and at the end.
#[derive(Debug)]
pub struct KeyUseKeeper {
    end: CancellationToken,
    task: JoinHandle<()>,
}

impl KeyUseKeeper {
    /// Begins to, on the present runtime.
    pub fn start(uses: Arc<DieselKeyUses>) -> Self {
        let end = CancellationToken::new();
        let task = tokio::spawn(keep(uses, end.clone()));
        Self { end, task }
    }

    /// Saves what is left, within `grace`.
    pub async fn finish(self, grace: Duration) {
        self.end.cancel();
        if timeout(grace, self.task).await.is_err() {
            tracing::warn!("it was not saved in time which keys were used last");
        }
    }
}

async fn keep(uses: Arc<DieselKeyUses>, end: CancellationToken) {
    loop {
        let is_last = timeout(SAVE_USES_EVERY, end.cancelled()).await.is_ok();
        if let Err(error) = uses.save().await {
            let cause = std::error::Error::source(&error).map(tracing::field::display);
            tracing::warn!(cause, "it is not saved which keys were used: {error}");
        }
        if is_last {
            return;
        }
    }
}
