//! Every code that the fake Slack lists does what it is listed for.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Answer, Tried, encoded, text};

#[actix_web::test]
async fn every_code_of_slacks_own_is_listed() {
    let offers = Tried::start().offers("slack").await;
    let listed = offers["codes"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|code| text(code, "/code")).collect();
    let own = [
        "sandbox-no-webhook",
        "sandbox-rotating",
        "sandbox-user",
        "sandbox-internal-error",
        "your_oauth_code_here",
    ];
    assert_eq!(names, own);
    assert!(listed.iter().all(|code| !text(code, "/does").is_empty()));
}

#[actix_web::test]
async fn an_ok_code_gives_a_bot_token_and_a_webhook_once() {
    let tried = Tried::start();
    let given = tried.exchange("sandbox-ok-acme").await.granted();
    assert_eq!(
        given,
        json!({
            "ok": true,
            "app_id": "ASANDBOX",
            "authed_user": { "id": "UACME" },
            "scope": "incoming-webhook,chat:write",
            "token_type": "bot",
            "access_token": "xoxb-sandbox-acme-1",
            "bot_user_id": "WACME",
            "team": { "id": "TACME", "name": "acme" },
            "is_enterprise_install": false,
            "incoming_webhook": {
                "channel": "#acme",
                "channel_id": "CACME",
                "configuration_url": "https://acme.slack.com/services/BACME",
                "url": "https://hooks.slack.com/services/TACME/BACME/1",
            },
        })
    );
    tried.exchange("sandbox-ok-acme").await.refused("code_already_used");

    // Another code of the same team: the same team, another token.
    let again = tried.exchange("sandbox-ok-acme-2").await.granted();
    assert_eq!(again["team"], given["team"]);
    assert_ne!(again["access_token"], given["access_token"]);
    assert_ne!(again["incoming_webhook"]["url"], given["incoming_webhook"]["url"]);
    assert_eq!(tried.exchange("sandbox-ok").await.granted()["team"]["name"], "sandbox");
}

#[actix_web::test]
async fn of_many_exchanges_of_one_code_at_the_same_time_one_succeeds() {
    let tried = Tried::start();
    let all = (0..20).map(|_| tried.exchange("sandbox-ok"));
    let all = futures_util::future::join_all(all).await;
    assert_eq!(all.iter().filter(|answer| answer.json()["ok"] == true).count(), 1);
}

#[actix_web::test]
async fn without_a_webhook_there_is_no_such_member() {
    let given = Tried::start().exchange("sandbox-no-webhook-acme").await.granted();
    assert_eq!((given.get("incoming_webhook"), text(&given, "/scope")), (None, "chat:write"));
    assert!(given["access_token"].is_string());
}

#[actix_web::test]
async fn a_rotating_token_comes_with_one_to_refresh_it() {
    let given = Tried::start().exchange("sandbox-rotating").await.granted();
    assert_eq!(given["expires_in"], 43_200);
    assert!(text(&given, "/access_token").starts_with("xoxe.xoxb-"));
    assert!(text(&given, "/refresh_token").starts_with("xoxe-"));
}

#[actix_web::test]
async fn a_person_who_grants_something_gives_a_token_too() {
    let tried = Tried::start();
    let given = tried.exchange("sandbox-user-acme").await.granted();
    assert_eq!(given["authed_user"]["token_type"], "user");
    let (user, bot) = (text(&given, "/authed_user/access_token"), text(&given, "/access_token"));
    assert!(user.starts_with("xoxp-") && bot.starts_with("xoxb-"), "{given}");
    for token in [user, bot] {
        assert_eq!(tried.call("auth.test", token).await.granted()["team_id"], "TACME");
    }
}

#[actix_web::test]
async fn the_documented_example_works_as_often_as_one_likes() {
    let tried = Tried::start();
    for _ in 0..3 {
        let given = tried.exchange("your_oauth_code_here").await.granted();
        assert_eq!(given["access_token"], "your_access_token");
        assert_eq!(given["team"], json!({ "id": "your_team_id", "name": "your_team_name" }));
        assert_eq!(
            given["incoming_webhook"],
            json!({
                "channel": "your_channel",
                "channel_id": "your_channel_id",
                "configuration_url": "your_configuration_url",
                "url": "your_webhook_url",
            })
        );
        assert_eq!(tried.call("auth.test", "your_access_token").await.granted()["team_id"], "your_team_id");
        tried.call("auth.revoke", "your_access_token").await.granted();
        tried.call("auth.test", "your_access_token").await.refused("invalid_auth");
    }
}

