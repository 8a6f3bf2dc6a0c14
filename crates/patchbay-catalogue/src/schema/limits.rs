//! `[limits]`: which answers mean "slow down", and how long.

use super::AnswerMatch;
use super::reader::{FromNode, Reading, choice, table};
use crate::tree::{Node, Path};

choice! {
    /// How the value of a header is read as a time to wait.
    WaitReading {
        /// Seconds.
        Seconds = "seconds",
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Seconds, or the date of HTTP.
        SecondsOrDate = "seconds_or_date",
        /// Seconds since 1970.
        EpochSeconds = "epoch_seconds",
        /// The largest of the minutes in Meta's usage document.
        MetaUsageMinutes = "meta_usage_minutes",
    }
}

/// A header that says how long to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Its name.
    pub header: String,
    /// How it is read.
    pub reading: WaitReading,
}

/// How long to wait when nothing says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The first time, in milliseconds.
    pub first_ms: u64,
    /// How many times longer each is than the one before.
    pub factor: f64,
    /// The longest, in milliseconds.
    pub max_ms: u64,
    /// The part of it that is left to chance, from 0 to 1.
    pub jitter: f64,
}

/// Which answers mean "slow down", and how long.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Such answers.
    pub throttled: Vec<AnswerMatch>,
    /// The headers that say how long, the first that is there counts.
    pub wait: Vec<Wait>,
    /// How long when none is there.
    pub backoff: Option<Backoff>,
    /// The longest that is waited, in seconds.
    pub max_wait_s: Option<u64>,
}

impl FromNode for Wait {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let header = table.required("header");
            let reading = table.required("as");
            Some(Self { header: header?, reading: reading? })
        })
    }
}

impl FromNode for Backoff {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let backoff = table(node, at, reading, |table| {
            let first_ms = table.required("first_ms");
            let factor = table.required("factor");
            let max_ms = table.required("max_ms");
            let jitter = table.or_none("jitter");
            Some(Self { first_ms: first_ms?, factor: factor?, max_ms: max_ms?, jitter })
        })?;
        if backoff.factor < 1.0 || !(0.0..=1.0).contains(&backoff.jitter) {
            let remedy = "give a factor of at least 1 and a jitter from 0 to 1";
            reading.wrong(node, at, "would not back off", remedy);
        }
        Some(backoff)
    }
}

impl FromNode for Limits {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            Some(Self {
                throttled: table.or_none("throttled"),
                wait: table.or_none("wait"),
                backoff: table.optional("backoff"),
                max_wait_s: table.optional("max_wait_s"),
            })
        })
    }
}
