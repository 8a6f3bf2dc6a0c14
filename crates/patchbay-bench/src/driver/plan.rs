//! What is measured, and the floors that the service must reach.

use std::fmt;

use clap::ValueEnum;
use serde::Serialize;

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The bare reference server, "L".
    Reference,
    /// The service, "P".
    Service,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reference => "L",
            Self::Service => "P",
        })
    }
}

/// On which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Backend {
    Sqlite,
    Postgres,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// What the requests do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Operation {
    /// Read one, chosen at random.
    Get,
    /// Make one.
    Create,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "get one",
            Self::Create => "create",
        })
    }
}

/// One kind of round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Measurement {
    pub backend: Backend,
    pub operation: Operation,
    pub connections: u32,
}

impl fmt::Display for Measurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.backend, self.operation, self.connections)
    }
}

impl Measurement {
    /// All kinds of rounds on one database.
    pub fn all(backend: Backend, connections: &[u32]) -> Vec<Self> {
        [Operation::Get, Operation::Create]
            .into_iter()
            .flat_map(|operation| {
                connections.iter().map(move |&connections| Self { backend, operation, connections })
            })
            .collect()
    }

    /// The least requests per second, as a part of the reference's; `None` where none was set.
    pub const fn floor(self) -> Option<f64> {
        match (self.operation, self.backend, self.connections) {
            (Operation::Get, _, 16 | 64) => Some(0.65),
            (Operation::Create, Backend::Sqlite, 64) => Some(0.35),
            (Operation::Create, Backend::Postgres, 64) => Some(0.5),
            _ => None,
        }
    }

    /// The highest p99, as a multiple of the reference's; `None` where none was set.
    pub const fn tail_ceiling(self) -> Option<f64> {
        match (self.operation, self.backend, self.connections) {
            (Operation::Create, Backend::Sqlite, 64) => Some(3.0),
            _ => None,
        }
    }
}

/// The longest time from start to the first authenticated answer, in milliseconds.
pub(super) const fn start_ceiling_ms(backend: Backend) -> f64 {
    match backend {
        Backend::Sqlite => 40.0,
        Backend::Postgres => 70.0,
    }
}

/// The most resident memory of the idle service, in MiB; set for SQLite only.
pub(super) const fn idle_ceiling_mib(backend: Backend) -> Option<f64> {
    match backend {
        Backend::Sqlite => Some(20.0),
        Backend::Postgres => None,
    }
}
