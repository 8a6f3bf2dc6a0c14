//! The limit of a key in headers of their own.

use patchbay_domain::RequestsPerMinute;

use super::*;

#[actix_web::test]
async fn every_answer_to_a_known_key_says_where_it_stands_in_four_headers() {
    let burst = NonZeroU32::new(2).unwrap();
    let options = RateLimitOptions { requests_per_minute: RequestsPerMinute::new(1), burst, ..unlimited() };
    let state = HttpState { rate_limits: RateLimits::new(options), ..usual() };
    let get = || with_key(TestRequest::get(), THINGS);
    let bad = with_key(TestRequest::post(), THINGS);
    let answers = answers(state, vec![get(), bad, get(), TestRequest::get().uri(THINGS)]).await;
    let told = |answer: &Answer| {
        let names = ["limit", "remaining", "reset", "policy"];
        names.map(|name| answer.header(&format!("ratelimit-{name}")).map(str::to_owned))
    };
    let policy = r#"1;w=60;burst=2;comment="token bucket""#;
    for (answer, left, full_in) in
        [(&answers[0], "1", "60"), (&answers[1], "0", "120"), (&answers[2], "0", "120")]
    {
        let expected = ["1", left, full_in, policy].map(|text| Some(text.to_owned()));
        assert_eq!(told(answer), expected, "{answer:?}");
        assert_eq!(answer.header("ratelimit"), None);
    }
    assert!(answers[2].body["why"].as_str().unwrap().starts_with("TooManyRequests"));
    assert_eq!(told(&answers[3]), [None, None, None, None]);
}
