//! Slack, as its documentation of `oauth.v2.access` has it.

use rstest::rstest;

use super::*;

fn full() -> Value {
    json!({
        "ok": true,
        "access_token": "xoxb-1",
        "refresh_token": "xoxe-1",
        "expires_in": 43200,
        "scope": "chat:write,incoming-webhook",
        "team": {"id": "T1", "name": "Acme"},
        "authed_user": {"id": "U1", "access_token": "xoxp-1"},
        "incoming_webhook": {
            "channel": "#general", "channel_id": "C1",
            "configuration_url": "https://acme.slack.com/services/B1",
            "url": "https://hooks.slack.com/services/T1/B1/x",
        },
    })
}

async fn outcome(manner: Manner) -> Result<Granted, ExchangeError> {
    exchanged(&connection("slack", nothing(), &[]), manner).await
}

#[tokio::test]
async fn an_answer_is_read_to_its_last_member() {
    let granted = outcome(json_answer(200, &full())).await.unwrap();
    let expected = [
        ("access_token", "xoxb-1"),
        ("refresh_token", "xoxe-1"),
        ("user_token", "xoxp-1"),
        ("webhook_url", "https://hooks.slack.com/services/T1/B1/x"),
    ];
    assert_eq!(shown(&granted.tokens), expected);
    assert_eq!(granted.account.unwrap().as_str(), "T1");
    assert_eq!(granted.scopes, ["chat:write", "incoming-webhook"]);
    assert_eq!(granted.lifetime, Some(seconds(43200)));
    let facts = json!({
        "team_id": "T1", "team_name": "Acme", "webhook_channel": "#general", "webhook_channel_id": "C1",
        "webhook_configuration_url": "https://acme.slack.com/services/B1",
    });
    assert_eq!(Value::Object(granted.facts), facts);
}

#[tokio::test]
async fn an_app_that_does_not_rotate_its_tokens_has_tokens_without_an_end() {
    let bare = json!({"ok": true, "access_token": "xoxb-1", "team": null});
    let granted = outcome(json_answer(200, &bare)).await.unwrap();
    assert_eq!((granted.account, granted.scopes.len(), granted.lifetime), (None, 0, None));
    assert!(granted.facts.is_empty());
}

#[tokio::test]
async fn the_request_is_the_one_that_slack_documents() {
    let mut server = scripted(vec![json_answer(200, &full())]).await;
    let exchanger = exchanger_at("slack", server.port);
    exchanger.exchange(&connection("slack", nothing(), &[]), &code()).await.unwrap();
    let heard = Heard::by(&mut server).await;
    assert_eq!(heard.line, "POST /api/oauth.v2.access HTTP/1.1");
    assert_eq!(heard.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(heard.header("authorization"), super::exchanging::basic());
    let form = "grant_type=authorization_code&code=planted%26code%3D\
        &redirect_uri=https%3A%2F%2Fpatchbay.example%2Foauth%2Fcallback%2Fx";
    assert_eq!(heard.body, form);
}

#[rstest]
#[case("invalid_code")]
#[case("code_already_used")]
#[case("code_expired")]
#[case("bad_redirect_uri")]
#[tokio::test]
async fn a_refused_code_is_told_by_slacks_own_word(#[case] word: &str) {
    let error = outcome(json_answer(200, &json!({"ok": false, "error": word}))).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::CodeRefused { reason } if reason == word), "{error:?}");
    assert!(!error.may_pass());
}

#[rstest]
#[case("invalid_client_id", "ClientRefused", false)]
#[case("bad_client_secret", "ClientRefused", false)]
#[case("invalid_client", "ClientRefused", false)]
#[case("ratelimited", "Throttled", true)]
#[case("internal_error", "Unreachable", true)]
#[case("fatal_error", "Unreachable", true)]
#[case("service_unavailable", "Unreachable", true)]
#[case("request_timeout", "Unreachable", true)]
#[case("planted", "Unexpected", false)]
#[tokio::test]
async fn slacks_words_are_told_apart(#[case] word: &str, #[case] kind: &str, #[case] may_pass: bool) {
    let error = outcome(json_answer(200, &json!({"ok": false, "error": word}))).await.unwrap_err();
    assert_eq!((kind_of(&error).as_str(), error.may_pass()), (kind, may_pass));
}

#[rstest]
#[case::no_ok(json!({"access_token": "planted"}))]
#[case::ok_as_text(json!({"ok": "true", "access_token": "planted"}))]
#[case::no_token(json!({"ok": true}))]
#[tokio::test]
async fn an_answer_that_is_half_a_good_one_is_none(#[case] answer: Value) {
    assert_eq!(kind_of(&outcome(json_answer(200, &answer)).await.unwrap_err()), "Unexpected");
}
