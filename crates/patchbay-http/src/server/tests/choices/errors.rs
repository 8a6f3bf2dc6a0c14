//! A refusal says when, and what the log calls it.

use patchbay_domain::Clock;

use super::super::overheard;
use super::*;

const NOW: &str = "2031-02-03T04:05:06.000000Z";

fn at_that_time() -> HttpState {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW.parse().unwrap()));
    HttpState { clock, ..usual() }
}

#[actix_web::test]
async fn every_refusal_says_when_by_the_clock_of_the_service() {
    let get = || TestRequest::get();
    let answers = answers(
        at_that_time(),
        vec![
            get().uri(THINGS),
            get().uri("/v9/choosy/nowhere"),
            TestRequest::delete().uri(THINGS),
            with_key(get(), &format!("{THINGS}?busy")),
            with_key(get(), &format!("{THINGS}?fault")),
            with_key(get(), &format!("{THINGS}?panic")),
        ],
    )
    .await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [401, 404, 405, 400, 500, 500]);
    for answer in answers {
        assert_eq!(answer.body["at"], NOW, "{answer:?}");
        assert_eq!(answer.body["error_id"].is_string(), answer.status == 500, "{answer:?}");
    }
}

#[actix_web::test]
async fn a_fault_of_the_service_is_found_in_the_log_by_what_its_answer_calls_it() {
    for how in ["fault", "panic"] {
        overheard::listen();
        let uri = format!("{THINGS}?{how}");
        let answers = answers(usual(), (0..2).map(|_| with_key(TestRequest::get(), &uri)).collect()).await;
        let log = overheard::heard();
        let ids: Vec<_> = answers.iter().map(|answer| answer.body["error_id"].as_str().unwrap()).collect();
        assert_ne!(ids[0], ids[1]);
        for id in ids {
            assert!(log.contains(&format!("error_id={id}\n")), "{how}: {log}");
        }
    }
}

#[actix_web::test]
async fn what_is_no_fault_of_the_service_has_no_id_in_the_log() {
    overheard::listen();
    answers(usual(), vec![with_key(TestRequest::get(), &format!("{THINGS}?busy"))]).await;
    let log = overheard::heard();
    assert!(log.contains("a request was turned away") && !log.contains("error_id"), "{log}");
}
