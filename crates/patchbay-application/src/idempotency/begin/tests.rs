use std::sync::Mutex;

use futures::executor::block_on;
use patchbay_domain::testing::FixedClock;
use patchbay_domain::{
    Changes, Fingerprint, IntegrationId, MockFingerprinter, MockReceiptArchive, MockReceiptRepository,
    MockUnitOfWork, Permission, ReceiptState,
};
use secrecy::ExposeSecret;

use super::*;
use crate::idempotency::ReceiptFor;
use crate::testing::{caller, vault};

const CREATE: NamedRequest<'static> = NamedRequest {
    method: "POST",
    path: "/a",
    name: "once",
    query: "a=b",
    body: br#"{"name": "planted", "kind": 1}"#,
};

/// A store of one receipt at the most, as the ports see it.
#[derive(Clone, Default)]
struct Store(Arc<Mutex<Option<Receipt>>>);

impl Store {
    fn begin(&self, clock: &Arc<FixedClock>) -> BeginOnce {
        let (reading, writing) = (self.clone(), self.clone());
        let mut receipts = MockReceiptRepository::new();
        receipts
            .expect_find()
            .returning(move |_, id| Ok(reading.0.lock().unwrap().clone().filter(|receipt| receipt.id == id)));
        let mut work = MockUnitOfWork::new();
        work.expect_commit().returning(move |_, changes| {
            writing.save(changes.receipt.unwrap());
            Ok(())
        });
        let mut fingerprints = MockFingerprinter::new();
        fingerprints.expect_new_key().returning(|| Ok("a key".into()));
        fingerprints.expect_fingerprint().returning(|key, content| {
            let mut digest = [0; 32];
            digest[0] = u8::try_from(key.expose_secret().len()).unwrap();
            let sum =
                content.iter().fold(0, |sum: u64, byte| sum.wrapping_mul(257).wrapping_add((*byte).into()));
            digest[1..9].copy_from_slice(&sum.to_be_bytes());
            Ok(Fingerprint(digest))
        });
        BeginOnce {
            receipts: Arc::new(receipts),
            fingerprints: Arc::new(fingerprints),
            vault: Arc::new(vault()),
            work: Arc::new(work),
            clock: clock.clone(),
        }
    }

    fn save(&self, write: ReceiptWrite) {
        let mut stored = self.0.lock().unwrap();
        match write {
            ReceiptWrite::Keep(receipt) | ReceiptWrite::Finish(receipt) => *stored = Some(receipt),
            ReceiptWrite::Forget { .. } => *stored = None,
        }
    }

    fn state(&self) -> Option<ReceiptState> {
        self.0.lock().unwrap().as_ref().map(|receipt| receipt.state)
    }
}

fn answer() -> StoredAnswer {
    StoredAnswer { status: 201, headers: Vec::new(), body: "planted answer".into() }
}

fn run(begin: &BeginOnce, request: NamedRequest<'_>) -> Result<Begun, AppError> {
    block_on(begin.run(&caller(&[Permission::IntegrationsWrite]), request))
}

fn first(begin: &BeginOnce) -> Arc<PendingReceipt> {
    match run(begin, CREATE) {
        Ok(Begun::First(pending)) => pending,
        other => panic!("{other:?}"),
    }
}

/// What a use case that makes text of `pending` leaves.
fn receipt(pending: &Arc<PendingReceipt>) -> ReceiptFor<()> {
    ReceiptFor::of(Some(pending.clone()), |()| Ok(answer()))
}

fn about() -> IntegrationId {
    IntegrationId::from_uuid(Uuid::from_u128(7))
}

#[test]
fn a_new_request_is_begun_and_answered_from_its_receipt_from_then_on() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let pending = first(&begin);
    let changes = receipt(&pending).keep(Changes::new(), &(), about(), &vault()).unwrap();
    assert!(!format!("{changes:?} {pending:?}").contains("planted"));
    let Some(ReceiptWrite::Keep(kept)) = &changes.receipt else { panic!("{changes:?}") };
    assert_eq!((kept.state, kept.about), (ReceiptState::Done, Some(about())));
    store.save(changes.receipt.unwrap());
    for _ in 0..2 {
        let Ok(Begun::Again(again)) = run(&begin, CREATE) else { panic!() };
        assert_eq!((again.status, again.body.expose_secret()), (201, "planted answer"));
    }
}

#[test]
fn another_method_path_or_name_is_another_request() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let changes = receipt(&first(&begin)).keep(Changes::new(), &(), about(), &vault()).unwrap();
    store.save(changes.receipt.unwrap());
    for other in [
        NamedRequest { method: "PATCH", ..CREATE },
        NamedRequest { path: "/b", ..CREATE },
        NamedRequest { name: "twice", ..CREATE },
    ] {
        assert!(matches!(run(&begin, other), Ok(Begun::First(_))), "{other:?}");
    }
}

