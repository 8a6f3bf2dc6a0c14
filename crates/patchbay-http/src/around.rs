//! What stands around every request.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse};
use patchbay_application::AuthRefusal;
use tracing::{Instrument, Span};

use crate::kernel::{Handled, RequestId, caught};
use crate::meter::{Answered, InFlight};
use crate::{HttpState, access_log, headers, ops, span};

/// Names the request, in its span, its answer and the log; counts it; gives the answer what
/// every answer carries; and answers a panic that nothing nearer to it has answered.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let Some(state) = request.app_data::<Data<HttpState>>() else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let id = RequestId::of(request.head(), &*state.ids);
    let in_flight = InFlight::began(state.meter.clone());
    // What serves it may take one method for another.
    let method = request.method().clone();
    request.extensions_mut().insert(id.clone());
    let span = span::of(&id, state.spans_exported);
    match caught(next.call(request)).instrument(span.clone()).await {
        Ok(Ok(response)) => {
            let mut response = response.map_into_boxed_body();
            headers::complete(response.headers_mut(), &id);
            let time = started.elapsed();
            let answered = answered(&response, time);
            span::answered(&span, &answered);
            in_flight.answered(answered);
            access_log::log(&id, &method, &response, time);
            Ok(response)
        }
        Ok(Err(error)) => {
            let response = error.error_response();
            Err(last_resort(in_flight, &span, &id, response, started))
        }
        Err(_) => Err(last_resort(in_flight, &span, &id, ops::panicked(), started)),
    }
}

fn answered(response: &ServiceResponse<BoxBody>, time: Duration) -> Answered {
    let extensions = response.request().extensions();
    let handled = extensions.get::<Handled>();
    Answered {
        api: handled.map_or(Answered::NONE, |handled| handled.api),
        operation: handled.and_then(|handled| handled.operation).unwrap_or(Answered::NONE),
        status: response.status().as_u16(),
        time,
        unauthenticated: extensions.get::<AuthRefusal>().copied(),
    }
}

/// An answer without its request, which the failure took along: the server sends it all the
/// same.
fn last_resort(
    in_flight: InFlight,
    span: &Span,
    id: &RequestId,
    mut response: HttpResponse,
    started: Instant,
) -> Error {
    headers::complete(response.headers_mut(), id);
    let (status, time) = (response.status().as_u16(), started.elapsed());
    let (api, operation) = (Answered::NONE, Answered::NONE);
    let answered = Answered { api, operation, status, time, unauthenticated: None };
    span::answered(span, &answered);
    in_flight.answered(answered);
    access_log::log_bare(id, status, time);
    InternalError::from_response("a request failed", response).into()
}
