//! What a dialect knows when it says no.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use patchbay_application::AppError;
use uuid::Uuid;

use super::once::name_sent;
use super::{Dialect, Operation, Refusal};
use crate::HttpState;

/// The facts of the request that is refused.
pub struct Seen<'a, D: Dialect> {
    /// The request.
    pub request: &'a HttpRequest,
    /// What was asked for; `None` when it is no operation of the API.
    pub operation: Option<&'static Operation<D>>,
    /// When it was refused.
    pub at: DateTime<Utc>,
    /// What the log line of a fault of the service is found by; `None` for any other refusal.
    pub error_id: Option<Uuid>,
}

impl<'a, D: Dialect> Seen<'a, D> {
    /// Now.
    fn now(request: &'a HttpRequest, operation: Option<&'static Operation<D>>, refusal: &Refusal) -> Self {
        // A service without a state has no clock either, and serves nothing.
        let state = request.app_data::<Data<HttpState>>();
        let at = state.map_or(DateTime::UNIX_EPOCH, |state| state.clock.now());
        let error_id = state.filter(|_| is_fault_of_the_service(refusal)).map(|state| state.ids.uuid());
        Self { request, operation, at, error_id }
    }

    /// What the client called its request, whether or not that is sound; `None` where it named
    /// none, or nothing that is the text of one header.
    pub fn request_name(&self) -> Option<&'a str> {
        name_sent(self.request.headers())
    }

    /// As a document shows it: always the same.
    pub fn sample(request: &'a HttpRequest, operation: &'static Operation<D>, refusal: &Refusal) -> Self {
        let error_id = is_fault_of_the_service(refusal).then(Uuid::nil);
        Self { request, operation: Some(operation), at: DateTime::UNIX_EPOCH, error_id }
    }
}

const fn is_fault_of_the_service(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::App(AppError::Internal(_)))
}

/// Writes a refusal in the dialect's shape, and logs it.
pub fn refuse<D: Dialect>(
    operation: Option<&'static Operation<D>>,
    request: &HttpRequest,
    refusal: &Refusal,
) -> HttpResponse {
    let seen = Seen::now(request, operation, refusal);
    refusal.log(request, seen.error_id);
    D::render(&seen, refusal)
}
