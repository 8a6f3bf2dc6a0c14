//! The endpoints that belong to no API: whether the process runs, whether it is ready, and
//! what the APIs are.

mod documents;

use std::time::Duration;

use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::web::{Data, ServiceConfig, get, resource, to};
use actix_web::{HttpRequest, HttpResponse};
use async_trait::async_trait;
use serde_json::json;

pub use documents::{API_NAMES, ApiDocument, Published, api_documents};

use crate::HttpState;

/// How long the readiness check may take.
const READINESS_TIME: Duration = Duration::from_secs(1);

/// Whether the service can do its work.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks what the service stands on.
    ///
    /// # Errors
    /// Why it cannot do its work, to show to whoever asks: no secret, no address.
    async fn check(&self) -> Result<(), String>;
}

/// Registers `/healthz`, `/readyz`, and what [`documents`] registers.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/healthz").route(get().to(healthz)).default_service(to(wrong_method)))
        .service(resource("/readyz").route(get().to(readyz)).default_service(to(wrong_method)))
        .configure(documents::routes);
}

/// The answer to a path that nobody owns.
pub async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(json!({"error": "not found"}))
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::MethodNotAllowed()
        .json(json!({"error": format!("{} is not supported here", request.method())}));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    response
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

async fn readyz(state: Data<HttpState>) -> HttpResponse {
    let checked = tokio::time::timeout(READINESS_TIME, state.readiness.check()).await;
    match checked.unwrap_or_else(|_| Err("the database does not answer in time".to_owned())) {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ok"})),
        Err(reason) => {
            tracing::warn!(reason, "not ready");
            HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": reason}))
        }
    }
}
