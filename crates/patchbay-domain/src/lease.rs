//! The right to do something alone.

use std::fmt;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::event::codes;
use crate::{EnvironmentId, ProviderId};

codes! {
    /// What a lease is for.
    LeasePurpose {
        /// Connecting a provider: a one-time code is spent by the attempt.
        Connect = "connect",
    }
}

/// What is done by one at a time within an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseKey {
    purpose: LeasePurpose,
    object: String,
}

impl LeaseKey {
    /// Connecting a provider in an environment.
    #[must_use]
    pub fn connect(environment: EnvironmentId, provider: &ProviderId) -> Self {
        Self { purpose: LeasePurpose::Connect, object: format!("{environment} {provider}") }
    }
}

impl fmt::Display for LeaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.purpose.as_str(), self.object)
    }
}

/// The right to do something alone for a while, in whatever process: taken before a request
/// that must not be made twice. It is given back, or ends by itself when its holder was
/// killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What for.
    pub key: LeaseKey,
    /// Who holds it: an id that nobody else has.
    pub holder: Uuid,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
}

/// A write of a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseWrite {
    /// Takes it, unless another holder's has not ended by now.
    Take {
        /// The lease.
        lease: Lease,
        /// Now.
        at: DateTime<Utc>,
    },
    /// Gives it back. Whoever lost it meanwhile has nothing else saved either.
    Release(Lease),
}
