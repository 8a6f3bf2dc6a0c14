//! The HTTP server.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, to};
use actix_web::{App, Error, HttpServer};
use patchbay_application::Services;
use patchbay_application::oauth::Addresses;
use patchbay_domain::{Clock, IdGenerator};
use secrecy::SecretString;

use crate::around::around;
use crate::dialects;
use crate::head::serve_head_like_get;
use crate::kernel::RateLimits;
use crate::meter::Meter;
use crate::ops::{self, Published, Readiness};
use crate::trailing_slash::tolerate_trailing_slash;

/// What the interface works with.
pub struct HttpState {
    /// The use cases.
    pub services: Services,
    /// Where browsers find the service.
    pub addresses: Arc<Addresses>,
    /// Whether the service can do its work.
    pub readiness: Arc<dyn Readiness>,
    /// Names requests, and faults of the service.
    pub ids: Arc<dyn IdGenerator>,
    /// Tells when a request was refused.
    pub clock: Arc<dyn Clock>,
    /// What one request may take.
    pub limits: Limits,
    /// How much is let through.
    pub rate_limits: RateLimits,
    /// Counts requests, and reports all that is counted.
    pub meter: Arc<dyn Meter>,
    /// What `/metrics` wants as bearer; without one it answers everybody.
    pub metrics_token: Option<SecretString>,
    /// Whether somebody collects spans: then each says what became of its request.
    pub spans_exported: bool,
}

/// What one request may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes that a body may have; a larger one is answered 413.
    pub body_bytes: usize,
    /// How long a request may take from the first byte of its body to its answer.
    pub request_timeout: Duration,
}

/// How the server runs.
#[derive(Clone, Copy, Debug)]
pub struct HttpOptions {
    /// How many threads answer requests.
    pub workers: usize,
    /// How long requests in flight may go on once the server is told to stop.
    pub shutdown_grace: Duration,
    /// How long a connection may wait for its next request.
    pub keep_alive: Duration,
    /// How many connections there may be at once; more wait to be accepted. Shared out among
    /// the workers, so that one may be full a little before all are.
    pub max_connections: usize,
}

/// How long a client may take for the head of its first request: a few hundred bytes.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// How long a client may take for its end of a connection that is being closed, the rest of a
/// body that nobody wants among it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// A server on `listener` that runs until its handle stops it. It leaves signals alone.
///
/// # Errors
/// When the listener cannot be used.
pub fn server(listener: TcpListener, state: Arc<HttpState>, options: &HttpOptions) -> io::Result<Server> {
    let state = Data::from(state);
    let published = Data::new(Published::new());
    let grace = options.shutdown_grace.as_secs() + u64::from(options.shutdown_grace.subsec_nanos() > 0);
    let server = HttpServer::new(move || app(state.clone(), published.clone()))
        .workers(options.workers)
        .max_connections(options.max_connections.div_ceil(options.workers.max(1)))
        .keep_alive(options.keep_alive)
        .client_request_timeout(HEAD_WITHIN)
        .client_disconnect_timeout(CLOSE_WITHIN)
        .disable_signals()
        .shutdown_timeout(grace)
        .listen(listener)?;
    Ok(server.run())
}

/// Everything that is served, for one thread.
fn app(
    state: Data<HttpState>,
    published: Data<Published>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .app_data(published)
        .configure(dialects::mount_all)
        .configure(ops::routes)
        .default_service(to(ops::not_found))
        .wrap(from_fn(tolerate_trailing_slash))
        .wrap(from_fn(serve_head_like_get))
        .wrap(from_fn(around))
}

#[cfg(test)]
mod tests;
