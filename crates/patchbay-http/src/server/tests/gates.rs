//! Behind every documented operation is its gate, which asks for a key before all else.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::{HttpMessage, HttpResponse, web};

use super::*;
use crate::kernel::Handled;
use crate::ops::{ApiDocument, api_documents};

/// A documented operation below one of its servers: method, path, API, name.
struct Documented {
    method: Method,
    path: String,
    api: &'static str,
    name: String,
}

fn documented() -> Vec<Documented> {
    let mut all = Vec::new();
    for ApiDocument { name: api, document } in api_documents().unwrap() {
        for server in document["servers"].as_array().unwrap() {
            let base = server["url"].as_str().unwrap().trim_end_matches('/');
            for (path, item) in document["paths"].as_object().unwrap() {
                for (method, operation) in item.as_object().unwrap() {
                    all.push(Documented {
                        method: method.to_uppercase().parse().unwrap(),
                        path: format!("{base}{}", filled(path)),
                        api,
                        name: operation["operationId"].as_str().unwrap().to_owned(),
                    });
                }
            }
        }
    }
    all
}

/// The path with an id in the place of every parameter.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { ORGANISATION } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The documented operations that something else answers than their gate.
async fn ungated(
    operations: &[Documented],
    ask: impl AsyncFn(TestRequest) -> ServiceResponse<BoxBody>,
) -> Vec<String> {
    let mut violations = Vec::new();
    for Documented { method, path, api, name } in operations {
        let response = ask(TestRequest::with_uri(path).method(method.clone())).await;
        let handled = response.request().extensions().get::<Handled>().copied();
        let by = handled.map(|handled| (handled.api, handled.operation));
        if by != Some((api, Some(name))) || response.status() != StatusCode::UNAUTHORIZED {
            violations.push(format!("{method} {path}: no gate of {name}"));
        }
    }
    violations
}

fn without_stores() -> Data<HttpState> {
    Data::new(state(MockIntegrationRepository::new(), MockUnitOfWork::new()))
}

#[actix_web::test]
async fn every_documented_operation_stands_behind_its_gate() {
    let app = App::new().app_data(without_stores()).configure(dialects::mount_all).wrap(from_fn(around));
    let service = init_service(app).await;
    let operations = documented();
    assert!(operations.len() > 40, "{}", operations.len());
    let ask = async |request: TestRequest| call_service(&service, request.to_request()).await;
    assert_eq!(ungated(&operations, ask).await, [""; 0]);
}

#[actix_web::test]
async fn an_operation_without_a_gate_would_be_found() {
    let path = format!("/organisations/{ORGANISATION}/integrations");
    let open = || async { HttpResponse::Unauthorized().finish() };
    let app = App::new()
        .app_data(without_stores())
        .route(&path, web::get().to(open))
        .configure(dialects::mount_all)
        .wrap(from_fn(around));
    let service = init_service(app).await;
    let mut operations = documented();
    operations.retain(|operation| operation.path == path);
    assert!(operations.len() > 1);
    let ask = async |request: TestRequest| call_service(&service, request.to_request()).await;
    let expected = format!("GET {path}: no gate of list_integrations");
    assert_eq!(ungated(&operations, ask).await, [expected]);
}

#[actix_web::test]
async fn an_operation_behind_the_gate_of_another_would_be_found() {
    let app = App::new().app_data(without_stores()).configure(dialects::mount_all).wrap(from_fn(around));
    let service = init_service(app).await;
    let mut operations = documented();
    operations.truncate(1);
    "another".clone_into(&mut operations[0].name);
    let ask = async |request: TestRequest| call_service(&service, request.to_request()).await;
    assert_eq!(ungated(&operations, ask).await.len(), 1);
}
