//! Asking a provider before anything is kept.

use patchbay_domain::{CredentialVerifier, HealthState, NoAnswer, OpenConnection, Verification};

use crate::AppError;

/// What the provider says of a connection, unless it does not take it.
///
/// # Errors
/// [`AppError::NotVerified`], and [`AppError::NotAnswered`] when it says nothing of it.
pub(crate) async fn accepted(
    verifier: &dyn CredentialVerifier,
    connection: &OpenConnection,
) -> Result<Verification, AppError> {
    let verification = verifier.verify(connection).await;
    match verification.class.state() {
        None => Err(AppError::NotAnswered(verification.no_answer.unwrap_or(NoAnswer::Other))),
        Some(HealthState::Broken) => {
            let provider = connection.provider.clone();
            Err(AppError::NotVerified { provider, class: verification.class })
        }
        Some(_) => Ok(verification),
    }
}
