//! OAuth with every provider of the catalogue that knows codes.

use std::collections::HashMap;

use hmac::{Hmac, KeyInit, Mac};
use patchbay_catalogue::{Pkce, RefreshMode};
use patchbay_sandbox::CLIENT_SECRET;
use sha2::Sha256;

use crate::application::{Application, applications};

/// Gives tokens to refresh with only where the application has asked for that.
const ROTATES_ON_DEMAND: &str = "slack";

/// A code that gives a token to refresh with.
fn refreshable(application: &Application, more: &str) -> String {
    let kind = if application.id() == ROTATES_ON_DEMAND { "rotating" } else { "ok" };
    format!("sandbox-{kind}-acme{more}")
}

#[actix_web::test]
async fn the_code_of_a_page_is_good_once_for_who_asked() {
    for app in applications().await {
        let back = app.back("allow", &[]).await;
        assert_eq!((back["state"].as_str(), back["kept"].as_str()), ("a-state", "1"));
        let code = &back["code"];
        // None of these spends it.
        app.refused(&app.exchange(code, &[("redirect_uri", "https://other.example")]).await);
        app.refused(&app.exchange(code, &[("redirect_uri", "")]).await);
        if app.exchange.pkce == Pkce::S256 {
            app.refused(&app.exchange(code, &[("code_verifier", "another")]).await);
            app.refused(&app.exchange(code, &[("code_verifier", "")]).await);
        }
        let given = app.granted(&app.exchange(code, &[]).await);
        let scopes = app.exchange.scopes.join(&app.exchange.scope_separator);
        if app.exchange.read.scope.is_some() {
            assert_eq!(
                Application::text_at(app.exchange.read.scope.as_ref(), &given),
                scopes,
                "{}",
                app.id()
            );
        }
        app.refused(&app.exchange(code, &[]).await);
        assert!(app.token_calls().await >= 4);
    }
}

#[actix_web::test]
async fn a_person_may_say_no_and_a_browser_may_come_back_with_something_else() {
    for app in applications().await {
        let back = app.back("deny", &[]).await;
        assert_eq!((back["error"].as_str(), back["state"].as_str()), ("access_denied", "a-state"));
        assert!(!back.contains_key("code"));
        assert_eq!(app.back("wrong-state", &[]).await["state"], "another");
        assert!(!app.back("no-state", &[]).await.contains_key("state"));
        assert!(app.back("allow", &[("state", "")]).await.contains_key("code"));
    }
}

#[actix_web::test]
async fn nothing_that_a_page_was_opened_with_becomes_a_part_of_it() {
    for app in applications().await {
        let page = app.page(&[("state", "\"><script>planted</script>"), ("planted", "<b>")]).await;
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"), "{}", page.text);
        assert!(!page.text.contains("<b>"), "{}", page.text);
    }
}

#[actix_web::test]
async fn a_person_may_choose_the_account() {
    for app in applications().await {
        let back = app.back("allow", &[("sandbox_account", "globex")]).await;
        let given = app.granted(&app.exchange(&back["code"], &[]).await);
        assert!(app.access_token(&given).contains("-globex-"), "{given}");
    }
}

#[actix_web::test]
async fn nobody_is_sent_on_by_a_page_that_was_opened_otherwise_than_the_entry_says() {
    for app in applications().await {
        let mut wrong = vec![
            ("client_id", "another"),
            ("redirect_uri", "/back"),
            ("redirect_uri", ""),
            ("response_type", "token"),
        ];
        wrong.extend(app.exchange.authorize_params.keys().map(|name| (name.as_str(), "another")));
        wrong.extend(app.exchange.authorize_params.keys().map(|name| (name.as_str(), "")));
        if app.exchange.pkce == Pkce::S256 {
            wrong.extend([("code_challenge", ""), ("code_challenge_method", "plain")]);
        }
        for parameter in wrong {
            let answer = app.page(&[parameter]).await;
            assert_eq!(answer.status, 400, "{} {parameter:?}", app.id());
        }
    }
}

