//! What was measured, and the middle of it.

use serde::Serialize;

use super::plan::{Backend, Measurement, Side};
use super::wrk::Outcome;

/// One round of one side.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Round {
    #[serde(flatten)]
    pub measurement: Measurement,
    pub side: Side,
    pub number: u32,
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Of the server while it was loaded, in user and system mode.
    pub processor_us: u64,
    pub idle_kib: u64,
    pub loaded_kib: u64,
    pub first_answer_us: u64,
}

/// One start of one side.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Start {
    pub backend: Backend,
    pub side: Side,
    pub first_answer_us: u64,
    pub idle_kib: u64,
}

impl Round {
    pub fn requests_per_second(&self) -> f64 {
        per(real(self.outcome.requests) * 1e6, self.outcome.duration_us)
    }

    pub fn processor_us_per_request(&self) -> f64 {
        per(real(self.processor_us), self.outcome.requests)
    }

    pub fn bytes_per_answer(&self) -> f64 {
        per(real(self.outcome.bytes), self.outcome.requests)
    }

    pub fn p99_ms(&self) -> f64 {
        milliseconds(self.outcome.p99_us)
    }

    pub fn p50_ms(&self) -> f64 {
        milliseconds(self.outcome.p50_us)
    }
}

/// Microseconds as milliseconds.
pub(super) fn milliseconds(microseconds: u64) -> f64 {
    real(microseconds) / 1e3
}

/// KiB as MiB.
pub(super) fn mebibytes(kibibytes: u64) -> f64 {
    real(kibibytes) / 1024.0
}

/// The middle value; of an even number of values the mean of the middle two; `None` of none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

fn per(amount: f64, count: u64) -> f64 {
    amount / real(count.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "figures far below 2^53, shown with few digits")]
const fn real(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median([7.0]), Some(7.0));
        assert_eq!(median([]), None);
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        assert_eq!(median([10.0, 11.0, 12.0, 13.0, 9_999.0]), Some(12.0));
    }
}
