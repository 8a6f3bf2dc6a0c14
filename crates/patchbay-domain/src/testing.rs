//! What tests of code that uses this crate need: beside the mocks, a clock that stands
//! still and ids in sequence.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use crate::{Clock, IdGenerator};

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// Stands at `now`.
    #[must_use]
    pub const fn at(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Goes on by `step`, which may be negative.
    pub fn advance(&self, step: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += step;
    }
}

impl Default for FixedClock {
    /// Stands at 2026-01-01T00:00:00Z.
    fn default() -> Self {
        const NEW_YEAR_2026: i64 = 1_767_225_600;
        Self::at(DateTime::from_timestamp(NEW_YEAR_2026, 0).unwrap_or_default())
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the UUIDv7s of the Unix epoch with 1, 2, 3 … in their last digits.
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl IdGenerator for SequentialIds {
    fn uuid(&self) -> Uuid {
        let next = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&next.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(0, &bytes[6..].try_into().unwrap_or_default()).into_uuid()
    }
}
