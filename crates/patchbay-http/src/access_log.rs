//! One log line for each request.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use patchbay_application::Caller;

use crate::kernel::{Handled, RequestId};

/// Logs a request once it is answered.
///
/// The path is logged only where it is a known route, because elsewhere it is any text at
/// all, and of one that has a secret in it its template; the query, headers and bodies never are.
pub fn log(id: &RequestId, method: &Method, response: &ServiceResponse<BoxBody>, time: Duration) {
    let request = response.request();
    let extensions = request.extensions();
    let handled = extensions.get::<Handled>();
    let operation = handled.and_then(|handled| handled.operation);
    let organisation = extensions.get::<Caller>().map(Caller::organisation);
    tracing::info!(
        request_id = id.as_str(),
        api = handled.map(|handled| handled.api),
        operation,
        method = method.as_str(),
        path = handled.and_then(|handled| logged_path(*handled, request.path())),
        status = response.status().as_u16(),
        duration_us = micros(time),
        organisation = organisation.map(tracing::field::display),
        "request"
    );
}

fn logged_path(Handled { operation, template, .. }: Handled, path: &str) -> Option<&str> {
    operation.map(|_| template.unwrap_or(path))
}

/// Logs a request of which nothing is left but its answer.
pub fn log_bare(id: &RequestId, status: u16, time: Duration) {
    tracing::info!(request_id = id.as_str(), status, duration_us = micros(time), "request");
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
