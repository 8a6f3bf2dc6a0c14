//! Tokens in the place of tokens.

use patchbay_catalogue::RefreshMode;
use rstest::rstest;

use super::entries::{Way, all, put, without};
use super::exchanging::assert_asked;
use super::*;

fn refreshed_ways() -> Vec<Way> {
    let is_refreshed = |way: &Way| way.exchange.refresh.as_ref().unwrap().mode != RefreshMode::None;
    all().into_iter().filter(is_refreshed).collect()
}

#[tokio::test]
async fn every_entry_refreshes_as_it_says() {
    for way in refreshed_ways() {
        let mut server = scripted(vec![json_answer(200, &way.answer)]).await;
        let granted = exchanger_at(way.id(), server.port).refresh(&way.granted()).await.unwrap();
        let expected = [("grant_type", "refresh_token"), ("refresh_token", "planted-refresh")];
        let params = way.exchange.refresh.iter().flat_map(|refresh| &refresh.params);
        let params = params.map(|(name, template)| (name.clone(), template.to_string()));
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_asked(&Heard::by(&mut server).await, &way, expected.into_iter().chain(params).collect());
        let tokens = shown(&granted.tokens);
        assert_eq!(
            tokens[..2],
            [("access_token", "planted-new-access"), ("refresh_token", "planted-new-refresh")]
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_brings_none() {
    for way in refreshed_ways() {
        let read = &way.exchange.read;
        let absent = without(&way.answer, read.refresh_token.as_ref());
        let mut empty = absent.clone();
        put(&mut empty, read.refresh_token.as_ref().unwrap(), json!(""));
        for answer in [absent, empty] {
            let answer =
                without(&without(&answer, read.expires_in.as_ref()), read.refresh_expires_in.as_ref());
            let granted = refreshed(&way.granted(), json_answer(200, &answer)).await.unwrap();
            let names: Vec<_> = shown(&granted.tokens).iter().map(|(name, _)| *name).collect();
            assert!(names.contains(&"access_token") && !names.contains(&"refresh_token"), "{}", way.id());
            // The one that is there renews it again; how long that one lives was said before.
            let usual = way.exchange.refresh.as_ref().and_then(|refresh| refresh.access_ttl_s);
            assert_eq!(granted.lifetime, usual.map(seconds), "{}", way.id());
            assert_eq!(granted.refresh_lifetime, None, "{}", way.id());
        }
    }
}

#[tokio::test]
async fn every_word_for_the_end_of_a_grant_ends_it() {
    for way in refreshed_ways() {
        let dead = &way.exchange.refresh.as_ref().unwrap().dead;
        assert!(!dead.is_empty(), "{}", way.id());
        for word in dead {
            for status in [400, 401, 403] {
                let mut answer = nothing();
                let at = way.exchange.error_at.clone();
                put(
                    &mut answer,
                    &at.unwrap_or(patchbay_catalogue::Pointer::parse("/error").unwrap()),
                    json!(word),
                );
                let error = refreshed(&way.granted(), json_answer(status, &answer)).await.unwrap_err();
                let is_meant = matches!(&error, ExchangeError::Ended { reason } if reason == word);
                assert!(is_meant && !error.may_pass(), "{} {word}: {error:?}", way.id());
            }
        }
    }
}

/// An entry that knows no words of its own.
async fn of_plain(status: u16, answer: &Value) -> ExchangeError {
    let server = scripted(vec![json_answer(status, answer)]).await;
    foreign(&way("", STABLE), server.port).refresh(&granted("foreign", nothing())).await.unwrap_err()
}

#[rstest]
#[case(400, "Ended")]
#[case(401, "Ended")]
#[case(403, "Unexpected")]
#[case(200, "Unexpected")]
#[case(500, "Unreachable")]
#[tokio::test]
async fn an_invalid_grant_is_over_by_the_status_of_the_specification(
    #[case] status: u16,
    #[case] kind: &str,
) {
    let answer = json!({"error": "invalid_grant", "error_description": "planted"});
    assert_eq!(kind_of(&of_plain(status, &answer).await), kind);
}

#[tokio::test]
async fn words_for_codes_say_nothing_of_refresh_tokens() {
    let answer = json!({"ok": false, "error": "invalid_code"});
    let error = refreshed(&granted("slack", nothing()), json_answer(200, &answer)).await.unwrap_err();
    assert_eq!(kind_of(&error), "Unexpected");
    let rotated = json!({"ok": false, "error": "invalid_refresh_token"});
    let error = refreshed(&granted("slack", nothing()), json_answer(200, &rotated)).await.unwrap_err();
    assert!(
        matches!(&error, ExchangeError::Ended { reason } if reason == "invalid_refresh_token"),
        "{error:?}"
    );
    let error = exchanged(&granted("slack", nothing()), json_answer(200, &rotated)).await.unwrap_err();
    assert_eq!(kind_of(&error), "Unexpected");
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_is_not_refreshed() {
    let server = scripted(vec![json_answer(200, &nothing())]).await;
    let bare = OpenConnection {
        tokens: credentials(&[("access_token", "planted-access")]),
        ..connection("slack", nothing(), &[("refresh_token", "planted-owners")])
    };
    let error = exchanger_at("slack", server.port).refresh(&bare).await.unwrap_err();
    assert!(matches!(&error, ExchangeError::Incomplete { what } if what == "refresh_token"), "{error:?}");
    assert_eq!(server.connections(), 0);
}

/// An owner may have handed over tokens before a person allowed the connection.
#[tokio::test]
async fn the_refresh_token_is_that_of_the_grant() {
    let mut server = scripted(vec![json_answer(200, &json!({"access_token": "t"}))]).await;
    let both = OpenConnection {
        credentials: credentials(&[("refresh_token", "planted-owners")]),
        ..granted("gmail", nothing())
    };
    exchanger_at("gmail", server.port).refresh(&both).await.unwrap();
    assert_eq!(Heard::by(&mut server).await.parameters()["refresh_token"], "planted-refresh");
}
