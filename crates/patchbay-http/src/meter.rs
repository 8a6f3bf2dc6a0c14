//! What the interface tells of its work, to whoever counts.

use std::sync::Arc;
use std::time::Duration;

use patchbay_application::AuthRefusal;

/// Counts what the interface does, and reports the counts. Called on the way of every
/// request: it must not wait.
pub trait Meter: Send + Sync {
    /// A request came.
    fn began(&self);

    /// A request that came is over; `None` when its client left before it was answered.
    fn ended(&self, answered: Option<&Answered>);

    /// All that was counted, in the text format of Prometheus.
    fn report(&self) -> String;
}

/// How a request was answered. No text in here is anything that was sent: each is a name that
/// stands in the code, so there are only so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The dialect, `service` for the service's own endpoints, `none` for everyone's paths.
    pub api: &'static str,
    /// The operation; `none` when it is none of the API's.
    pub operation: &'static str,
    /// The status code.
    pub status: u16,
    /// How long it took, from the end of the request's head.
    pub time: Duration,
    /// Which kind of refusal it was, when its key was refused.
    pub unauthenticated: Option<AuthRefusal>,
}

impl Answered {
    /// What stands for an API or an operation where there is none.
    pub const NONE: &'static str = "none";
}

/// A request on its way. It is over when this is dropped, be it because its client left.
pub struct InFlight {
    meter: Arc<dyn Meter>,
    answered: Option<Answered>,
}

impl InFlight {
    /// One that came now.
    pub fn began(meter: Arc<dyn Meter>) -> Self {
        meter.began();
        Self { meter, answered: None }
    }

    /// It is answered like this.
    pub fn answered(mut self, answered: Answered) {
        self.answered = Some(answered);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.meter.ended(self.answered.as_ref());
    }
}
