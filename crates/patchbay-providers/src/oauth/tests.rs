use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::OutboundPolicy;
use crate::testing::{Manner, Server, says, server};

fn exchanger_at(port: u16, redirect_uri: Option<&str>) -> HttpOAuthExchanger {
    let application = OAuthClient {
        id: "the id".to_owned(),
        secret: "planted:secret".into(),
        redirect_uri: redirect_uri.map(str::to_owned),
        base_url: Some(format!("http://127.0.0.1:{port}").parse().unwrap()),
    };
    let client = GuardedClient::new(OutboundPolicy::default());
    HttpOAuthExchanger::new(client, HashMap::from([(ProviderId::slack(), application)]))
}

async fn exchange(server: &Server) -> Result<Granted, ExchangeError> {
    exchanger_at(server.port, None).exchange(&ProviderId::slack(), &"planted-code".into()).await
}

fn answers(status: &str, body: &str) -> Manner {
    says(&format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

fn ok(body: &Value) -> Manner {
    answers("200 OK", &body.to_string())
}

async fn outcome(manner: Manner) -> Result<Granted, ExchangeError> {
    exchange(&server(manner).await).await
}

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

#[tokio::test]
async fn an_answer_is_read_to_its_last_member() {
    let granted = outcome(ok(&full())).await.unwrap();
    let tokens: Vec<_> =
        granted.tokens.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    let expected = [
        ("access_token", "xoxb-1"),
        ("refresh_token", "xoxe-1"),
        ("user_token", "xoxp-1"),
        ("webhook_url", "https://hooks.slack.com/services/T1/B1/x"),
    ];
    assert_eq!(tokens, expected);
    assert_eq!(granted.account.unwrap().as_str(), "T1");
    assert_eq!(granted.scopes, ["chat:write", "incoming-webhook"]);
    assert_eq!(granted.lifetime, Some(Duration::from_secs(43200)));
    let facts = json!({
        "team_id": "T1", "team_name": "Acme", "webhook_channel": "#general", "webhook_channel_id": "C1",
        "webhook_configuration_url": "https://acme.slack.com/services/B1",
    });
    assert_eq!(Value::Object(granted.facts), facts);
}

#[tokio::test]
async fn an_answer_with_nothing_but_a_token_is_enough() {
    let bare = json!({"ok": true, "access_token": "xoxb-1", "team": null, "expires_in": "soon"});
    let granted = outcome(ok(&bare)).await.unwrap();
    assert_eq!((granted.account, granted.scopes.len(), granted.lifetime), (None, 0, None));
    assert!(granted.facts.is_empty());
}

#[tokio::test]
async fn the_request_is_the_one_that_slack_documents() {
    let mut server = server(ok(&full())).await;
    let redirect_uri = Some("https://patchbay.example/oauth/callback/slack");
    exchanger_at(server.port, redirect_uri).exchange(&ProviderId::slack(), &"a&code=".into()).await.unwrap();
    let head = server.heard().await.to_lowercase();
    assert!(head.starts_with("post /api/oauth.v2.access http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert!(head.contains("forwarded: host=\"slack.com\";proto=https\r\n"), "{head}");
    // RFC 6749 §2.3.1: both are form-encoded before they are joined.
    let basic = BASE64_STANDARD.encode("the+id:planted%3Asecret").to_lowercase();
    assert!(head.contains(&format!("authorization: basic {basic}\r\n")), "{head}");
    let form = "grant_type=authorization_code&code=a%26code%3D\
        &redirect_uri=https%3A%2F%2Fpatchbay.example%2Foauth%2Fcallback%2Fslack";
    assert!(head.contains(&format!("content-length: {}\r\n", form.len())), "{head}");
}

#[rstest]
#[case("invalid_code")]
#[case("code_already_used")]
#[case("bad_redirect_uri")]
#[tokio::test]
async fn a_refused_code_is_told_by_the_providers_own_word(#[case] word: &str) {
    let error = outcome(ok(&json!({"ok": false, "error": word}))).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::CodeRefused { reason } if reason == word), "{error:?}");
    assert!(!error.may_pass());
}

