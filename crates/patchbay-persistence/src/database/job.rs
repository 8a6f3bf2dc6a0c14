//! A queued piece of work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use patchbay_domain::RepositoryError;
use tokio::sync::oneshot;

use super::connection::AnyConnection;

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

/// How a piece of work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One statement, outside a transaction.
    Read,
    /// Statements that see one state of the database.
    Snapshot,
    /// Everything in one transaction.
    Write,
}

/// What stands in a queue.
pub(super) struct Queued {
    pub(super) kind: Kind,
    pub(super) job: Box<dyn Job>,
}

/// The work of one caller, and where its answer goes.
pub(super) struct Task<F, T> {
    work: F,
    deadline: Instant,
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
        deadline: Instant,
        reply: oneshot::Sender<Result<T, RepositoryError>>,
    ) -> Box<dyn Job> {
        Box::new(Self { work, deadline, outcome: None, reply })
    }
}

impl<F, T> Job for Task<F, T>
where
    T: Send,
    F: FnMut(&mut AnyConnection) -> Result<T, RepositoryError> + Send,
{
    fn is_due(&mut self) -> bool {
        if Instant::now() < self.deadline && !self.reply.is_closed() {
            return true;
        }
        self.outcome = Some(Err(RepositoryError::TimedOut));
        false
    }

    fn run(&mut self, conn: &mut AnyConnection) -> bool {
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
        // The caller may have left meanwhile: what was done stands.
        self.reply.send(answer).ok();
    }
}