#[actix_web::test]
async fn codes_that_are_refused_are_refused_every_time() {
    let tried = Tried::start();
    for (code, error) in [
        ("sandbox-used", "code_already_used"),
        ("sandbox-bad-redirect", "bad_redirect_uri"),
        ("sandbox-bad-redirect-acme", "bad_redirect_uri"),
        ("sandbox-expired", "invalid_code"),
        ("sandbox-internal-error", "internal_error"),
        ("unheard-of", "invalid_code"),
        ("sandbox-okay", "invalid_code"),
        ("", "invalid_code"),
    ] {
        tried.exchange(code).await.refused(error);
        tried.exchange(code).await.refused(error);
    }
}

#[actix_web::test]
async fn a_token_may_be_revoked_or_throttled_from_the_start() {
    let tried = Tried::start();
    let revoked = tried.exchange("sandbox-revoked").await.granted();
    tried.call("auth.test", text(&revoked, "/access_token")).await.refused("invalid_auth");
    let throttled = tried.exchange("sandbox-throttled").await.granted();
    for method in ["auth.test", "auth.revoke"] {
        expect_throttled(&tried.call(method, text(&throttled, "/access_token")).await);
    }
}

fn expect_throttled(answer: &Answer) {
    assert_eq!((answer.status, answer.header("retry-after")), (429, "30"));
    assert_eq!(answer.json()["ok"], false);
}

#[actix_web::test]
async fn a_failing_slack_answers_with_its_status() {
    let tried = Tried::start();
    assert_eq!(tried.exchange("sandbox-500").await.status, 500);
    assert_eq!(tried.exchange("sandbox-503").await.status, 503);
    expect_throttled(&tried.exchange("sandbox-429").await);
}

#[actix_web::test]
async fn a_confused_slack_answers_what_is_no_grant() {
    let tried = Tried::start();
    let rubbish = tried.exchange("sandbox-rubbish").await;
    assert_eq!((rubbish.status, rubbish.header("content-type")), (200, "text/html; charset=utf-8"));
    let broken = tried.exchange("sandbox-broken-json").await;
    assert_eq!((broken.status, broken.header("content-type")), (200, "application/json"));
    assert!(serde_json::from_str::<Value>(&broken.text).is_err(), "{broken:?}");
    let no_token = tried.exchange("sandbox-no-token").await.granted();
    assert_eq!(no_token.get("access_token"), None);
    let redirect = tried.exchange("sandbox-redirect").await;
    assert_eq!(
        (redirect.status, redirect.header("location")),
        (302, "http://169.254.169.254/latest/meta-data/")
    );
}

#[actix_web::test]
async fn a_flood_goes_on_for_longer_than_anyone_should_read() {
    let tried = Tried::start();
    let mut flood = tried.exchanging(&[("code", "sandbox-flood")]).send().await.unwrap();
    assert_eq!(flood.status(), 200);
    let mut read = 0;
    while read < 8 << 20 {
        read += flood.chunk().await.unwrap().expect("the flood has an end").len();
    }
    drop(flood);
    tried.exchange("sandbox-ok").await.granted();
}

/// Sends an exchange of the code that hangs, and waits until it hangs.
async fn hanging(tried: &Tried) -> TcpStream {
    tried.forget().await;
    let mut stream = TcpStream::connect(tried.sandbox.url().trim_start_matches("http://")).await.unwrap();
    let body = encoded(&[
        ("client_id", "sandbox-client"),
        ("client_secret", "sandbox-secret"),
        ("code", "sandbox-hang"),
    ]);
    let head = format!(
        "POST /slack/api/oauth.v2.access HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    tried.recorded("POST /slack/api/oauth.v2.access sandbox-hang hang").await;
    stream
}

#[actix_web::test]
async fn a_hang_ends_when_the_client_goes_away() {
    let tried = Tried::start();
    // More than may be connected at once: none of them may stay behind.
    for _ in 0..300 {
        drop(hanging(&tried).await);
    }
    tried.exchange("sandbox-ok").await.granted();
}

#[actix_web::test]
async fn a_hang_holds_nobody_up_and_ends_with_the_sandbox() {
    let tried = Tried::start();
    let streams = [hanging(&tried).await, hanging(&tried).await];
    tried.exchange("sandbox-ok").await.granted();
    tried.sandbox.stop().await;
    for stream in streams {
        stream.readable().await.unwrap();
        let read = stream.try_read(&mut [0; 1]);
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    }
}