#[rstest]
#[case::client(answers("200 OK", r#"{"ok":false,"error":"bad_client_secret"}"#), "ClientRefused", false)]
#[case::rate(answers("200 OK", r#"{"ok":false,"error":"ratelimited"}"#), "Throttled", true)]
#[case::status_429(answers("429 Too Many Requests", ""), "Throttled", true)]
#[case::status_500(
    answers("500 Internal Server Error", r#"{"ok":true,"access_token":"planted"}"#),
    "Unreachable",
    true
)]
#[case::status_503(answers("503 Service Unavailable", "planted"), "Unreachable", true)]
#[case::out_of_order(answers("200 OK", r#"{"ok":false,"error":"fatal_error"}"#), "Unreachable", true)]
#[case::breaks_off(says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "Unreachable", true)]
#[case::no_http(says("planted\r\n\r\n"), "Unreachable", true)]
#[case::redirect(
    says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/planted\r\nContent-Length: 0\r\n\r\n"),
    "Unexpected",
    false
)]
#[case::floods(
    Manner::Floods("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "planted"),
    "Unexpected",
    false
)]
#[case::rubbish(answers("200 OK", "<html>planted</html>"), "Unexpected", false)]
#[case::not_an_object(answers("200 OK", r#"["planted"]"#), "Unexpected", false)]
#[case::unknown_word(answers("200 OK", r#"{"ok":false,"error":"planted"}"#), "Unexpected", false)]
#[case::no_ok(answers("200 OK", r#"{"access_token":"planted"}"#), "Unexpected", false)]
#[case::ok_as_text(answers("200 OK", r#"{"ok":"true","access_token":"planted"}"#), "Unexpected", false)]
#[case::status_400(
    answers("400 Bad Request", r#"{"ok":true,"access_token":"planted"}"#),
    "Unexpected",
    false
)]
#[case::no_token(answers("200 OK", r#"{"ok":true}"#), "Unexpected", false)]
#[case::empty_token(answers("200 OK", r#"{"ok":true,"access_token":""}"#), "Unexpected", false)]
#[case::token_is_no_text(answers("200 OK", r#"{"ok":true,"access_token":["planted"]}"#), "Unexpected", false)]
#[case::nul(answers("200 OK", r#"{"ok":true,"access_token":"planted\u0000"}"#), "Unexpected", false)]
#[tokio::test]
async fn what_gives_nothing_is_told_apart_and_shows_nothing_of_the_answer(
    #[case] manner: Manner,
    #[case] kind: &str,
    #[case] may_pass: bool,
) {
    let error = outcome(manner).await.unwrap_err();
    let shown = format!("{error:?} {error}");
    assert!(shown.starts_with(kind) && !shown.contains("planted"), "{shown}");
    assert_eq!(error.may_pass(), may_pass, "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_costs_ten_seconds_at_the_most() {
    let server = server(Manner::Hangs("")).await;
    let begun = tokio::time::Instant::now();
    let error = exchange(&server).await.unwrap_err();
    assert!(matches!(error, ExchangeError::TimedOut) && error.may_pass(), "{error:?}");
    assert_eq!(begun.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn long_texts_of_a_provider_are_not_kept() {
    let mut answer = full();
    answer["team"]["name"] = "x".repeat(MAX_BYTES / 2).into();
    let error = outcome(ok(&answer)).await.unwrap_err();
    assert!(matches!(error, ExchangeError::Unexpected(_)), "{error:?}");
}

#[tokio::test]
async fn a_provider_without_an_application_is_not_asked() {
    let client = GuardedClient::new(OutboundPolicy::default());
    let exchanger = HttpOAuthExchanger::new(client, HashMap::new());
    for provider in [ProviderId::slack(), ProviderId::json_manifest()] {
        let error = exchanger.exchange(&provider, &"code".into()).await.unwrap_err();
        assert!(matches!(error, ExchangeError::NotConfigured), "{error:?}");
    }
}

async fn revoke(server: &Server) -> Result<(), ExchangeError> {
    let tokens = Credentials::single(CredentialName::access_token(), "xoxb-1".into());
    exchanger_at(server.port, None).revoke(&ProviderId::slack(), &tokens).await
}

#[tokio::test]
async fn a_token_is_ended_with_itself_as_bearer() {
    let mut server = server(ok(&json!({"ok": true, "revoked": true}))).await;
    revoke(&server).await.unwrap();
    let head = server.heard().await;
    assert!(head.starts_with("POST /api/auth.revoke HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("authorization: bearer xoxb-1\r\n"), "{head}");
}

#[tokio::test]
async fn a_token_that_has_ended_already_is_ended() {
    revoke(&server(ok(&json!({"ok": false, "error": "token_revoked"}))).await).await.unwrap();
    let error = revoke(&server(ok(&json!({"ok": false, "error": "ratelimited"}))).await).await.unwrap_err();
    assert!(matches!(error, ExchangeError::Throttled), "{error:?}");
}

#[test]
fn nothing_of_an_application_that_is_secret_is_in_debug_output() {
    let shown = format!("{:?}", exchanger_at(1, None));
    assert!(shown.contains("the id") && !shown.contains("planted"), "{shown}");
}
