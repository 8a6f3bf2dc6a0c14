//! Being asked to slow down.

use patchbay_catalogue::{Backoff, Limits, Wait, WaitReading};
use patchbay_domain::VerificationClass as Class;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::asking::wait::asked_for;

fn limits(waits: &[(&str, WaitReading)], backoff: Option<Backoff>, max_wait_s: Option<u64>) -> Limits {
    let wait =
        |(header, reading): &(&str, WaitReading)| Wait { header: (*header).to_owned(), reading: *reading };
    Limits { throttled: Vec::new(), wait: waits.iter().map(wait).collect(), backoff, max_wait_s }
}

#[rstest]
#[case(WaitReading::Seconds, "30", Some(30_000))]
#[case(WaitReading::Seconds, " 0 ", Some(0))]
#[case(WaitReading::Seconds, "1.5", Some(1_500))]
#[case(WaitReading::Seconds, "99999999999999999999", Some(86_400_000))]
#[case(WaitReading::Seconds, "-1", None)]
#[case(WaitReading::Seconds, "1e3", None)]
#[case(WaitReading::Seconds, "inf", None)]
#[case(WaitReading::Seconds, "soon", None)]
#[case(WaitReading::Seconds, "", None)]
#[case(WaitReading::Milliseconds, "1500", Some(1_500))]
#[case(WaitReading::Milliseconds, "1.5", None)]
#[case(WaitReading::SecondsOrDate, "7", Some(7_000))]
#[case(WaitReading::SecondsOrDate, "Fri, 20 Nov 2026 12:00:30 GMT", Some(30_000))]
#[case(WaitReading::SecondsOrDate, "Friday, 20-Nov-26 12:00:30 GMT", Some(30_000))]
#[case(WaitReading::SecondsOrDate, "Fri Nov 20 12:00:30 2026", Some(30_000))]
#[case(WaitReading::SecondsOrDate, "Fri, 20 Nov 2026 11:00:00 GMT", Some(0))]
#[case(WaitReading::SecondsOrDate, "tomorrow", None)]
#[case(WaitReading::EpochSeconds, "1795176045", Some(45_000))]
#[case(WaitReading::EpochSeconds, "1000000000", Some(0))]
#[case(WaitReading::EpochSeconds, "9223372036854775807", None)]
#[case(
    WaitReading::MetaUsageMinutes,
    r#"{"1":[{"estimated_time_to_regain_access":3}],"2":[{"estimated_time_to_regain_access":5},{"type":"x"}]}"#,
    Some(300_000)
)]
#[case(WaitReading::MetaUsageMinutes, r#"{"1":[{"estimated_time_to_regain_access":0}]}"#, None)]
#[case(
    WaitReading::MetaUsageMinutes,
    r#"{"1":[{"estimated_time_to_regain_access":18446744073709551615}]}"#,
    Some(86_400_000)
)]
#[case(WaitReading::MetaUsageMinutes, "[]", None)]
#[case(WaitReading::MetaUsageMinutes, "{", None)]
fn a_time_to_wait_is_read_as_its_header_means_it(
    #[case] reading: WaitReading,
    #[case] text: &str,
    #[case] milliseconds: Option<u64>,
) {
    let limits = limits(&[("x-wait", reading)], None, None);
    let wait = asked_for(&limits, |name| (name == "x-wait").then_some(text), Stopped.now());
    assert_eq!(wait, milliseconds.map(Duration::from_millis));
}

#[test]
fn the_first_header_that_can_be_read_counts_then_backing_off_and_never_too_long() {
    let backoff = Some(Backoff { first_ms: 500, factor: 2.0, max_ms: 30_000, jitter: 0.5 });
    let waits = [("a", WaitReading::Seconds), ("b", WaitReading::Milliseconds)];
    let wait = |limits: &Limits, headers: HashMap<&str, &'static str>| {
        asked_for(limits, |name| headers.get(name).copied(), Stopped.now()).map(|wait| wait.as_millis())
    };
    let both = limits(&waits, backoff, Some(60));
    assert_eq!(wait(&both, HashMap::from([("a", "3"), ("b", "4")])), Some(3_000));
    assert_eq!(wait(&both, HashMap::from([("a", "soon"), ("b", "4")])), Some(4));
    assert_eq!(wait(&both, HashMap::new()), Some(500));
    assert_eq!(wait(&both, HashMap::from([("a", "3600")])), Some(60_000));
    assert_eq!(wait(&limits(&waits, None, None), HashMap::new()), None);
}

