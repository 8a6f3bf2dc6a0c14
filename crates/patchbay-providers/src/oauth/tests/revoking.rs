//! Giving back.

use rstest::rstest;

use super::entries::all;
use super::exchanging::basic;
use super::*;

/// The request that gives a grant back, by a provider that says that all is well.
async fn asked(exchanger: &HttpOAuthExchanger, connection: &OpenConnection, server: &mut Server) -> Heard {
    exchanger.revoke(connection).await.unwrap();
    Heard::by(server).await
}

#[tokio::test]
async fn every_entry_gives_back_by_one_request_or_by_none() {
    for way in all() {
        let mut server = scripted(vec![json_answer(200, &way.answer)]).await;
        let exchanger = exchanger_at(way.id(), server.port);
        let Some(disconnect) = &way.entry.disconnect else {
            exchanger.revoke(&way.granted()).await.unwrap();
            assert_eq!(server.connections(), 0, "{}", way.id());
            continue;
        };
        let heard = asked(&exchanger, &way.granted(), &mut server).await;
        let path = way.path(&disconnect.url, &[("token", "planted-access")]);
        assert_eq!(heard.line, format!("{} {path} HTTP/1.1", disconnect.method.as_str()), "{}", way.id());
        let sent = format!("{:?} {}", heard.headers, heard.body);
        assert!(sent.contains("planted-access") || sent.contains("planted-refresh"), "{}", way.id());
    }
}

#[tokio::test]
async fn slack_is_told_by_the_token_itself() {
    let mut server = scripted(vec![json_answer(200, &json!({"ok": true, "revoked": true}))]).await;
    let heard = asked(&exchanger_at("slack", server.port), &granted("slack", nothing()), &mut server).await;
    assert_eq!(heard.line, "POST /api/auth.revoke HTTP/1.1");
    assert_eq!((heard.header("authorization"), heard.body.as_str()), ("Bearer planted-access", ""));
}

/// An access token that has ended would have the request refused.
#[tokio::test]
async fn google_is_told_the_refresh_token_and_nothing_else() {
    let mut server = scripted(vec![json_answer(200, &nothing())]).await;
    let heard = asked(&exchanger_at("gmail", server.port), &granted("gmail", nothing()), &mut server).await;
    assert_eq!((heard.line.as_str(), heard.header("authorization")), ("POST /revoke HTTP/1.1", ""));
    assert_eq!(heard.body, "token=planted-refresh");
}

