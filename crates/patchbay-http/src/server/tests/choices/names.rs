//! What is said of the name that a client gave its request.

use actix_web::http::header::CONTENT_TYPE;
use patchbay_domain::{Fingerprint, KeyId, Receipt, ReceiptWrite, Sealed, UnitOfWork, Vault};

use super::*;

type Kept = Arc<Mutex<Option<Receipt>>>;

/// A service that keeps one receipt, in `kept`.
fn keeping(kept: &Kept) -> HttpState {
    let mut work = MockUnitOfWork::new();
    let writing = kept.clone();
    work.expect_commit().returning(move |_, changes| {
        if let Some(ReceiptWrite::Keep(receipt)) = changes.receipt {
            *writing.lock().unwrap() = Some(receipt);
        }
        Ok(())
    });
    let (work, mut ports): (Arc<dyn UnitOfWork>, _) =
        (Arc::new(work), ports(MockIntegrationRepository::new(), MockUnitOfWork::new()));
    let mut receipts = MockReceiptRepository::new();
    let reading = kept.clone();
    receipts
        .expect_find()
        .returning(move |_, id| Ok(reading.lock().unwrap().clone().filter(|receipt| receipt.id == id)));
    let mut fingerprints = MockFingerprinter::new();
    fingerprints.expect_new_key().returning(|| Ok("a key".into()));
    fingerprints.expect_fingerprint().returning(|_, said| {
        let mut print = [0; 32];
        print.iter_mut().zip(said).for_each(|(place, byte)| *place = *byte);
        Ok(Fingerprint(print))
    });
    (ports.work, ports.vault) = (work, plain_vault());
    (ports.receipts, ports.fingerprints) = (Arc::new(receipts), Arc::new(fingerprints));
    over(&ports)
}

/// A vault that hides nothing.
fn plain_vault() -> Arc<dyn Vault> {
    let mut vault = MockVault::new();
    vault.expect_seal().returning(|_, secret| {
        Ok(Sealed::new(KeyId::parse("k1").unwrap(), secret.expose_secret().as_bytes().to_vec()))
    });
    vault
        .expect_open()
        .returning(|_, sealed| Ok(String::from_utf8(sealed.envelope().to_vec()).unwrap().into()));
    Arc::new(vault)
}

fn named(name: &str, thing: &str) -> TestRequest {
    with_key(TestRequest::post(), THINGS)
        .insert_header(("idempotency-key", name))
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload(json!({ "name": thing }).to_string())
}

/// Status, name, and the two marks of a replay.
fn told(answer: &Answer) -> (u16, Option<&str>, Option<&str>, Option<&str>) {
    let [name, replayed, replay] =
        ["idempotency-key", "idempotent-replayed", "idempotency-replay"].map(|name| answer.header(name));
    (answer.status, name, replayed, replay)
}

#[actix_web::test]
async fn the_answers_to_a_named_request_carry_its_name_and_a_replay_says_so_twice() {
    let kept = Kept::default();
    let requests = vec![named("k-1", "gone"), named("k-1", "gone"), named("\"k-1\"", "gone")];
    let answers = answers(keeping(&kept), requests).await;
    assert_eq!(told(&answers[0]), (404, Some("k-1"), None, None));
    for again in &answers[1..] {
        assert_eq!(told(again), (404, Some("k-1"), Some("true"), Some("true")));
        assert_eq!(again.body, answers[0].body);
    }
}

#[actix_web::test]
async fn an_answer_that_is_not_kept_carries_the_name_too() {
    let kept = Kept::default();
    let answers = answers(keeping(&kept), vec![named("k-1", "a"), named("k-2", "")]).await;
    assert_eq!(told(&answers[0]), (200, Some("k-1"), None, None));
    assert_eq!(told(&answers[1]), (200, Some("k-2"), None, None));
    assert!(kept.lock().unwrap().is_none());
}

#[actix_web::test]
async fn a_name_that_does_nothing_is_not_said_back() {
    let get = with_key(TestRequest::get(), THINGS).insert_header(("idempotency-key", "k-1"));
    let nameless = named("", "a");
    let keyless = TestRequest::post().uri(THINGS).insert_header(("idempotency-key", "k-1"));
    let answers = answers(keeping(&Kept::default()), vec![get, nameless, keyless]).await;
    assert_eq!(told(&answers[0]), (200, None, None, None));
    assert_eq!(told(&answers[1]), (400, None, None, None));
    assert_eq!(told(&answers[2]), (401, None, None, None));
}

#[actix_web::test]
async fn a_refusal_of_the_name_may_say_it() {
    let kept = Kept::default();
    let state = keeping(&kept);
    let long = "k".repeat(256);
    let answers =
        answers(state, vec![named("k-1", "gone"), named("k-1", "other"), named(&long, "a"), named("ä", "a")])
            .await;
    let said: Vec<_> =
        answers.iter().map(|answer| (answer.status, answer.body["request_name"].as_str())).collect();
    assert_eq!(said, [(404, Some("k-1")), (422, Some("k-1")), (400, Some(&*long)), (400, None)]);
    // It was begun, and nobody knows what came of it.
    let unanswered = br#"{"key":"a key","answer":null}"#.to_vec();
    kept.lock().unwrap().as_mut().unwrap().content = Sealed::new(KeyId::parse("k1").unwrap(), unanswered);
    let running = self::answers(keeping(&kept), vec![named("k-1", "gone")]).await.remove(0);
    assert_eq!((running.status, &running.body["request_name"]), (409, &json!("k-1")));
}
