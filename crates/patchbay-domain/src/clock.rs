//! Time as a port.

use chrono::{DateTime, Utc};

/// Tells the time.
#[cfg_attr(feature = "testing", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds: the finest time that both databases keep, so that what
    /// is read back equals what was written.
    fn now(&self) -> DateTime<Utc>;
}
