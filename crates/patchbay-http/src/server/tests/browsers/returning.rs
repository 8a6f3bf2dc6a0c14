//! Coming back from a provider.

use patchbay_domain::{Taken, UniqueKey, UniqueRule};

use super::*;

/// What has the browser forget the cookie.
fn gone() -> String {
    format!("{COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0")
}

fn returning_to(authorization: Authorization) -> Authorization {
    Authorization { return_to: Some(DONE.to_owned()), ..authorization }
}

fn refusing(
    returned: fn() -> Result<SecretString, ExchangeError>,
    authorization: &Authorization,
) -> HttpState {
    over(&Ports { exchanger: Arc::new(provider(returned)), ..plain(authorization) })
}

fn denied() -> Result<SecretString, ExchangeError> {
    Err(ExchangeError::Refused { reason: ExchangeError::REFUSED_BY_PERSON.to_owned() })
}

#[actix_web::test]
async fn who_is_connected_is_told_so() {
    let page = shown(over(&plain(&started())), callback(&whole_query())).await;
    page.expect(200, "Connected");
    assert_eq!(page.header("set-cookie"), gone());
}

#[actix_web::test]
async fn who_came_from_elsewhere_is_sent_back_there() {
    let id = an_integration().id();
    let page = shown(over(&plain(&returning_to(started()))), callback(&whole_query())).await;
    let expected = format!("{DONE}&status=connected&integration={id}");
    assert_eq!((page.status, page.header("location")), (303, expected.as_str()));
    assert_eq!((page.header("set-cookie"), page.header("cache-control")), (gone().as_str(), "no-store"));

    let page = shown(refusing(denied, &returning_to(started())), callback(&whole_query())).await;
    let expected = format!("{DONE}&status=failed&reason=refused_by_person&integration={id}");
    assert_eq!((page.status, page.header("location")), (303, expected.as_str()));
}

#[actix_web::test]
async fn a_reason_is_told_in_words_of_our_own() {
    let planted = || Err(ExchangeError::Refused { reason: "planted_word".to_owned() });
    for (returned, words) in [
        (denied as fn() -> _, "Access was not allowed."),
        (planted, "The provider refused."),
        (|| Err(ExchangeError::Forged), "What came back is not what the provider sends."),
    ] {
        let page = shown(refusing(returned, &started()), callback(&whole_query())).await;
        page.expect(200, "Not connected");
        assert!(page.text.contains(words), "{}", page.text);
        assert_eq!(page.header("set-cookie"), gone());
    }
}

#[actix_web::test]
async fn by_https_the_cookie_has_its_prefix() {
    let ports = knowing(&started(), "https://patchbay.example");
    let with = |name: &str| {
        let request = TestRequest::get().uri(&format!("/oauth/callback/slack?{}", whole_query()));
        request.insert_header(("cookie", format!("{name}={KEPT}")))
    };
    let pages = pages(over(&ports), [with(COOKIE), with(HOST_COOKIE)]).await;
    pages[0].expect(400, "This does not work");
    pages[1].expect(200, "Connected");
    let gone = format!("{HOST_COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Secure");
    assert!(pages.iter().all(|page| page.header("set-cookie") == gone));
}

/// Every way not to be the browser that is awaited, and whether it brings a state.
fn others() -> Vec<(Authorization, TestRequest, bool)> {
    let without_cookie = || TestRequest::get().uri(&format!("/oauth/callback/slack?{}", whole_query()));
    let elsewhere = |provider: &str| {
        let path = format!("/oauth/callback/{provider}?{}", whole_query());
        TestRequest::get().uri(&path).insert_header(("cookie", format!("{COOKIE}={KEPT}")))
    };
    let another = format!("{COOKIE}=planted-other");
    vec![
        (begun(), callback(&whole_query()), true),
        (Authorization { used_at: Some(now()), ..started() }, callback(&whole_query()), true),
        (Authorization { expires_at: now(), ..started() }, callback(&whole_query()), true),
        (started(), without_cookie(), true),
        (started(), without_cookie().insert_header(("cookie", another)), true),
        (started(), elsewhere("shopify"), true),
        (started(), elsewhere("no%20provider"), true),
        (started(), callback("code=planted&state=planted-other"), true),
        (started(), callback("code=planted"), false),
        (started(), callback(&format!("{}&state={STATE}", whole_query())), false),
        (started(), callback(&format!("{}&a=%", whole_query())), false),
        (started(), callback(&format!("{}&a={}", whole_query(), "x".repeat(16 * 1024))), false),
        (started(), callback(""), false),
    ]
}

#[actix_web::test]
async fn whoever_is_not_awaited_gets_one_page_that_does_not_say_why() {
    let mut texts = Vec::new();
    for (authorization, request, has_state) in others() {
        let ports = Ports { exchanger: Arc::new(MockOAuthExchanger::new()), ..plain(&authorization) };
        let page = shown(over(&ports), request).await;
        page.expect(400, "This does not work");
        assert_eq!(page.header("set-cookie").is_empty(), !has_state);
        texts.push(page.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[actix_web::test]
async fn a_fault_of_the_service_is_a_page_too() {
    for (error, status, title, wait) in [
        (RepositoryError::Busy, 503, "Not connected", "1"),
        (RepositoryError::unavailable("planted"), 503, "Not connected", "1"),
        (RepositoryError::TimedOut, 504, "This takes long", ""),
        (RepositoryError::corrupt("authorization", "planted"), 500, "Not connected", ""),
    ] {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().return_once(|_, _| Err(error));
        let ports = Ports { work: Arc::new(work), ..plain(&started()) };
        let page = shown(over(&ports), callback(&whole_query())).await;
        page.expect(status, title);
        assert_eq!((page.header("retry-after"), page.header("set-cookie")), (wait, gone().as_str()));
    }
}

#[actix_web::test]
async fn what_hangs_or_panics_is_answered_with_a_page() {
    let ports = Ports { work: Arc::new(Hung), ..plain(&started()) };
    shown(over(&ports), callback(&whole_query())).await.expect(504, "This takes long");
    // A mock of which nothing is expected panics.
    let authorizations = Arc::new(MockAuthorizationDirectory::new());
    let ports = Ports { authorizations, ..plain(&started()) };
    for request in [start(LINK), callback(&whole_query())] {
        shown(over(&ports), request).await.expect(500, "Not connected");
    }
}

#[actix_web::test]
async fn an_account_that_is_connected_elsewhere_is_told() {
    let mut work = MockUnitOfWork::new();
    let mut commits = 0;
    work.expect_commit().returning(move |_, _| {
        commits += 1;
        let key = UniqueKey { rule: UniqueRule::Account, value: "planted".to_owned() };
        if commits == 1 { Ok(()) } else { Err(RepositoryError::Duplicate(Taken::Key(key))) }
    });
    let mut exchanger = provider(|| Ok(CODE.into()));
    exchanger.expect_revoke().returning(|_| Ok(()));
    let ports = Ports { work: Arc::new(work), exchanger: Arc::new(exchanger), ..plain(&started()) };
    let page = shown(over(&ports), callback(&whole_query())).await;
    page.expect(409, "Not connected");
    assert!(page.text.contains("connected already"), "{}", page.text);
}
