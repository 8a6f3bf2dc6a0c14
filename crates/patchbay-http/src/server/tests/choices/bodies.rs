//! A body that has to be called JSON, and need not be there.

use actix_web::http::header::CONTENT_TYPE;

use super::*;

fn post(body: &'static str) -> TestRequest {
    with_key(TestRequest::post(), THINGS).set_payload(body)
}

fn called(content_type: &str, body: &'static str) -> TestRequest {
    post(body).insert_header((CONTENT_TYPE, content_type))
}

async fn answer(request: TestRequest) -> (u16, Value) {
    answer_over(usual(), request).await
}

async fn answer_over(state: HttpState, request: TestRequest) -> (u16, Value) {
    let answer = answers(state, vec![request]).await.remove(0);
    (answer.status, answer.body.get("why").cloned().unwrap_or(answer.body))
}

#[actix_web::test]
async fn a_body_that_is_called_json_is_read_whatever_its_parameters() {
    for content_type in
        ["application/json", "application/json; charset=utf-8", "APPLICATION/Json ;x=y", " application/json;"]
    {
        let (status, body) = answer(called(content_type, r#"{"name":"a"}"#)).await;
        assert_eq!((status, body), (200, json!("a")), "{content_type}");
    }
}

#[actix_web::test]
async fn a_body_that_is_not_called_json_is_refused_before_it_is_read() {
    let types =
        ["text/plain", "application/jsonp", "application/problem+json", "text/json; application/json", ""];
    for content_type in types {
        for body in [r#"{"name":"a"}"#, "{", " "] {
            let (status, _) = answer(called(content_type, body)).await;
            assert_eq!(status, 415, "{content_type}: {body}");
        }
    }
    assert_eq!(answer(post(r#"{"name":"a"}"#)).await.0, 415, "it is called nothing");
    let no_text = post("{}").insert_header((CONTENT_TYPE, b"application/json\xff".as_slice()));
    assert_eq!(answer(no_text).await.0, 415);
    let optional = with_key(TestRequest::patch(), THINGS).set_payload("{}");
    assert_eq!(answer(optional).await.0, 415, "also where it need not be sent");
}

#[actix_web::test]
async fn a_body_of_another_type_is_refused_after_everything_else_that_is_checked_before_it() {
    let check = |thing: &str| {
        let uri = format!("{THINGS}/{thing}/check");
        with_key(TestRequest::post(), &uri).set_payload("no JSON")
    };
    let keyless = TestRequest::post().uri(THINGS).set_payload("no JSON");
    assert_eq!(answer(keyless).await.0, 401);
    assert_eq!(answer(check("nonsense")).await, (400, json!("thing is not a UUID")));
    assert_eq!(answer(check(INTEGRATION)).await.0, 415);
    let mut without = ports(MockIntegrationRepository::new(), MockUnitOfWork::new());
    let mut keys = MockKeyLookup::new();
    keys.expect_find_by_hash().returning(|_| {
        let mut owner = owner();
        owner.key.permissions = Permissions::default();
        Ok(Some(Arc::new(owner)))
    });
    without.keys = Arc::new(keys);
    assert_eq!(answer_over(over(&without), check(INTEGRATION)).await.0, 403);
    let long = post("").set_payload("x".repeat(2000));
    assert!(answer(long).await.1.as_str().unwrap().starts_with("BodyTooLarge"));
}

#[actix_web::test]
async fn no_body_is_an_empty_object_whatever_it_is_called() {
    let patch = || with_key(TestRequest::patch(), THINGS);
    for request in [post(""), called("text/plain", ""), called("application/json", "{}"), patch()] {
        assert_eq!(answer(request).await, (400, json!("name is required")));
    }
    assert_eq!(answer(called("application/json", " ")).await.0, 400);
}

#[actix_web::test]
async fn the_values_of_members_that_are_named_come_back_and_no_log_shows_them() {
    super::super::overheard::listen();
    let request = called("application/json", r#"{"name":["planted"],"active":"also planted"}"#);
    let answer = answers(usual(), vec![request]).await.remove(0);
    let log = super::super::overheard::heard();
    assert_eq!(answer.body["why"], "name must be a string; active must be a boolean");
    assert_eq!(answer.body["values"], json!({"name": ["planted"], "active": "also planted"}));
    assert!(log.contains("name must be a string") && !log.contains("planted"), "{log}");
}

#[actix_web::test]
async fn where_it_is_not_chosen_the_type_is_not_looked_at_and_nothing_is_no_json() {
    for (sent, column) in [("{", 1), ("", 0)] {
        let request = create().insert_header((CONTENT_TYPE, "text/plain")).set_payload(sent);
        let (status, _, body) = super::super::answer(usual(), request).await;
        assert_eq!(status.as_u16(), 400);
        assert_eq!(body["error"], format!("body is not valid JSON at line 1, column {column}"));
    }
}
