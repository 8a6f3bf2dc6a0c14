//! What is answered when the code itself fails.

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::web;

use super::*;

/// A store that fails as no store may.
struct Broken;

#[async_trait::async_trait]
impl patchbay_domain::UnitOfWork for Broken {
    async fn commit(
        &self,
        _: &patchbay_domain::Scope,
        _: patchbay_domain::Changes,
    ) -> Result<(), RepositoryError> {
        panic!("planted in a store")
    }
}

#[async_trait::async_trait]
impl Readiness for Broken {
    async fn check(&self) -> Result<(), String> {
        panic!("planted in a check")
    }
}

#[async_trait::async_trait]
impl patchbay_domain::KeyLookup for Broken {
    async fn find_by_hash(&self, _: &KeyHash) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        panic!("planted in a look-up")
    }

    async fn find_by_id(&self, _: ApiKeyId) -> Result<Option<Arc<KeyOwner>>, RepositoryError> {
        panic!("planted in a look-up")
    }
}

#[actix_web::test]
async fn a_panic_behind_a_route_is_answered_in_the_shape_of_its_dialect() {
    let mut state = usual();
    state.services.create_integration.work = Arc::new(Broken);
    let counts = Arc::new(Counts::default());
    state.meter = counts.clone();
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    // Again and again: who serves goes on.
    for _ in 0..3 {
        let response = call_service(&service, create().to_request()).await;
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.status().as_u16(), 500);
        let body: Value = read_body_json(response).await;
        assert_eq!(body, refusal(500, "Internal server error", "internal error"));
    }
    let healthy = call_service(&service, TestRequest::get().uri("/healthz").to_request()).await;
    assert_eq!(healthy.status().as_u16(), 200);
    let ended = counts.ended.lock().unwrap();
    assert!(ended.iter().take(3).all(|ended| ended.is_some_and(|ended| ended.status == 500)), "{ended:?}");
}

#[actix_web::test]
async fn a_panic_before_the_body_is_read_is_answered_in_the_shape_of_the_dialect_too() {
    let mut state = usual();
    state.services.authenticate.keys = Arc::new(Broken);
    let (status, _, body) = answer(state, list()).await;
    assert_eq!((status.as_u16(), body), (500, refusal(500, "Internal server error", "internal error")));
}

#[actix_web::test]
async fn a_panic_outside_of_every_dialect_is_answered_by_the_service() {
    let counts = Arc::new(Counts::default());
    let state = HttpState { readiness: Arc::new(Broken), meter: counts.clone(), ..usual() };
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    let request = TestRequest::get().uri("/readyz").insert_header(("x-request-id", "abc")).to_request();
    // The server sends what an error says of itself.
    let Err(error) = service.call(request).await else { panic!("there is no request left to answer") };
    let response = error.error_response();
    assert_eq!(response.status().as_u16(), 500);
    assert_eq!(response.headers().get("x-request-id").unwrap(), "abc");
    assert_eq!(response.headers().get("x-content-type-options").unwrap(), "nosniff");
    let body = to_bytes(response.into_body()).await.unwrap();
    assert_eq!(body, web::Bytes::from_static(br#"{"error":"internal error"}"#));
    let ended = counts.ended.lock().unwrap().clone();
    assert!(ended.len() == 1 && ended[0].is_some_and(|ended| ended.status == 500), "{ended:?}");
}
