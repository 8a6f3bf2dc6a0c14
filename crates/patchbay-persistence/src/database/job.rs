//! A queued piece of work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_domain::RepositoryError;
use tokio::sync::oneshot;

use super::connection::AnyConnection;
use super::observer::{DatabaseObserver, JobKind};

/// A queued piece of work. Its result type is erased: one queue carries them all.
pub(super) trait Job: Send {
    /// Whether it is still worth doing: its caller waits and its deadline has not passed.
    fn is_due(&mut self) -> bool;

    /// Does the work, inside the transaction that is open if any. `false` asks for its
    /// rollback.
    fn run(&mut self, conn: &mut AnyConnection) -> bool;

    /// Tells the caller, once the fate of the transaction is known.
    fn answer(self: Box<Self>, fate: Result<(), RepositoryError>);
}

/// What stands in a queue.
pub(super) struct Queued {
    pub(super) kind: JobKind,
    pub(super) job: Box<dyn Job>,
}

/// What there is to know of a piece of work beside the work itself.
pub(super) struct About {
    pub(super) kind: JobKind,
    /// When it was queued.
    pub(super) since: Instant,
    /// How long it may wait.
    pub(super) patience: Duration,
    pub(super) observer: Arc<dyn DatabaseObserver>,
    /// What it is part of: what is logged while it is done names that.
    pub(super) span: tracing::Span,
}

/// The work of one caller, and where its answer goes.
pub(super) struct Task<F, T> {
    work: F,
    about: About,
    outcome: Option<Result<T, RepositoryError>>,
    reply: oneshot::Sender<Result<T, RepositoryError>>,
}

impl<F, T> Task<F, T>
where
    T: Send + 'static,
    F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send + 'static,
{
    pub(super) fn boxed(
        work: F,
        about: About,
        reply: oneshot::Sender<Result<T, RepositoryError>>,
    ) -> Box<dyn Job> {
        Box::new(Self { work, about, outcome: None, reply })
    }
}

impl<F, T> Job for Task<F, T>
where
    T: Send,
    F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send,
{
    fn is_due(&mut self) -> bool {
        let waited = self.about.since.elapsed();
        self.about.observer.waited(self.about.kind, waited);
        if waited < self.about.patience && !self.reply.is_closed() {
            return true;
        }
        self.outcome = Some(Err(RepositoryError::TimedOut));
        false
    }

    fn run(&mut self, conn: &mut AnyConnection) -> bool {
        let _within = self.about.span.enter();
        conn.take_failed_statement();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)));
        let outcome = outcome.unwrap_or(Err(RepositoryError::Panicked));
        let outcome = match (outcome, conn.take_failed_statement()) {
            (Ok(_), Some(failure)) => {
                let ignored = format!("a failed statement was ignored: {failure}");
                Err(RepositoryError::unavailable(ignored))
            }
            (outcome, _) => outcome,
        };
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, fate: Result<(), RepositoryError>) {
        let answer = match self.outcome {
            Some(Err(own)) => Err(own),
            Some(Ok(value)) => fate.map(|()| value),
            None => Err(fate.err().unwrap_or(RepositoryError::Panicked)),
        };
        self.about.observer.ended(self.about.kind, (&answer).into());
        // The caller may have left meanwhile: what was done stands.
        self.reply.send(answer).ok();
    }
}
