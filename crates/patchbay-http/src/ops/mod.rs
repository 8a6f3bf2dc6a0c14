//! The endpoints that belong to no API: whether the process runs, whether it is ready, what it
//! counted, what the APIs are, and where browsers come by.

mod documents;
mod oauth;

use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderValue, WWW_AUTHENTICATE};
use actix_web::web::{Data, ServiceConfig, get, resource, to};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use async_trait::async_trait;
use serde_json::json;

pub use documents::{API_NAMES, ApiDocument, Published, api_documents};

use crate::HttpState;
use crate::kernel::{Handled, presents};

/// How long the readiness check may take.
const READINESS_TIME: Duration = Duration::from_secs(1);

/// What these endpoints are called together, in logs and counts.
const SERVICE: &str = "service";

/// The text format that Prometheus reads.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether the service can do its work.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks what the service stands on.
    ///
    /// # Errors
    /// Why it cannot do its work, to show to whoever asks: no secret, no address.
    async fn check(&self) -> Result<(), String>;
}

/// Registers `/healthz`, `/readyz`, `/metrics`, and what [`documents`] and [`oauth`] register.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/healthz").route(get().to(healthz)).default_service(to(wrong_method)))
        .service(resource("/readyz").route(get().to(readyz)).default_service(to(wrong_method)))
        .service(resource("/metrics").route(get().to(metrics)).default_service(to(wrong_method)))
        .configure(documents::routes)
        .configure(oauth::routes);
}

/// The answer to a path that nobody owns.
pub async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(json!({"error": "not found"}))
}

/// The answer to a request that met a fault of the service outside of every dialect.
pub fn panicked() -> HttpResponse {
    HttpResponse::InternalServerError().json(json!({"error": "internal error"}))
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    refused_method(&request, HeaderValue::from_static("GET, HEAD"))
}

/// The answer to a method that is not among those that are `allowed`.
fn refused_method(request: &HttpRequest, allowed: HeaderValue) -> HttpResponse {
    reached(request, None);
    let mut response = HttpResponse::MethodNotAllowed()
        .json(json!({"error": format!("{} is not supported here", request.method())}));
    response.headers_mut().insert(ALLOW, allowed);
    response
}

async fn healthz(request: HttpRequest) -> HttpResponse {
    reached(&request, Some("healthz"));
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

async fn readyz(request: HttpRequest, state: Data<HttpState>) -> HttpResponse {
    reached(&request, Some("readyz"));
    let checked = tokio::time::timeout(READINESS_TIME, state.readiness.check()).await;
    match checked.unwrap_or_else(|_| Err("the database does not answer in time".to_owned())) {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ok"})),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": reason}))
        }
    }
}

async fn metrics(request: HttpRequest, state: Data<HttpState>) -> HttpResponse {
    reached(&request, Some("metrics"));
    if let Some(token) = &state.metrics_token
        && !presents(request.head(), token)
    {
        let mut refused = HttpResponse::Unauthorized().json(json!({"error": "unauthorized"}));
        refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(r#"Bearer realm="metrics""#));
        return refused;
    }
    HttpResponse::Ok().content_type(PROMETHEUS_TEXT).body(state.meter.report())
}

/// Leaves for the log and the counts which endpoint it was.
fn reached(request: &HttpRequest, operation: Option<&'static str>) {
    request.extensions_mut().insert(Handled::of(SERVICE, operation));
}
