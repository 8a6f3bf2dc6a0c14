//! Driver failures in the words of the ports.

use diesel::result::{DatabaseErrorKind, Error};
use patchbay_domain::RepositoryError;

/// Why a database could not be opened.
///
/// Its text is one line for the operator and never holds the URL's password.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL cannot be used.
    #[error("the database URL cannot be used: {0}")]
    Url(&'static str),
    /// The server is on a network, this build's libpq knows no TLS, and the URL does not
    /// say that this is meant.
    #[error(
        "{0} is not on this machine and this build has no TLS for PostgreSQL: everything would travel \
         readable for all. Use a build with TLS, or add sslmode=disable to the URL if that is meant"
    )]
    Plaintext(String),
    /// The database cannot be reached or refused.
    #[error("cannot open the database {database}: {reason}")]
    Refused {
        /// Which one, without user and password.
        database: String,
        /// What it or its driver said.
        reason: String,
    },
    /// The system gave no more threads.
    #[error("cannot start the database threads: {0}")]
    Threads(#[source] std::io::Error),
}

/// What a failed statement means to the caller: its work was rolled back.
pub(crate) fn unavailable(error: Error) -> RepositoryError {
    if matches!(error, Error::DeserializationError(_)) {
        return RepositoryError::corrupt("row", error);
    }
    if matches!(&error, Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) {
        return RepositoryError::Busy;
    }
    // Neither driver gives a code for these.
    let message = match &error {
        Error::DatabaseError(_, information) => information.message(),
        _ => "",
    };
    match message {
        "database is locked" | "database table is locked" | "deadlock detected" => RepositoryError::Busy,
        "canceling statement due to statement timeout" => RepositoryError::TimedOut,
        _ => RepositoryError::unavailable(error),
    }
}

/// The same for a row that hangs on others: what it hangs on is gone when its foreign key
/// does not hold.
pub(crate) fn gone_or_unavailable(error: Error) -> RepositoryError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => RepositoryError::Stale,
        error => unavailable(error),
    }
}

/// The same for a row that may take what another holds: that was taken meanwhile when a
/// unique index refuses it, which whoever decides sees when it reads again.
pub(crate) fn taken_or_unavailable(error: Error) -> RepositoryError {
    match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => RepositoryError::Stale,
        error => unavailable(error),
    }
}

/// What it means that so many rows were changed by a write that replaces one version, or adds
/// what nobody else may have added.
pub(crate) fn one_or_stale(rows: usize) -> Result<(), RepositoryError> {
    if rows == 0 { Err(RepositoryError::Stale) } else { Ok(()) }
}

/// What a failed COMMIT means. `connection_lost` says that no answer can come any more.
pub(super) fn commit_failed(error: Error, connection_lost: bool) -> RepositoryError {
    let refused = match &error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            !matches!(information.message(), "disk I/O error" | "unable to open database file")
        }
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | Error::RollbackErrorOnCommit { .. } => false,
        _ => true,
    };
    if refused && !connection_lost {
        unavailable(error)
    } else {
        RepositoryError::OutcomeUnknown(std::sync::Arc::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: &str) -> Error {
        Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_lock_that_others_hold_is_worth_a_retry() {
        for message in ["database is locked", "deadlock detected"] {
            assert!(matches!(unavailable(said(message)), RepositoryError::Busy), "{message}");
        }
    }

    #[test]
    fn a_statement_past_its_time_is_a_passed_deadline() {
        let error = unavailable(said("canceling statement due to statement timeout"));
        assert!(matches!(error, RepositoryError::TimedOut), "{error:?}");
    }

    #[test]
    fn a_commit_that_was_refused_is_known_to_have_changed_nothing() {
        let full = commit_failed(said("database or disk is full"), false);
        assert!(matches!(full, RepositoryError::Unavailable(_)), "{full:?}");
    }

    #[test]
    fn a_commit_without_a_trustworthy_answer_may_stand_or_not() {
        for (error, lost) in [(said("disk I/O error"), false), (said("anything"), true)] {
            let unknown = commit_failed(error, lost);
            assert!(matches!(unknown, RepositoryError::OutcomeUnknown(_)), "{unknown:?}");
        }
    }
}
