//! What can be done with a token.

use serde_json::json;

use crate::client::{Answer, Tried, text};

#[actix_web::test]
async fn a_token_says_whose_it_is() {
    let tried = Tried::start();
    let given = tried.exchange("sandbox-ok-acme").await.granted();
    assert_eq!(
        tried.call("auth.test", text(&given, "/access_token")).await.granted(),
        json!({
            "ok": true,
            "url": "https://acme.slack.com/",
            "team": "acme",
            "user": "patchbay",
            "team_id": "TACME",
            "user_id": "WACME",
            "is_enterprise_install": false,
            "bot_id": "BACME",
        })
    );
}

#[actix_web::test]
async fn a_revoked_token_is_of_no_use_and_others_are() {
    let tried = Tried::start();
    let [revoked, other] = [tried.exchange("sandbox-ok-a").await, tried.exchange("sandbox-ok-b").await]
        .map(|answer| text(&answer.granted(), "/access_token").to_owned());
    let answer = tried.call("auth.revoke", &revoked).await.granted();
    assert_eq!(answer, json!({ "ok": true, "revoked": true }));
    for method in ["auth.test", "auth.revoke"] {
        tried.call(method, &revoked).await.refused("invalid_auth");
    }
    tried.call("auth.test", &other).await.granted();
}

#[actix_web::test]
async fn nobody_is_known_without_a_token() {
    let tried = Tried::start();
    for method in ["auth.test", "auth.revoke"] {
        let none = tried.post(&format!("/slack/api/{method}")).send().await.unwrap();
        Answer::read(none).await.refused("invalid_auth");
    }
}

#[actix_web::test]
async fn a_sandbox_knows_whose_the_tokens_of_another_are_and_not_which_of_them_ended() {
    let (one, other) = (Tried::start(), Tried::start());
    let given = one.exchange("sandbox-ok-acme").await.granted();
    let token = text(&given, "/access_token");
    one.call("auth.revoke", token).await.granted();
    assert_eq!(other.call("auth.test", token).await.granted()["team_id"], "TACME");
    other.exchange("sandbox-ok-acme").await.granted();
}
