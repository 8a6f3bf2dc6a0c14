//! What is answered when the code itself fails.

use std::panic::AssertUnwindSafe;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::{Error, HttpRequest};
use futures_util::FutureExt;
use patchbay_application::AppError;

use super::seen::refuse;
use super::{Dialect, Operation, Refusal};

/// It panicked. What it said was logged where that happened, by the program's panic hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panicked;

/// Does `work` to its end, be that a panic: the thread it runs on has others to serve.
///
/// # Errors
/// When it panicked. What it held was dropped; what it shares must bear that, as it bears a
/// client that leaves.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|_| Panicked)
}

/// Answers in the dialect's shape whatever becomes of `work`. A panic is logged again here, by
/// what the answer may call it.
pub async fn shaped<D: Dialect>(
    operation: &'static Operation<D>,
    request: HttpRequest,
    work: impl Future<Output = Result<ServiceResponse<BoxBody>, Error>>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    caught(work).await.unwrap_or_else(|Panicked| {
        let refusal = Refusal::App(AppError::Internal("panicked".into()));
        let response = refuse(Some(operation), &request, &refusal);
        Ok(ServiceResponse::new(request, response))
    })
}
