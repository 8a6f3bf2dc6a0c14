//! What every request passes before its body is read.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use patchbay_application::{AppError, Caller};

use super::rate_limits::announce;
use super::seen::refuse;
use super::{Dialect, Failure, Handled, Operation, Refusal, once, panics};
use crate::HttpState;

/// The gate before one operation. It lets a request through to the handler when, in this
/// order,
///
/// 1. nobody at its address guesses keys,
/// 2. its key is known,
/// 3. the key has a request left under its rate limit,
/// 4. the key holds the operation's permission,
/// 5. the ids in its path are written as ids,
/// 6. it was not here before, where its caller named it to have its effect once;
///
/// and it writes every refusal, its own, the extractors' and the handler's, in the
/// dialect's shape, and onto every answer to a known key what is left of its rate limit. It
/// stands around the route rather than among the handler's arguments because those are read
/// together, and the body's fault would win over the key's.
pub struct Gate<D: Dialect>(&'static Operation<D>);

impl<D: Dialect> Gate<D> {
    /// The gate before `operation`.
    pub const fn to(operation: &'static Operation<D>) -> Self {
        Self(operation)
    }
}

impl<D, S, B> Transform<S, ServiceRequest> for Gate<D>
where
    D: Dialect,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = Guarded<D, S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded { operation: self.0, service: Rc::new(service) }))
    }
}

/// A handler behind its gate.
pub struct Guarded<D: Dialect, S> {
    operation: &'static Operation<D>,
    service: Rc<S>,
}

impl<D, S, B> Service<ServiceRequest> for Guarded<D, S>
where
    D: Dialect,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    actix_web::dev::forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (operation, service) = (self.operation, Rc::clone(&self.service));
        Box::pin(panics::shaped(operation, request.request().clone(), async move {
            request.extensions_mut().insert(Handled::of(D::NAME, Some(operation.name)));
            let mut response = match admit(operation, &request).await {
                Ok(time_limit) => pass(operation, &*service, request, time_limit).await,
                Err(refusal) => {
                    let refused = refuse(Some(operation), request.request(), &refusal);
                    request.into_response(refused)
                }
            };
            announce(D::RATE_LIMIT_HEADERS, &mut response);
            Ok(response)
        }))
    }
}

/// Everything that is checked before the body is read. Leaves the caller and the ids of
/// the path for the handler, and says how long that may take.
async fn admit<D: Dialect>(operation: &Operation<D>, request: &ServiceRequest) -> Result<Duration, Refusal> {
    let Some(state) = request.app_data::<Data<HttpState>>() else {
        return Err(AppError::Internal("the service has no state".into()).into());
    };
    state.rate_limits.admit_client(request.request())?;
    let caller = known::<D>(state, request).await?;
    request.extensions_mut().insert(caller);
    state.rate_limits.admit_caller(&caller, request.request())?;
    caller.require(operation.permission)?;
    operation.read_path(request)?;
    Ok(state.limits.request_timeout)
}

/// The holder of the key that is presented. One that is refused counts against its address.
async fn known<D: Dialect>(state: &HttpState, request: &ServiceRequest) -> Result<Caller, AppError> {
    let known = match D::presented(request.head()) {
        Ok(presented) => state.services.authenticate.run(&presented).await,
        Err(refusal) => Err(AppError::Unauthenticated(refusal)),
    };
    known.inspect_err(|error| state.rate_limits.count_failure(error, request.request()))
}

/// What is answered within `time_limit`.
async fn pass<D, S, B>(
    operation: &'static Operation<D>,
    service: &S,
    request: ServiceRequest,
    time_limit: Duration,
) -> ServiceResponse<BoxBody>
where
    D: Dialect,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let http = request.request().clone();
    let performed = tokio::time::timeout(time_limit, perform(operation, service, request));
    performed.await.unwrap_or_else(|_| {
        let response = refuse(Some(operation), &http, &Refusal::TimedOut);
        ServiceResponse::new(http, response)
    })
}

/// Has the handler do what is asked, unless it was done before.
async fn perform<D, S, B>(
    operation: &'static Operation<D>,
    service: &S,
    mut request: ServiceRequest,
) -> ServiceResponse<BoxBody>
where
    D: Dialect,
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody + 'static,
{
    let http = request.request().clone();
    let mut response = match once::begin(&mut request).await {
        Ok(None) => match service.call(request).await {
            Ok(response) => rendered(operation, response).await,
            Err(error) => refuse_error(operation, http.clone(), &error),
        },
        Ok(Some(before)) => request.into_response(before),
        Err(refusal) => {
            let refused = refuse(Some(operation), &http, &refusal);
            return request.into_response(refused);
        }
    };
    once::mark::<D>(&http, response.headers_mut());
    response
}

/// An answer as it leaves: a refusal that was handed on as an error gets its shape here.
async fn rendered<D: Dialect, B: MessageBody + 'static>(
    operation: &'static Operation<D>,
    response: ServiceResponse<B>,
) -> ServiceResponse<BoxBody> {
    let failure = response.response().error().and_then(|error| error.as_error::<Failure<D>>());
    let Some(Failure { refusal, .. }) = failure else { return response.map_into_boxed_body() };
    let http = response.request();
    let shaped = refuse(Some(operation), http, refusal);
    let shaped = once::end(operation, http, refusal, shaped).await;
    response.into_response(shaped)
}

fn refuse_error<D: Dialect>(
    operation: &'static Operation<D>,
    http: HttpRequest,
    error: &Error,
) -> ServiceResponse<BoxBody> {
    let response = match error.as_error::<Failure<D>>() {
        Some(failure) => refuse(Some(operation), &http, &failure.refusal),
        None => refuse(Some(operation), &http, &AppError::Internal(error.to_string().into()).into()),
    };
    ServiceResponse::new(http, response)
}
