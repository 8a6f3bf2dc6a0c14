//! Reading again and deciding again when someone else was faster.

use patchbay_domain::RepositoryError;

use crate::AppError;

/// How often a change is tried. Each round of rivals has a winner, so this is how many
/// rivals on one entity a change may meet.
const ATTEMPTS: usize = 64;

/// Runs `attempt`, which reads, decides and commits, until its commit meets no newer
/// version.
///
/// # Errors
/// What the attempt says; after the last one that it met a newer version.
pub async fn until_current<T, F>(attempt: impl Fn() -> F) -> Result<T, AppError>
where
    F: Future<Output = Result<T, Attempt>>,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(Attempt::Store(RepositoryError::Stale)) => {}
            outcome => return outcome.map_err(AppError::from),
        }
    }
    attempt().await.map_err(AppError::from)
}

/// Why one attempt failed.
pub enum Attempt {
    /// The store said so.
    Store(RepositoryError),
    /// Anything else.
    App(AppError),
}

impl From<RepositoryError> for Attempt {
    fn from(error: RepositoryError) -> Self {
        Self::Store(error)
    }
}

impl From<AppError> for Attempt {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<Attempt> for AppError {
    fn from(attempt: Attempt) -> Self {
        match attempt {
            Attempt::Store(error) => error.into(),
            Attempt::App(error) => error,
        }
    }
}
