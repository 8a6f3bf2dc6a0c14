//! One log line for each request.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use patchbay_application::Caller;

use crate::HttpState;
use crate::kernel::{Handled, RequestId};

/// Names the request, answers with that name, and logs the request once it is answered.
///
/// The path is logged only where it is a known route, because elsewhere it is any text at
/// all; the query, headers and bodies never are.
pub async fn access_log(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let Some(state) = request.app_data::<Data<HttpState>>() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let id = RequestId::of(request.head(), &*state.ids);
    request.extensions_mut().insert(id.clone());
    let mut response = next.call(request).await?.map_into_boxed_body();
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HeaderName::from_static(RequestId::HEADER), value);
    }
    log(&id, &response, started);
    Ok(response)
}

fn log(id: &RequestId, response: &ServiceResponse<BoxBody>, started: Instant) {
    let request = response.request();
    let extensions = request.extensions();
    let handled = extensions.get::<Handled>();
    let operation = handled.and_then(|handled| handled.operation);
    let organisation = extensions.get::<Caller>().map(Caller::organisation);
    tracing::info!(
        request_id = id.as_str(),
        api = handled.map(|handled| handled.api),
        operation,
        method = request.method().as_str(),
        path = operation.map(|_| request.path()),
        status = response.status().as_u16(),
        duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
        organisation = organisation.map(tracing::field::display),
        "request"
    );
}
