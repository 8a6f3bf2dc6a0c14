//! The OpenAPI documents, and a page to browse them without a network.

use std::sync::{Arc, OnceLock};

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{Bytes, Data, Path, ServiceConfig, get, resource, to};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde_json::Value;
use utoipa_swagger_ui::{Config, Url, serve};

use super::{not_found, wrong_method};
use crate::dialects;
use crate::kernel::Undocumented;

/// The names of the APIs that have a document, in their order.
pub const API_NAMES: &[&str] = &dialects::NAMES;

/// The OpenAPI 3.1 document of one API.
#[derive(Clone, Debug)]
pub struct ApiDocument {
    /// Its API, as in `/openapi/NAME.json`.
    pub name: &'static str,
    /// What it says.
    pub document: Value,
}

/// The document of every API, in the order of [`API_NAMES`].
///
/// # Errors
/// A fault of this build: the examples of an API do not fit its operations.
pub fn api_documents() -> Result<Vec<ApiDocument>, Undocumented> {
    let documents = dialects::documents()?;
    let named = dialects::NAMES.into_iter().zip(documents);
    Ok(named.map(|(name, document)| ApiDocument { name, document }).collect())
}

/// Everything that is served here, made when it is first asked for: most services are never
/// asked, and all of them are to start at once.
pub struct Published {
    documents: OnceLock<Vec<(&'static str, Bytes)>>,
    page: Arc<Config<'static>>,
}

impl Published {
    /// Nothing is made yet.
    pub fn new() -> Self {
        let urls = API_NAMES.iter().map(|name| Url::from(format!("/openapi/{name}.json")));
        // The validator of Swagger's is elsewhere.
        let page = Config::new(urls).validator_url("none").display_operation_id(true);
        Self { documents: OnceLock::new(), page: Arc::new(page) }
    }

    fn document(&self, api: &str) -> Option<Bytes> {
        let documents = self.documents.get_or_init(|| {
            written().unwrap_or_else(|error| {
                tracing::error!(%error, "the APIs cannot be documented");
                Vec::new()
            })
        });
        documents.iter().find(|(name, _)| *name == api).map(|(_, document)| document.clone())
    }
}

fn written() -> Result<Vec<(&'static str, Bytes)>, Undocumented> {
    let as_bytes = |ApiDocument { name, document }| Ok((name, Bytes::from(serde_json::to_vec(&document)?)));
    api_documents()?.into_iter().map(as_bytes).collect()
}

/// The page itself; what it loads is among [`ASSETS`].
const PAGE: &str = include_str!("docs.html");

/// The parts of Swagger UI that the page loads. The others are for other pages.
const ASSETS: [&str; 6] = [
    "favicon-32x32.png",
    "index.css",
    "swagger-initializer.js",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-ui.css",
];

/// Only this server is asked for anything. Swagger UI sets styles on elements and has
/// pictures in its style sheet.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Registers `/openapi/{api}.json` and `/docs`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/openapi/{api}.json").route(get().to(openapi)).default_service(to(wrong_method)))
        .service(resource("/docs").route(get().to(page)).default_service(to(wrong_method)))
        .service(resource("/docs/{file}").route(get().to(asset)).default_service(to(wrong_method)));
}

async fn openapi(published: Data<Published>, api: Path<String>) -> HttpResponse {
    match published.document(&api) {
        Some(document) => HttpResponse::Ok().content_type("application/json").body(document),
        None => not_found().await,
    }
}

async fn page() -> HttpResponse {
    browsable().content_type("text/html; charset=utf-8").body(PAGE)
}

async fn asset(published: Data<Published>, file: Path<String>) -> HttpResponse {
    if !ASSETS.contains(&file.as_str()) {
        return not_found().await;
    }
    match serve(&file, Arc::clone(&published.page)) {
        Ok(Some(file)) => {
            browsable().insert_header((CONTENT_TYPE, file.content_type)).body(file.bytes.into_owned())
        }
        _ => not_found().await,
    }
}

fn browsable() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .insert_header((REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-cache")));
    response
}
