//! The ports for work that nobody waits for, and for waiting.

use std::time::Duration;

use futures::future::BoxFuture;

/// Runs work beside the requests. What is running when the process ends may be lost, and
/// whoever hands work in has to be able to bear that.
pub trait Background: Send + Sync {
    /// Runs it, whether or not the one who handed it in is still there at its end.
    fn run(&self, work: BoxFuture<'static, ()>);
}

/// Lets time pass.
pub trait Pause: Send + Sync {
    /// Is done after `time`.
    fn pause(&self, time: Duration) -> BoxFuture<'static, ()>;
}
