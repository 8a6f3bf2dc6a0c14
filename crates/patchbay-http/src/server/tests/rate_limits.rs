//! Where the limits stand among what a request passes, and what their answers say.

use std::net::SocketAddr;

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use patchbay_domain::{Page, RequestsPerMinute};

use super::*;

const ONE: &str = "198.51.100.1:1000";
const OTHER: &str = "198.51.100.2:1000";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// What an interface with these limits, over an empty store, answers one after the other.
async fn answers(options: RateLimitOptions, requests: impl IntoIterator<Item = TestRequest>) -> Vec<Answer> {
    let mut integrations = MockIntegrationRepository::new();
    integrations.expect_list().returning(|_, _, _| Ok(Page { items: Vec::new(), next: None }));
    let mut state = Box::new(state(integrations, MockUnitOfWork::new()));
    state.rate_limits = RateLimits::new(options);
    let app = App::new()
        .app_data(Data::from(Arc::<HttpState>::from(state)))
        .configure(dialects::mount_all)
        .configure(ops::routes);
    let service = init_service(app).await;
    let mut answers = Vec::new();
    for request in requests {
        let response = call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        answers.push(Answer { status, headers, body: read_body_json(response).await });
    }
    answers
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// Two requests at once, and then one each hour or so.
fn two_at_once() -> RateLimitOptions {
    let burst = NonZeroU32::new(2).unwrap();
    RateLimitOptions { requests_per_minute: RequestsPerMinute::new(1), burst, ..unlimited() }
}

fn two_failures() -> RateLimitOptions {
    RateLimitOptions { failed_auth_per_minute: NonZeroU32::new(2), ..unlimited() }
}

fn from(address: &str, key: &str) -> TestRequest {
    let address: SocketAddr = address.parse().unwrap();
    list().peer_addr(address).insert_header((AUTHORIZATION, format!("Bearer {key}")))
}

#[actix_web::test]
async fn a_key_past_its_limit_is_told_when_to_come_again() {
    let answers = answers(two_at_once(), [list(), list(), list()]).await;
    assert_eq!(statuses(&answers), [200, 200, 429]);
    let policies: Vec<_> = answers.iter().map(|answer| answer.header("ratelimit-policy").unwrap()).collect();
    assert_eq!(policies, [r#""default";q=2;w=120"#; 3]);
    let standings: Vec<_> = answers.iter().map(|answer| answer.header("ratelimit").unwrap()).collect();
    let expected = [r#""default";r=1;t=60"#, r#""default";r=0;t=120"#, r#""default";r=0;t=120"#];
    assert_eq!(standings, expected);
    let refused = &answers[2];
    assert_eq!(refused.body, refusal(429, "Too many requests", "rate limit exceeded"));
    // Less than a second has passed, or the machine stood still.
    assert!((1..=60).contains(&refused.header("retry-after").unwrap().parse::<u64>().unwrap()));
    assert_eq!(answers[0].header("retry-after"), None);
}

#[actix_web::test]
async fn every_answer_to_a_known_key_says_where_it_stands_and_no_other() {
    let bad_path = TestRequest::get()
        .uri("/organisations/nonsense/integrations")
        .insert_header((AUTHORIZATION, "Bearer key"));
    let unknown = TestRequest::get().uri(&format!("/organisations/{ORGANISATION}/integrations"));
    let nowhere =
        TestRequest::get().uri("/organisations/a/b/c/d").insert_header((AUTHORIZATION, "Bearer key"));
    let requests = vec![bad_path, unknown, from(ONE, "bad"), nowhere, TestRequest::get().uri("/healthz")];
    let answers = answers(two_at_once(), requests).await;
    assert_eq!(statuses(&answers), [400, 401, 401, 404, 200]);
    let said: Vec<_> = answers.iter().map(|answer| answer.header("ratelimit").is_some()).collect();
    assert_eq!(said, [true, false, false, false, false]);
}

#[actix_web::test]
async fn the_limit_comes_before_the_ids_in_the_path() {
    let bad_path = TestRequest::get()
        .uri("/organisations/nonsense/integrations")
        .insert_header((AUTHORIZATION, "Bearer key"));
    let answers = answers(two_at_once(), [list(), list(), bad_path]).await;
    assert_eq!(statuses(&answers), [200, 200, 429]);
}

#[actix_web::test]
async fn without_a_limit_no_header_speaks_of_one() {
    let answers = answers(unlimited(), [list(), from(ONE, "bad"), from(ONE, "bad"), from(ONE, "key")]).await;
    assert_eq!(statuses(&answers), [200, 401, 401, 200]);
    for answer in answers {
        assert_eq!((answer.header("ratelimit"), answer.header("ratelimit-policy")), (None, None));
    }
}

#[actix_web::test]
async fn who_presents_too_many_refused_keys_is_shut_out_with_good_ones_too() {
    let requests =
        vec![from(ONE, "bad"), from(ONE, "bad"), from(ONE, "key"), from(ONE, "bad"), from(OTHER, "key")];
    let answers = answers(two_failures(), requests).await;
    assert_eq!(statuses(&answers), [401, 401, 429, 429, 200]);
    assert_eq!(answers[2].body, refusal(429, "Too many requests", "rate limit exceeded"));
    assert!((1..=60).contains(&answers[2].header("retry-after").unwrap().parse::<u64>().unwrap()));
}

#[actix_web::test]
async fn a_missing_key_does_not_count_and_one_of_another_scheme_does() {
    let missing = || TestRequest::get().uri(&format!("/organisations/{ORGANISATION}/integrations"));
    let missing = || missing().peer_addr(ONE.parse().unwrap());
    let basic = || missing().insert_header((AUTHORIZATION, "Basic a2V5"));
    let requests = vec![missing(), missing(), missing(), basic(), basic(), missing()];
    assert_eq!(statuses(&answers(two_failures(), requests).await), [401, 401, 401, 401, 401, 429]);
}

#[actix_web::test]
async fn only_behind_a_trusted_proxy_is_the_forwarded_address_counted() {
    let forwarded = |key: &str, client: &str| from(ONE, key).insert_header(("x-forwarded-for", client));
    let requests = || {
        [
            forwarded("bad", "203.0.113.1"),
            forwarded("bad", "203.0.113.1"),
            forwarded("key", "203.0.113.1"),
            forwarded("key", "203.0.113.2"),
        ]
    };
    assert_eq!(statuses(&answers(two_failures(), requests()).await), [401, 401, 429, 429]);
    let trusted_proxies = vec!["198.51.100.1/32".parse().unwrap()];
    let behind_a_proxy = RateLimitOptions { trusted_proxies, ..two_failures() };
    assert_eq!(statuses(&answers(behind_a_proxy, requests()).await), [401, 401, 429, 200]);
}