#[test]
fn the_same_name_for_another_content_is_refused() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let changes = receipt(&first(&begin)).keep(Changes::new(), &(), about(), &vault()).unwrap();
    store.save(changes.receipt.unwrap());
    for other in [
        NamedRequest { body: br#"{"name": "planted", "kind": 2}"#, ..CREATE },
        NamedRequest { body: b"no JSON", ..CREATE },
        NamedRequest { body: b"", ..CREATE },
        NamedRequest { query: "a=c", ..CREATE },
    ] {
        let outcome = run(&begin, other);
        assert!(matches!(outcome, Err(AppError::NameReused)), "{outcome:?}");
    }
}

#[test]
fn the_same_content_in_another_order_is_the_same_request() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let changes = receipt(&first(&begin)).keep(Changes::new(), &(), about(), &vault()).unwrap();
    store.save(changes.receipt.unwrap());
    let same = NamedRequest { body: br#"{"kind":1,"name":"planted"}"#, ..CREATE };
    assert!(matches!(run(&begin, same), Ok(Begun::Again(_))));
}

#[test]
fn a_receipt_that_was_made_of_the_very_bytes_still_answers() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let pending = first(&begin);
    let mut kept = match receipt(&pending).keep(Changes::new(), &(), about(), &vault()).unwrap().receipt {
        Some(ReceiptWrite::Keep(kept)) => kept,
        other => panic!("{other:?}"),
    };
    let verbatim = [CREATE.query.as_bytes(), b"\n", CREATE.body].concat();
    kept.fingerprint = begin.fingerprints.fingerprint(&"a key".into(), &verbatim).unwrap();
    assert_ne!(kept.fingerprint, pending.fingerprint);
    store.save(ReceiptWrite::Keep(kept));
    assert!(matches!(run(&begin, CREATE), Ok(Begun::Again(_))));
    let reordered = NamedRequest { body: br#"{"kind": 1, "name": "planted"}"#, ..CREATE };
    assert!(matches!(run(&begin, reordered), Err(AppError::NameReused)));
}

#[test]
fn what_was_started_and_never_answered_is_not_begun_again_for_a_day() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let changes = receipt(&first(&begin)).start(Changes::new(), &vault()).unwrap();
    store.save(changes.receipt.unwrap());
    let day = TimeDelta::hours(24);
    for wait in [TimeDelta::zero(), day - TimeDelta::microseconds(1)] {
        clock.advance(wait);
        let outcome = run(&begin, CREATE);
        assert!(matches!(outcome, Err(AppError::Conflict(Conflict::Running))), "{outcome:?}");
    }
    clock.advance(TimeDelta::microseconds(1));
    assert!(matches!(run(&begin, CREATE), Ok(Begun::First(_))));
    assert_eq!(store.state(), None, "it makes room");
}

#[test]
fn what_was_started_is_finished_with_its_answer_or_forgotten() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let pending = first(&begin);
    let receipt = receipt(&pending);
    assert_eq!(receipt.forget(Changes::new()), Changes::new(), "nothing was started");
    store.save(receipt.start(Changes::new(), &vault()).unwrap().receipt.unwrap());
    receipt.started();
    let finished = receipt.keep(Changes::new(), &(), about(), &vault()).unwrap();
    assert!(matches!(finished.receipt, Some(ReceiptWrite::Finish(_))), "{finished:?}");
    store.save(receipt.forget(Changes::new()).receipt.unwrap());
    assert_eq!(store.state(), None);
    let kept = receipt.keep(Changes::new(), &(), about(), &vault()).unwrap();
    assert!(matches!(kept.receipt, Some(ReceiptWrite::Keep(_))), "{kept:?}");
}

#[test]
fn a_refusal_that_is_settled_is_kept_too() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let pending = first(&begin);
    let refusal = StoredAnswer { status: 404, headers: Vec::new(), body: "{}".into() };
    block_on(begin.refused(&caller(&[]), &pending, &refusal)).unwrap();
    let Ok(Begun::Again(again)) = run(&begin, CREATE) else { panic!() };
    assert_eq!(again.status, 404);
}

#[test]
fn who_met_the_same_request_gets_its_answer_or_is_told_that_it_is_on_its_way() {
    let (store, clock) = (Store::default(), Arc::new(FixedClock::default()));
    let begin = store.begin(&clock);
    let met = || block_on(begin.met(&caller(&[]), CREATE));
    assert!(matches!(met(), Err(AppError::Conflict(Conflict::Running))));
    let changes = receipt(&first(&begin)).keep(Changes::new(), &(), about(), &vault()).unwrap();
    store.save(changes.receipt.unwrap());
    assert_eq!(met().unwrap().status, 201);
}

#[test]
fn receipts_whose_day_is_over_are_cleared_away_some_at_a_time() {
    let clock = Arc::new(FixedClock::default());
    let before = clock.now() - TimeDelta::hours(24);
    let mut archive = MockReceiptArchive::new();
    let mut left = 501;
    archive.expect_purge().times(2).returning(move |seen, limit| {
        assert_eq!(seen, before);
        let some = left.min(u64::from(limit));
        left -= some;
        Ok(some)
    });
    let purge = PurgeReceipts { archive: Arc::new(archive), clock };
    assert_eq!(block_on(purge.run()).unwrap(), 501);
}
