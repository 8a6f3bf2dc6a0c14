//! What is told to whoever counts, and who may read it.

use actix_web::test::read_body;

use super::*;

async fn asked(state: HttpState, request: TestRequest) -> (StatusCode, Option<String>, String) {
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    let response = call_service(&service, request.to_request()).await;
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let status = response.status();
    (status, kind, String::from_utf8(read_body(response).await.to_vec()).unwrap())
}

/// What is counted of one request.
async fn counted(state: impl FnOnce(HttpState) -> HttpState, request: TestRequest) -> Answered {
    let counts = Arc::new(Counts::default());
    let base = HttpState { meter: counts.clone(), ..usual() };
    asked(state(base), request).await;
    assert_eq!(counts.began.load(Ordering::SeqCst), 1);
    let ended = counts.ended.lock().unwrap().clone();
    assert_eq!(ended.len(), 1, "{ended:?}");
    ended[0].expect("it was answered")
}

fn names(answered: &Answered) -> (&'static str, &'static str, u16) {
    (answered.api, answered.operation, answered.status)
}

#[actix_web::test]
async fn a_request_is_counted_under_names_that_stand_in_the_code() {
    let get = |path: &str| TestRequest::get().uri(path);
    let unchanged = |state| state;
    for (request, expected) in [
        (get("/healthz"), ("service", "healthz", 200)),
        (get("/readyz"), ("service", "readyz", 503)),
        (get("/metrics"), ("service", "metrics", 200)),
        (TestRequest::post().uri("/metrics"), ("service", "none", 405)),
        (get("/planted"), ("none", "none", 404)),
        (get("/organisations/planted/planted"), ("telex", "none", 404)),
        (TestRequest::delete().uri("/organisations/planted/integrations"), ("telex", "none", 405)),
    ] {
        assert_eq!(names(&counted(unchanged, request).await), expected);
    }
}

#[actix_web::test]
async fn a_refused_key_is_counted_with_the_kind_of_refusal() {
    let list = || TestRequest::get().uri("/organisations/planted/integrations");
    let missing = counted(|state| state, list()).await;
    assert_eq!(names(&missing), ("telex", "list_integrations", 401));
    assert_eq!(missing.unauthenticated, Some(patchbay_application::AuthRefusal::Missing));
    let malformed = counted(|state| state, list().insert_header(("authorization", "Basic planted"))).await;
    assert_eq!(malformed.unauthenticated, Some(patchbay_application::AuthRefusal::Malformed));
    let allowed = counted(|state| state, list().insert_header(("authorization", "Bearer key"))).await;
    assert_eq!((allowed.status, allowed.unauthenticated), (400, None));
}

#[actix_web::test]
async fn a_request_whose_client_left_is_counted_as_such() {
    let counts = Arc::new(Counts::default());
    let mut state = HttpState { meter: counts.clone(), ..usual() };
    state.services.create_integration.work = Arc::new(Hung);
    let service = init_service(app(Data::new(state), Data::new(Published::new()))).await;
    let mut call = Box::pin(call_service(&service, create().to_request()));
    assert!(futures_util::poll!(&mut call).is_pending());
    drop(call);
    assert_eq!(*counts.ended.lock().unwrap(), [None]);
}

#[actix_web::test]
async fn without_a_token_the_counts_are_for_everybody() {
    let (status, kind, text) = asked(usual(), TestRequest::get().uri("/metrics")).await;
    assert_eq!((status.as_u16(), text.as_str()), (200, "patchbay_x 1\n"));
    assert_eq!(kind.as_deref(), Some("text/plain; version=0.0.4; charset=utf-8"));
}

#[actix_web::test]
async fn with_a_token_the_counts_are_for_who_presents_it_alone() {
    let request = || TestRequest::get().uri("/metrics");
    let with = || HttpState { metrics_token: Some("the-token".into()), ..usual() };
    for authorization in [
        None,
        Some("Bearer the-tokem"),
        Some("Bearer the-token-and-more"),
        Some("Bearer the-toke"),
        Some("Bearer "),
        Some("Basic the-token"),
        Some("the-token"),
    ] {
        let request = authorization
            .into_iter()
            .fold(request(), |request, value| request.insert_header(("authorization", value)));
        let (status, _, text) = asked(with(), request).await;
        assert_eq!(
            (status.as_u16(), text.as_str()),
            (401, r#"{"error":"unauthorized"}"#),
            "{authorization:?}"
        );
    }
    for authorization in ["Bearer the-token", "bearer the-token"] {
        let (status, _, _) = asked(with(), request().insert_header(("authorization", authorization))).await;
        assert_eq!(status.as_u16(), 200, "{authorization}");
    }
}