#[actix_web::test]
async fn what_comes_back_is_proved_and_of_the_tenant_that_people_were_sent_to() {
    let app = applications().await.into_iter().find(|app| app.exchange.callback_check.is_some()).unwrap();
    let param = app.exchange.callback_check.as_ref().unwrap().param.clone();
    let meant = ("forwarded", "host=\"acme.myshopify.com\";proto=https");
    let proof = |back: &HashMap<String, String>| {
        let mut pairs: Vec<_> = back.iter().filter(|(name, _)| **name != param).collect();
        pairs.sort();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mac = Hmac::<Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
        hex::encode(mac.chain_update(pairs.join("&")).finalize().into_bytes())
    };
    let back = app.back("allow", &[meant]).await;
    assert_eq!((back["shop"].as_str(), &back[&param]), ("acme.myshopify.com", &proof(&back)));
    // Who chooses another account stays with the same tenant.
    assert!(app.page(&[meant]).await.text.contains(r#"name="forwarded" value="host=&quot;acme."#));
    let back = app.back("wrong-shop", &[meant]).await;
    assert_eq!((back["shop"].as_str(), &back[&param]), ("another-acme.myshopify.com", &proof(&back)));
    let back = app.back(&format!("wrong-{param}"), &[meant]).await;
    assert_ne!(back[&param], proof(&back));
}

#[actix_web::test]
async fn who_asks_for_tokens_says_all_that_the_entry_says() {
    for app in applications().await {
        let wrong_grant = app.exchange("sandbox-ok-acme", &[("grant_type", "password")]).await;
        app.refused(&wrong_grant);
        for name in app.exchange.token_params.keys() {
            app.refused(&app.exchange("sandbox-ok-acme", &[(name, "another")]).await);
            app.refused(&app.exchange("sandbox-ok-acme", &[(name, "")]).await);
        }
        if app.exchange.client_auth == patchbay_catalogue::ClientAuth::Body {
            app.refused(&app.exchange("sandbox-ok-acme", &[("client_secret", "another")]).await);
            app.refused(&app.exchange("sandbox-ok-acme", &[("client_id", "")]).await);
        }
        app.refused(&app.exchange("unheard-of", &[]).await);
        app.granted(&app.exchange("sandbox-ok-acme", &[]).await);
    }
}

#[actix_web::test]
async fn a_refresh_gives_the_next_token_as_the_entry_says() {
    for app in applications().await {
        let refresh = app.exchange.refresh.as_ref().unwrap();
        if refresh.mode == RefreshMode::None {
            continue;
        }
        let first = app.granted(&app.exchange(&refreshable(&app, ""), &[]).await);
        let spent = app.refresh_token(&first);
        assert!(!spent.is_empty(), "{}: {first}", app.id());
        let second = app.granted(&app.refresh(&spent).await);
        assert_ne!(app.access_token(&first), app.access_token(&second));
        let next = app.refresh_token(&second);
        match refresh.mode {
            RefreshMode::Stable => {
                assert_eq!(next, "", "{}", app.id());
                app.granted(&app.refresh(&spent).await);
                continue;
            }
            _ => assert!(!next.is_empty() && next != spent, "{}", app.id()),
        }
        // A spent one works until its successor is used, where the entry says so.
        if refresh.retry_old_s.is_some() {
            app.granted(&app.refresh(&spent).await);
        } else {
            app.refused(&app.refresh(&spent).await);
        }
        app.granted(&app.refresh(&next).await);
        if refresh.retry_old_s.is_none() {
            let word = app.refused(&app.refresh(&spent).await);
            assert!(refresh.dead.contains(&word), "{}: {word}", app.id());
        }
    }
}

#[actix_web::test]
async fn a_spent_token_to_refresh_with_is_over_once_its_successor_was_used() {
    let apps = applications().await;
    let retries = |app: &&Application| app.exchange.refresh.as_ref().unwrap().retry_old_s.is_some();
    for app in apps.iter().filter(retries) {
        let first = app.granted(&app.exchange("sandbox-ok-acme", &[]).await);
        let spent = app.refresh_token(&first);
        let second = app.granted(&app.refresh(&spent).await);
        app.granted(&app.refresh(&app.refresh_token(&second)).await);
        app.refused(&app.refresh(&spent).await);
    }
    assert!(apps.iter().any(|app| retries(&app)));
}

#[actix_web::test]
async fn a_code_decides_what_its_token_to_refresh_with_does() {
    for app in applications().await {
        if app.exchange.refresh.as_ref().unwrap().mode == RefreshMode::None {
            continue;
        }
        let mut number = 0;
        let mut with = async |kind: &str| {
            number += 1;
            let code = refreshable(&app, &format!("-{number}-refresh-{kind}"));
            let given = app.granted(&app.exchange(&code, &[]).await);
            app.refresh(&app.refresh_token(&given)).await
        };
        let word = app.refused(&with("dead").await);
        assert!(app.exchange.refresh.as_ref().unwrap().dead.contains(&word), "{}: {word}", app.id());
        assert_eq!(with("500").await.status, 500);
        assert!(matches!(with("429").await.status, 429 | 403));
        assert!(!app.is_granted(&with("no-token").await) && !app.is_granted(&with("empty-token").await));
        assert!(serde_json::from_str::<serde_json::Value>(&with("html").await.text).is_err());
        let empty = app.granted(&with("empty-refresh").await);
        if app.exchange.refresh.as_ref().unwrap().mode == RefreshMode::Rotating {
            assert_eq!(app.exchange.read.refresh_token.as_ref().unwrap().of(&empty).unwrap(), "");
        }
    }
}

#[actix_web::test]
async fn every_listed_code_does_what_it_is_listed_for() {
    for app in applications().await {
        let answer = async |kind: &str| app.exchange(&format!("sandbox-{kind}-acme"), &[]).await;
        for kind in ["refused", "used", "expired", "bad-redirect", "bad-client", "dead"] {
            app.refused(&answer(kind).await);
            app.refused(&answer(kind).await);
        }
        for (kind, status) in [("500", 500), ("503", 503), ("400", 400), ("redirect", 302)] {
            assert_eq!(answer(kind).await.status, status, "{} {kind}", app.id());
        }
        assert!(matches!(answer("429").await.status, 429 | 403), "{}", app.id());
        for kind in ["rubbish", "html", "broken", "broken-json", "no-token", "empty-token"] {
            let answer = answer(kind).await;
            assert!(answer.status == 200 && !app.is_granted(&answer), "{} {kind}", app.id());
        }
        assert!(answer("huge").await.text.len() > 2 << 20);
        for kind in ["no-refresh", "empty-refresh", "fewer-scopes", "ended"] {
            let given = app.granted(&answer(kind).await);
            let at = |pointer: &Option<patchbay_catalogue::Pointer>| {
                pointer.as_ref().and_then(|at| at.of(&given).cloned())
            };
            match kind {
                "no-refresh" => assert_eq!(app.refresh_token(&given), ""),
                "empty-refresh" if app.id() != ROTATES_ON_DEMAND => {
                    assert_eq!(
                        at(&app.exchange.read.refresh_token),
                        app.exchange.read.refresh_token.as_ref().map(|_| "".into())
                    );
                }
                "fewer-scopes" if app.exchange.read.scope.is_some() => {
                    let scopes = Application::text_at(app.exchange.read.scope.as_ref(), &given);
                    let granted =
                        scopes.split(app.exchange.scope_separator.as_str()).filter(|scope| !scope.is_empty());
                    assert_eq!(granted.count() + 1, app.exchange.scopes.len(), "{}", app.id());
                }
                "ended" if app.id() != ROTATES_ON_DEMAND => {
                    assert_eq!(
                        at(&app.exchange.read.expires_in),
                        app.exchange.read.expires_in.as_ref().map(|_| 0.into())
                    );
                    assert!(app.access_token(&given).contains("rejected"));
                    let again = app.granted(&app.refresh(&app.refresh_token(&given)).await);
                    assert!(!app.access_token(&again).contains("rejected"));
                }
                _ => {}
            }
        }
    }
}

#[actix_web::test]
async fn the_words_of_a_code_are_those_of_its_token_also_after_a_refresh() {
    for app in applications().await {
        let code = refreshable(&app, "-then-throttled2");
        let given = app.granted(&app.exchange(&code, &[]).await);
        assert!(app.access_token(&given).contains("-throttled2-"), "{given}");
        if !app.refresh_token(&given).is_empty() {
            let again = app.granted(&app.refresh(&app.refresh_token(&given)).await);
            assert!(app.access_token(&again).contains("-throttled2-"), "{again}");
        }
        let link = app.page(&[]).await.link("then-rejected");
        let code = link.split_once("code=").unwrap().1.split('&').next().unwrap();
        let given = app.granted(&app.exchange(code, &[]).await);
        assert!(app.access_token(&given).contains("-rejected-"), "{given}");
    }
}

#[actix_web::test]
async fn what_is_given_back_is_of_no_use_any_more() {
    let mut count = 0;
    for app in applications().await.into_iter().filter(|app| app.entry.disconnect.is_some()) {
        let given = app.granted(&app.exchange(&refreshable(&app, ""), &[]).await);
        let (access, refresh) = (app.access_token(&given), app.refresh_token(&given));
        let tests = &app.entry.checks[0].expect.all;
        let is_good = |answer: &crate::client::Answer| {
            let body = serde_json::from_str(&answer.text).unwrap_or_default();
            answer.status == 200 && tests.iter().all(|test| test.holds_for(&body, |_, _| None) != Some(false))
        };
        assert!(is_good(&app.checks(&access).await), "{}", app.id());
        let answer = app.disconnect(&access, &refresh).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", app.id());
        let by_refresh_token =
            matches!(&app.entry.disconnect.as_ref().unwrap().body, patchbay_catalogue::Body::Form(_));
        if by_refresh_token {
            app.refused(&app.refresh(&refresh).await);
        }
        assert!(!is_good(&app.checks(&access).await), "{}", app.id());
        count += 1;
    }
    assert!(count > 3, "{count}");
}
