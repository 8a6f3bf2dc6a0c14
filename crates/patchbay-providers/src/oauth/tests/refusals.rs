//! What grants nothing.

use patchbay_catalogue::{Test, WaitReading};
use rstest::rstest;

use super::entries::{all, put, without};
use super::*;
use crate::testing::{says, server};

/// What comes of each of the two ways to get tokens.
async fn of_both(connection: &OpenConnection, manner: Manner) -> [ExchangeError; 2] {
    let code = exchanged(connection, manner.clone()).await.unwrap_err();
    [code, refreshed(connection, manner).await.unwrap_err()]
}

#[tokio::test]
async fn what_no_entry_can_mean_grants_nothing_anywhere() {
    for way in all() {
        let good = way.answer.to_string();
        let bare = without(&way.answer, way.exchange.read.access_token.as_ref());
        let empty = {
            let mut answer = way.answer.clone();
            put(&mut answer, way.exchange.read.access_token.as_ref().unwrap(), json!(""));
            answer
        };
        for (manner, kind, may_pass) in [
            (json_answer(200, &bare), "Unexpected", false),
            (json_answer(200, &empty), "Unexpected", false),
            (json_answer(400, &way.answer), "Unexpected", false),
            (json_answer(200, &json!(["planted"])), "Unexpected", false),
            (answers(200, "", "<html>planted</html>"), "Unexpected", false),
            (answers(200, "", ""), "Unexpected", false),
            (answers(302, "Location: http://127.0.0.1/planted\r\n", ""), "Unexpected", false),
            (Manner::Floods("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "planted"), "Unexpected", false),
            (answers(500, "", &good), "Unreachable", true),
            (answers(503, "", "planted"), "Unreachable", true),
            (says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), "Unreachable", true),
            (says("planted\r\n\r\n"), "Unreachable", true),
            (answers(429, "", "planted"), "Throttled", true),
        ] {
            for error in of_both(&way.granted(), manner).await {
                assert_eq!((kind_of(&error).as_str(), error.may_pass()), (kind, may_pass), "{}", way.id());
            }
        }
    }
}

#[tokio::test]
async fn a_good_answer_passes_every_test_of_its_entry() {
    for way in all() {
        for test in way.exchange.ok.iter().filter(|test| !matches!(test.test, Test::SameAs(_))) {
            let error =
                exchanged(&way.connection, json_answer(200, &without(&way.answer, Some(&test.at)))).await;
            assert_eq!(kind_of(&error.unwrap_err()), "Unexpected", "{} {}", way.id(), test.at);
        }
    }
}

/// Each header that an entry reads, in the form that it reads.
#[tokio::test]
async fn every_wait_that_an_entry_declares_is_understood() {
    for way in all() {
        for wait in way.entry.limits.iter().flat_map(|limits| &limits.wait) {
            let (short, long, expected) = match wait.reading {
                WaitReading::Seconds | WaitReading::SecondsOrDate => ("7", "90000", 7),
                WaitReading::Milliseconds => ("7000", "90000000", 7),
                WaitReading::EpochSeconds => ("1795176007", "1799999999", 7),
                WaitReading::MetaUsageMinutes => (
                    r#"{"17":[{"estimated_time_to_regain_access":1}]}"#,
                    r#"{"17":[{"estimated_time_to_regain_access":90000}]}"#,
                    60,
                ),
            };
            let longest = way.entry.limits.as_ref().and_then(|limits| limits.max_wait_s).unwrap_or(86_400);
            for (value, expected) in [(short, expected.min(longest)), (long, longest)] {
                let throttled = answers(429, &format!("{}: {value}\r\n", wait.header), "planted");
                for error in of_both(&way.granted(), throttled).await {
                    let is_meant =
                        matches!(error, ExchangeError::Throttled { wait } if wait == Some(seconds(expected)));
                    assert!(is_meant, "{} {}: {error:?}", way.id(), wait.header);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_answer_that_an_entry_calls_throttled_is() {
    for way in all() {
        for throttled in way.entry.limits.iter().flat_map(|limits| &limits.throttled) {
            let mut answer = nothing();
            if let Some(test) = &throttled.body {
                let Test::Any(values) = &test.test else { panic!("{}: {test:?}", way.id()) };
                put(&mut answer, &test.at, values[0].clone());
            }
            let statuses = 400..600;
            let mut meant = statuses
                .chain([200])
                .filter(|status| throttled.status.iter().any(|rule| rule.holds_for(*status)));
            let manner = json_answer(meant.next().unwrap_or(400), &answer);
            for error in of_both(&way.granted(), manner).await {
                assert_eq!(kind_of(&error), "Throttled", "{}", way.id());
            }
        }
    }
}

/// An entry of somebody else's that is answered so.
async fn of_foreign(more: &str, status: u16, answer: &Value) -> [ExchangeError; 2] {
    let server = scripted(vec![json_answer(status, answer)]).await;
    let exchanger = foreign(&way(more, STABLE), server.port);
    let connection = granted("foreign", nothing());
    [
        exchanger.exchange(&connection, &code()).await.unwrap_err(),
        exchanger.refresh(&connection).await.unwrap_err(),
    ]
}

#[rstest]
#[case("invalid_client", "ClientRefused", "ClientRefused")]
#[case("unauthorized_client", "ClientRefused", "ClientRefused")]
#[case("invalid_grant", "CodeRefused", "Ended")]
#[case("invalid_request", "Unexpected", "Unexpected")]
#[case("invalid_scope", "Unexpected", "Unexpected")]
#[case("unsupported_grant_type", "Unexpected", "Unexpected")]
#[case("temporarily_unavailable", "Unreachable", "Unreachable")]
#[case("planted", "Unexpected", "Unexpected")]
#[tokio::test]
async fn the_words_of_the_specification_are_known_everywhere(
    #[case] word: &str,
    #[case] for_code: &str,
    #[case] for_refresh: &str,
) {
    for (more, answer) in [
        ("", json!({"error": word, "error_description": "planted"})),
        ("error_at = '/fault/code'", json!({"fault": {"code": word, "text": "planted"}, "error": "planted"})),
    ] {
        let kinds = of_foreign(more, 400, &answer).await.map(|error| kind_of(&error));
        assert_eq!(kinds, [for_code, for_refresh], "{more}");
    }
}

/// Some providers answer 200 to everything.
#[tokio::test]
async fn a_word_counts_beside_any_status_where_there_is_no_token() {
    let [code, _] = of_foreign("", 200, &json!({"error": "invalid_grant"})).await;
    assert_eq!((kind_of(&code).as_str(), code.to_string().as_str()), ("CodeRefused", "invalid_grant"));
}

const REJECT: &str = "reject = [{ at = '/e', any = ['bad_code'], reason = 'code_refused' }, \
    { at = '/e', is = 'over', reason = 'ended' }, { at = '/e', any = ['who'], reason = 'client_refused' }, \
    { at = '/e', any = ['slow', 7], reason = 'throttled' }, { at = '/e', any = ['down'], reason = 'provider_unreachable' }, \
    { status = [418], reason = 'code_refused' }, { at = '/gone', test = 'present', reason = 'ended' }]";

#[rstest]
#[case(200, json!({"e": "bad_code"}), "CodeRefused: bad_code", "Unexpected")]
#[case(500, json!({"e": "bad_code"}), "CodeRefused: bad_code", "Unreachable")]
#[case(400, json!({"e": "over"}), "Unexpected", "Ended: over")]
#[case(400, json!({"e": "who"}), "ClientRefused", "ClientRefused")]
#[case(400, json!({"e": "slow"}), "Throttled", "Throttled")]
#[case(400, json!({"e": 7}), "Throttled", "Throttled")]
#[case(200, json!({"e": "down"}), "Unreachable", "Unreachable")]
#[case(418, json!({"e": "planted"}), "CodeRefused: code_refused", "Unexpected")]
#[case(400, json!({"gone": "planted"}), "Unexpected", "Ended: ended")]
#[case(400, json!({"e": "planted"}), "Unexpected", "Unexpected")]
#[tokio::test]
async fn an_entrys_own_words_are_known_where_they_are_meant(
    #[case] status: u16,
    #[case] answer: Value,
    #[case] for_code: &str,
    #[case] for_refresh: &str,
) {
    let told = of_foreign(REJECT, status, &answer).await.map(|error| {
        let kind = kind_of(&error);
        match error {
            ExchangeError::CodeRefused { reason } | ExchangeError::Ended { reason } => {
                format!("{kind}: {reason}")
            }
            _ => kind,
        }
    });
    assert_eq!(told, [for_code, for_refresh]);
}

/// What an entry says of an answer goes before all else.
#[tokio::test]
async fn an_answer_that_an_entry_rejects_grants_nothing_whatever_else_it_has() {
    let answer = json!({"access_token": "planted", "e": "down"});
    assert_eq!(of_foreign(REJECT, 200, &answer).await.map(|error| kind_of(&error)), ["Unreachable"; 2]);
}

#[tokio::test]
async fn a_test_that_only_warns_refuses_nothing() {
    let server = scripted(vec![json_answer(200, &json!({"access_token": "t"}))]).await;
    let text = way("ok = [{ at = '/a', test = 'present', level = 'warn' }]", STABLE);
    foreign(&text, server.port).exchange(&connection("foreign", nothing(), &[]), &code()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_costs_ten_seconds_at_the_most() {
    let server = server(Manner::Hangs("")).await;
    let exchanger = exchanger_at("slack", server.port);
    let connection = granted("slack", nothing());
    for asked in ["exchange", "refresh", "revoke"] {
        let begun = tokio::time::Instant::now();
        let error = match asked {
            "exchange" => exchanger.exchange(&connection, &code()).await.map(drop),
            "refresh" => exchanger.refresh(&connection).await.map(drop),
            _ => exchanger.revoke(&connection).await,
        };
        let error = error.unwrap_err();
        assert!(matches!(error, ExchangeError::TimedOut) && error.may_pass(), "{asked}: {error:?}");
        assert_eq!(begun.elapsed().as_secs(), 10, "{asked}");
    }
}