/// What came of it, how often was asked, and how long was waited.
async fn asked_slack(manners: Vec<Manner>) -> (Class, usize, Vec<Duration>) {
    let server = scripted(manners).await;
    let (verifier, pause) = verifier_of(catalogue(), "slack", server.port);
    let class = verifier.verify(&slack().0).await.class;
    let waited = pause.0.lock().unwrap().clone();
    (class, server.connections(), waited)
}

fn later(seconds: &str) -> Manner {
    answers(429, &format!("Retry-After: {seconds}\r\n"), "")
}

#[tokio::test]
async fn a_moment_is_waited_once() {
    let good = || json_answer(200, &slack().1);
    let second = Duration::from_secs(1);
    assert_eq!(asked_slack(vec![later("1"), good()]).await, (Class::Ok, 2, vec![second]));
    assert_eq!(asked_slack(vec![later("1"), later("1"), good()]).await, (Class::Throttled, 2, vec![second]));
    assert_eq!(asked_slack(vec![later("2"), good()]).await, (Class::Ok, 2, vec![2 * second]));
    assert_eq!(asked_slack(vec![later("3"), good()]).await, (Class::Throttled, 1, vec![]));
    assert_eq!(asked_slack(vec![answers(429, "", ""), good()]).await, (Class::Throttled, 1, vec![]));
}

#[tokio::test]
async fn nothing_but_throttling_is_waited_for() {
    let unavailable = answers(503, "Retry-After: 1\r\n", "");
    let outcome = asked_slack(vec![unavailable, json_answer(200, &slack().1)]).await;
    assert_eq!(outcome, (Class::ProviderUnreachable, 1, vec![]));
}

#[tokio::test]
async fn the_one_wait_is_for_all_checks_together() {
    let connection = connection("messenger", json!({}), &[("page_access_token", "planted")]);
    let entry = foreign(
        "[[auth]]\nid = 'a'\ntype = 'static'\n\
         [[verify]]\nid = 'a'\nmethod = 'GET'\nurl = 'https://a.example/a'\nexpect = { status = [200] }\n\
         [[verify]]\nid = 'b'\nmethod = 'GET'\nurl = 'https://a.example/b'\nexpect = { status = [200] }\n\
         [limits]\nthrottled = [{ status = [429] }]\nwait = [{ header = 'retry-after', as = 'seconds' }]\n",
    );
    let good = || json_answer(200, &json!({}));
    let mut server = scripted(vec![later("1"), good(), later("1"), good()]).await;
    let (verifier, pause) = verifier_of(catalogue(), "foreign", server.port);
    let verification = verifier.verify_by(&entry, &connection).await;
    assert_eq!((verification.class, server.connections()), (Class::Throttled, 3));
    assert_eq!(verification.detail.unwrap(), "the provider asks to wait 1 s");
    assert_eq!(pause.0.lock().unwrap().len(), 1);
    for path in ["/a", "/a", "/b"] {
        assert!(server.heard().await.starts_with(&format!("GET {path} ")));
    }
}

/// Each header that an entry reads, in the form that it reads.
#[tokio::test]
async fn every_wait_that_an_entry_declares_is_understood() {
    for good in super::entries::all() {
        let id = good.connection.provider.as_str();
        for wait in entry(id).limits.iter().flat_map(|limits| &limits.wait) {
            let value = match wait.reading {
                WaitReading::Seconds | WaitReading::SecondsOrDate => "7",
                WaitReading::Milliseconds => "7000",
                WaitReading::EpochSeconds => "1795176007",
                WaitReading::MetaUsageMinutes => r#"{"17":[{"estimated_time_to_regain_access":1}]}"#,
            };
            let throttled = answers(429, &format!("{}: {value}\r\n", wait.header), "");
            let verification = outcome(&good.connection, vec![throttled]).await;
            let minute = wait.reading == WaitReading::MetaUsageMinutes;
            let expected =
                if minute { "the provider asks to wait 60 s" } else { "the provider asks to wait 7 s" };
            assert_eq!(verification.class, Class::Throttled, "{id}");
            assert_eq!(verification.detail.as_deref(), Some(expected), "{id} {}", wait.header);
        }
    }
}
