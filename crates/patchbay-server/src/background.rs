//! Work beside the requests.

use std::pin::Pin;
use std::time::Duration;

use patchbay_application::Background;
use tokio::runtime::Handle;
use tokio::time::timeout;
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
