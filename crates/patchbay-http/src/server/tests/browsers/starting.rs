//! Being sent to a provider.

use super::*;

#[actix_web::test]
async fn a_browser_is_sent_to_the_provider_with_a_cookie() {
    let sent = shown(over(&plain(&begun())), start(LINK)).await;
    let location = format!("https://slack.com/authorize?state={STATE}");
    assert_eq!((sent.status, sent.header("location"), sent.text.as_str()), (303, location.as_str(), ""));
    let cookie = format!("{COOKIE}={KEPT}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    assert_eq!(sent.header("set-cookie"), cookie);
    assert_eq!((sent.header("cache-control"), sent.header("referrer-policy")), ("no-store", "no-referrer"));
}

#[actix_web::test]
async fn by_https_the_cookie_is_for_this_host_alone() {
    let sent = shown(over(&knowing(&begun(), "https://patchbay.example")), start(LINK)).await;
    let cookie = format!("{HOST_COOKIE}={KEPT}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600; Secure");
    assert_eq!((sent.status, sent.header("set-cookie")), (303, cookie.as_str()));
}

#[actix_web::test]
async fn a_link_that_begins_nothing_is_answered_with_one_page() {
    let over_at = Authorization { expires_at: now(), ..begun() };
    let mut texts = Vec::new();
    for (authorization, link) in
        [(begun(), "planted-other"), (begun(), "%ff"), (started(), LINK), (over_at, LINK)]
    {
        let page = shown(over(&plain(&authorization)), start(link)).await;
        page.expect(400, "This does not work");
        assert_eq!((page.header("set-cookie"), page.header("location")), ("", ""));
        texts.push(page.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[actix_web::test]
async fn of_two_browsers_at_once_the_second_is_sent_nowhere() {
    let mut work = MockUnitOfWork::new();
    work.expect_commit().return_once(|_, _| Err(RepositoryError::Stale));
    let ports = Ports { work: Arc::new(work), ..plain(&begun()) };
    shown(over(&ports), start(LINK)).await.expect(400, "This does not work");
}

#[actix_web::test]
async fn a_provider_that_nobody_can_be_sent_to_any_more_is_told_without_its_words() {
    let mut exchanger = MockOAuthExchanger::new();
    exchanger
        .expect_authorize_url()
        .returning(|_, _| Err(ExchangeError::Incomplete { what: "planted".to_owned() }));
    let ports = Ports { exchanger: Arc::new(exchanger), ..plain(&begun()) };
    shown(over(&ports), start(LINK)).await.expect(409, "Not connected");
}
