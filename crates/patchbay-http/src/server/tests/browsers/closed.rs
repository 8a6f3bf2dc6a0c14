//! What of authorizations gets nowhere else, and who is kept out.

use super::*;
use crate::server::tests::overheard::{heard, listen};

#[actix_web::test]
async fn nothing_but_get_has_an_effect() {
    // A mock of which nothing is expected panics: nobody is asked.
    let nobody = ports(MockIntegrationRepository::new(), MockUnitOfWork::new());
    let query = whole_query();
    for path in [format!("/oauth/start/{LINK}"), format!("/oauth/callback/slack?{query}")] {
        for path in [path.clone(), path.replacen('?', "/?", 1)] {
            for method in ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"] {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let page = shown(over(&nobody), TestRequest::with_uri(&path).method(method)).await;
                assert_eq!((page.status, page.header("allow"), page.header("set-cookie")), (405, "GET", ""));
                assert!(!page.text.contains("planted"), "{}", page.text);
            }
        }
    }
}

#[actix_web::test]
async fn head_is_served_as_ever_where_nothing_comes_of_it() {
    let page = shown(usual(), TestRequest::with_uri("/healthz").method(Method::HEAD)).await;
    assert_eq!(page.status, 200);
}

#[actix_web::test]
async fn refusals_of_providers_and_faults_of_the_service_are_no_tries() {
    let options = RateLimitOptions { failed_auth_per_minute: std::num::NonZeroU32::new(1), ..unlimited() };
    let refuse = || Err(ExchangeError::Forged);
    let ports = Ports { exchanger: Arc::new(provider(refuse)), ..plain(&started()) };
    let state = HttpState { rate_limits: RateLimits::new(options), ..over(&ports) };
    let again = || callback(&whole_query()).peer_addr("198.51.100.1:1000".parse().unwrap());
    let pages = pages(state, [again(), again(), again()]).await;
    assert!(pages.iter().all(|page| page.status == 200));
}

#[actix_web::test]
async fn what_browsers_bring_and_keep_is_neither_logged_nor_counted() {
    listen();
    let counts = Arc::new(Counts::default());
    let state = |ports: &Ports| HttpState { meter: counts.clone(), spans_exported: true, ..over(ports) };
    let refuse = || Err(ExchangeError::Refused { reason: "a_word".to_owned() });
    let refused = Ports { exchanger: Arc::new(provider(refuse)), ..plain(&started()) };
    shown(state(&plain(&begun())), start(LINK)).await;
    shown(state(&plain(&begun())), start("planted-other")).await;
    shown(state(&plain(&begun())), start(LINK).method(Method::POST)).await;
    shown(state(&plain(&started())), callback(&whole_query())).await;
    shown(state(&refused), callback(&whole_query())).await;
    shown(state(&plain(&begun())), callback(&whole_query())).await;
    let said = heard();
    assert!(!said.contains("planted"), "{said}");
    for template in ["/oauth/start/{link}", "/oauth/callback/{provider}"] {
        assert!(said.contains(template), "{said}");
    }
    let ended = counts.ended.lock().unwrap().clone();
    let names: Vec<_> =
        ended.iter().flatten().map(|ended| (ended.api, ended.operation, ended.status)).collect();
    let expected = [
        ("service", "start_authorization", 303),
        ("service", "start_authorization", 400),
        ("service", "none", 405),
        ("service", "finish_authorization", 200),
        ("service", "finish_authorization", 200),
        ("service", "finish_authorization", 400),
    ];
    assert_eq!(names, expected);
}