#[tokio::test]
async fn notion_is_told_by_the_application() {
    let mut server = scripted(vec![json_answer(200, &nothing())]).await;
    let heard = asked(&exchanger_at("notion", server.port), &granted("notion", nothing()), &mut server).await;
    assert_eq!(heard.header("authorization"), basic());
    assert_eq!(heard.header("notion-version"), "2026-03-11");
    assert_eq!(heard.body, r#"{"token":"planted-access"}"#);
}

#[tokio::test]
async fn hubspot_is_told_the_refresh_token_by_the_application() {
    let mut server = scripted(vec![answers(204, "", "")]).await;
    let heard =
        asked(&exchanger_at("hubspot", server.port), &granted("hubspot", nothing()), &mut server).await;
    let expected = [
        ("client_id", "the id"),
        ("client_secret", SECRET),
        ("token", "planted-refresh"),
        ("token_type_hint", "refresh_token"),
    ];
    assert_eq!(heard.parameters(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    assert_eq!(heard.header("authorization"), "");
}

#[rstest]
#[case::json(
    "json = { n = 1, t = '{token}' }",
    r#"{"n":1,"t":"planted-access","client_id":"the id","client_secret":"planted:secret"}"#
)]
#[case::form("form = { t = '{token}' }", "client_id=the+id&client_secret=planted%3Asecret&t=planted-access")]
#[case::none("", "client_id=the+id&client_secret=planted%3Asecret")]
#[tokio::test]
async fn an_application_says_in_the_body_who_it_is(#[case] body: &str, #[case] sent: &str) {
    let mut server = scripted(vec![answers(200, "", "")]).await;
    let disconnect = format!(
        "[disconnect]\nmethod = 'DELETE'\nurl = 'https://a.example/end'\nclient_auth = 'body'\n{body}"
    );
    let exchanger = foreign(&format!("{}{disconnect}", way("", STABLE)), server.port);
    let heard = asked(&exchanger, &granted("foreign", nothing()), &mut server).await;
    assert_eq!((heard.line.as_str(), heard.body.as_str()), ("DELETE /end HTTP/1.1", sent));
}

/// RFC 7009 §2.2: the content of a good answer says nothing.
#[rstest]
#[case(200, "")]
#[case(200, "<html></html>")]
#[case(204, "")]
#[case(200, r#"{"error":"x"}"#)]
#[tokio::test]
async fn a_good_status_is_enough_where_an_entry_asks_no_more(#[case] status: u16, #[case] body: &str) {
    revoked(&granted("gmail", nothing()), answers(status, "", body)).await.unwrap();
}

#[tokio::test]
async fn a_token_that_has_ended_already_is_ended() {
    for word in ["token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"] {
        let answer = json_answer(200, &json!({"ok": false, "error": word}));
        revoked(&granted("slack", nothing()), answer).await.unwrap();
    }
    let answer = json_answer(400, &json!({"error": "invalid_token"}));
    revoked(&granted("gmail", nothing()), answer).await.unwrap();
}

#[rstest]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "ratelimited"})), "Throttled")]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "fatal_error"})), "Unreachable")]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "bad_client_secret"})), "ClientRefused")]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "invalid_code"})), "Unexpected")]
#[case("slack", json_answer(200, &json!({"ok": false, "error": "planted"})), "Unexpected")]
#[case("slack", answers(200, "", "planted"), "Unexpected")]
#[case("slack", answers(429, "Retry-After: 7\r\n", ""), "Throttled")]
#[case("slack", answers(503, "", ""), "Unreachable")]
#[case("gmail", json_answer(401, &json!({"error": "invalid_client"})), "ClientRefused")]
#[case("gmail", json_answer(400, &json!({"error": "invalid_grant"})), "Unexpected")]
#[case("gmail", json_answer(404, &json!({"error": "planted"})), "Unexpected")]
#[tokio::test]
async fn what_is_not_over_is_told_apart(#[case] id: &str, #[case] manner: Manner, #[case] kind: &str) {
    assert_eq!(kind_of(&revoked(&granted(id, nothing()), manner).await.unwrap_err()), kind);
}

#[tokio::test]
async fn what_was_never_granted_is_not_given_back() {
    let server = scripted(vec![json_answer(200, &nothing())]).await;
    let owners = connection("slack", nothing(), &[("bot_token", "planted")]);
    exchanger_at("slack", server.port).revoke(&owners).await.unwrap();
    exchanger_at("messenger", server.port).revoke(&granted("messenger", nothing())).await.unwrap();
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_token_that_is_missing_is_named() {
    let bare = OpenConnection {
        tokens: credentials(&[("access_token", "planted-access")]),
        ..connection("gmail", nothing(), &[])
    };
    let error = revoked(&bare, json_answer(200, &nothing())).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == "refresh_token"), "{error:?}");
}

#[tokio::test]
async fn an_application_is_needed_only_where_it_is_named() {
    let server = scripted(vec![json_answer(200, &json!({"ok": true}))]).await;
    let mut exchanger = exchanger_at("slack", server.port);
    exchanger.applications.clear();
    exchanger.revoke(&granted("slack", nothing())).await.unwrap();
    for id in ["notion", "hubspot"] {
        let error = exchanger.revoke(&granted(id, nothing())).await.unwrap_err();
        assert!(matches!(error, ExchangeError::NotConfigured), "{id}: {error:?}");
    }
}
