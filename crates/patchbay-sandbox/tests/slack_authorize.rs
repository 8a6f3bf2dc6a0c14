//! The page that a browser is sent to.

use crate::client::{Answer, Tried};

const BACK: &str = "https://patchbay.example/back?kept=1";

async fn open(tried: &Tried, more: &str) -> Answer {
    let back = "https%3A%2F%2Fpatchbay.example%2Fback%3Fkept%3D1";
    tried.get(&format!("/slack/oauth/v2/authorize?client_id=sandbox-client&redirect_uri={back}{more}")).await
}

/// The code in the address that a link of the page leads back to.
fn code(answer: &Answer) -> String {
    let to = answer.link("allow");
    let after = to.split_once("&code=").unwrap().1;
    after.split('&').next().unwrap().to_owned()
}

#[actix_web::test]
async fn the_browser_is_sent_back_with_a_code_that_works_once() {
    let tried = Tried::start();
    let opened = open(&tried, "&scope=incoming-webhook,chat:write&state=a%20state").await;
    let code = code(&opened);
    assert_eq!(opened.link("allow"), format!("{BACK}&code={code}&state=a+state"));
    let form = [("code", code.as_str()), ("redirect_uri", BACK)];
    assert!(tried.access(&form).await.granted()["incoming_webhook"].is_object());
    tried.access(&form).await.refused("code_already_used");
}

#[actix_web::test]
async fn the_address_that_was_sent_first_must_be_repeated() {
    let tried = Tried::start();
    let code = code(&open(&tried, "").await);
    tried.exchange(&code).await.refused("bad_redirect_uri");
    tried.access(&[("code", &code), ("redirect_uri", "https://x.example")]).await.refused("bad_redirect_uri");
    tried.access(&[("code", &code), ("redirect_uri", BACK)]).await.granted();
}

#[actix_web::test]
async fn what_is_granted_is_what_was_asked_for() {
    let tried = Tried::start();
    let code = code(&open(&tried, "&scope=chat:write&user_scope=search:read").await);
    let given = tried.access(&[("code", &code), ("redirect_uri", BACK)]).await.granted();
    assert_eq!(given.get("incoming_webhook"), None);
    assert!(given["authed_user"]["access_token"].is_string());
}

#[actix_web::test]
async fn a_person_may_say_no() {
    let answer = open(&Tried::start(), "&state=s").await;
    assert_eq!(answer.link("deny"), format!("{BACK}&error=access_denied&state=s"));
}

#[actix_web::test]
async fn nobody_is_sent_on_for_an_unknown_application_or_to_no_address() {
    let tried = Tried::start();
    for (query, error) in [
        ("", "invalid_client_id"),
        ("client_id=x&redirect_uri=https://a.example", "invalid_client_id"),
        ("client_id=sandbox-client", "bad_redirect_uri"),
        ("client_id=sandbox-client&redirect_uri=/back", "bad_redirect_uri"),
        ("client_id=sandbox-client&redirect_uri=javascript:alert(1)", "bad_redirect_uri"),
        ("client_id=sandbox-client&client_id=x", "invalid_arguments"),
    ] {
        let answer = tried.get(&format!("/slack/oauth/v2/authorize?{query}")).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)), "{query}");
    }
}
