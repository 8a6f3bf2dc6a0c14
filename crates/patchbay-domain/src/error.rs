//! Why a store could not do what it was asked.

use std::sync::Arc;

use crate::{EntityKind, LeaseKey, ReceiptId, UniqueKey};

/// Any error, as the source of one of ours.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What another entity holds already.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Taken {
    /// A unique key.
    #[error("{0}")]
    Key(UniqueKey),
    /// The id that a new entity of this kind was to have.
    #[error("the id of the {}", .0.as_str())]
    Id(EntityKind),
    /// A receipt: the same request was here before, or is here right now.
    #[error("the receipt")]
    Receipt(ReceiptId),
    /// A lease.
    #[error("the lease")]
    Lease(LeaseKey),
}

/// Why a repository call failed. One type for every port; `Display` is safe to show, the
/// source is for the log.
///
/// It can be cloned because one failed commit is the answer to everyone who shared it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The stored version moved on, or the entity is gone: read again, decide again.
    #[error("it was changed by someone else meanwhile")]
    Stale,
    /// Another entity holds it already: a unique key, or the id of a new entity.
    #[error("{0} is taken")]
    Duplicate(Taken),
    /// Too much is waiting already. Nothing was done; a retry makes sense.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached, or refused. Nothing was changed.
    #[error("the database is unavailable")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// The deadline passed. Nothing was changed.
    #[error("the database did not answer in time")]
    TimedOut,
    /// What is stored cannot be read as what it should be.
    #[error("a stored {entity} is unreadable")]
    Corrupt {
        /// What was being read.
        entity: &'static str,
        /// Why it could not be.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// The work panicked. It was rolled back.
    #[error("the database work failed")]
    Panicked,
    /// The commit was sent, and its answer never came: the change may stand or not. Never
    /// retried without looking.
    #[error("it is unknown whether the change was stored")]
    OutcomeUnknown(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl RepositoryError {
    /// A database that refused or cannot be reached.
    #[must_use]
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::Unavailable(Arc::from(source.into()))
    }

    /// A stored `entity` that cannot be read.
    #[must_use]
    pub fn corrupt(entity: &'static str, source: impl Into<BoxError>) -> Self {
        Self::Corrupt { entity, source: Arc::from(source.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UniqueRule;

    #[test]
    fn a_duplicate_says_what_is_taken_without_the_callers_text() {
        let key = UniqueKey { rule: UniqueRule::NameAndManifest, value: "a secret plan".to_owned() };
        for (taken, shown) in [
            (Taken::Key(key), "name_and_manifest is taken"),
            (Taken::Id(EntityKind::Organisation), "the id of the organisation is taken"),
        ] {
            assert_eq!(RepositoryError::Duplicate(taken).to_string(), shown);
        }
    }
}
