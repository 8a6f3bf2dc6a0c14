//! Receipts of requests that are to have their effect once.

use chrono::TimeDelta;
use patchbay_domain::{
    Changes, Fingerprint, IdGenerator, IntegrationId, Receipt, ReceiptArchive, ReceiptId, ReceiptRepository,
    ReceiptState, ReceiptWrite, RepositoryError, Taken, UnitOfWork,
};
use patchbay_persistence::DieselReceiptRepository;
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted, sealed};
use crate::support::Backend;

fn receipt(store: &Store, tenant: &Tenant, about: Option<IntegrationId>) -> Receipt {
    Receipt {
        id: ReceiptId::from_uuid(store.ids.uuid()),
        organisation_id: tenant.organisation.id,
        about,
        state: ReceiptState::Done,
        fingerprint: Fingerprint([7; 32]),
        content: sealed("k1", b"an answer"),
        created_at: store.now(),
    }
}

fn receipts(store: &Store) -> DieselReceiptRepository {
    DieselReceiptRepository::new(store.db.clone())
}

async fn commit(store: &Store, tenant: &Tenant, write: ReceiptWrite) -> Result<(), RepositoryError> {
    store.work.commit(&tenant.scope, Changes::new().receipt(write)).await
}

async fn found(store: &Store, tenant: &Tenant, id: ReceiptId) -> Option<Receipt> {
    receipts(store).find(&tenant.scope, id).await.unwrap()
}

fn is_met(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Duplicate(Taken::Receipt(_))))
}

#[rstest]
#[tokio::test]
async fn a_receipt_is_read_back_by_its_own_organisation_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let about = store.stored(&tenant, "Shop").await.id();
    for about in [None, Some(about)] {
        let kept = receipt(&store, &tenant, about);
        commit(&store, &tenant, ReceiptWrite::Keep(kept.clone())).await.unwrap();
        assert_eq!(found(&store, &tenant, kept.id).await.as_ref(), Some(&kept));
        assert_eq!(found(&store, &other, kept.id).await, None);
        let forged = commit(&store, &other, ReceiptWrite::Keep(receipt(&store, &tenant, None))).await;
        assert!(matches!(forged, Err(RepositoryError::Corrupt { .. })), "{forged:?}");
    }
}

#[rstest]
#[tokio::test]
async fn who_comes_second_has_nothing_saved(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let kept = receipt(&store, &tenant, None);
    let changes = |name: &str| {
        let integration = store.integration(&tenant, name);
        Changes::new().insert(&integration).receipt(ReceiptWrite::Keep(kept.clone()))
    };
    store.work.commit(&tenant.scope, changes("first")).await.unwrap();
    // Met before the unique key, which is taken too.
    for name in ["second", "first"] {
        let outcome = store.work.commit(&tenant.scope, changes(name)).await;
        assert!(is_met(&outcome), "{outcome:?}");
    }
    assert_eq!(store.names(&tenant.scope).await, ["first"]);
}

#[rstest]
#[tokio::test]
async fn of_many_at_once_one_has_its_effect(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let kept = receipt(&store, &tenant, None);
    let commits: Vec<_> = (0..64)
        .map(|n| {
            let (work, scope) = (store.work.clone(), tenant.scope);
            let integration = store.integration(&tenant, &format!("shop {n}"));
            let changes = Changes::new().insert(&integration).receipt(ReceiptWrite::Keep(kept.clone()));
            tokio::spawn(async move { work.commit(&scope, changes).await })
        })
        .collect();
    let mut won = 0;
    for commit in commits {
        let outcome = commit.await.unwrap();
        assert!(outcome.is_ok() || is_met(&outcome), "{outcome:?}");
        won += u32::from(outcome.is_ok());
    }
    assert_eq!((won, store.names(&tenant.scope).await.len()), (1, 1));
}

#[rstest]
#[tokio::test]
async fn a_started_one_is_finished_once_or_forgotten(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let done = receipt(&store, &tenant, None);
    let started = Receipt { state: ReceiptState::Started, ..done.clone() };
    let finish = || commit(&store, &tenant, ReceiptWrite::Finish(done.clone()));
    assert!(finish().await.is_err(), "it was not started");
    commit(&store, &tenant, ReceiptWrite::Keep(started.clone())).await.unwrap();
    finish().await.unwrap();
    assert_eq!(found(&store, &tenant, done.id).await.as_ref(), Some(&done));
    assert!(finish().await.is_err(), "it is finished");

    let Receipt { id, created_at, .. } = done;
    let later = ReceiptWrite::Forget { id, created_at: created_at + TimeDelta::microseconds(1) };
    commit(&store, &tenant, later).await.unwrap();
    assert!(found(&store, &tenant, id).await.is_some(), "another request's");
    commit(&store, &tenant, ReceiptWrite::Forget { id, created_at }).await.unwrap();
    assert_eq!(found(&store, &tenant, id).await, None);
}

#[rstest]
#[tokio::test]
async fn they_go_with_their_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (gone, stays) = (store.stored(&tenant, "gone").await, store.stored(&tenant, "stays").await);
    let mut kept = Vec::new();
    for about in [Some(gone.id()), Some(stays.id()), None] {
        kept.push(receipt(&store, &tenant, about));
        commit(&store, &tenant, ReceiptWrite::Keep(kept[kept.len() - 1].clone())).await.unwrap();
    }
    store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
    let mut left = Vec::new();
    for receipt in &kept {
        left.push(found(&store, &tenant, receipt.id).await.is_some());
    }
    assert_eq!(left, [false, true, true]);
}

#[rstest]
#[tokio::test]
async fn those_whose_time_is_over_are_cleared_away_the_oldest_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (a, b) = (store.tenant().await, store.tenant().await);
    let mut kept = Vec::new();
    for tenant in [&a, &b, &a, &b] {
        let one = receipt(&store, tenant, None);
        commit(&store, tenant, ReceiptWrite::Keep(one.clone())).await.unwrap();
        kept.push(one);
        store.clock.advance(TimeDelta::seconds(1));
    }
    let before = kept[3].created_at;
    assert_eq!(receipts(&store).purge(before, 2).await.unwrap(), 2);
    assert!(found(&store, &a, kept[2].id).await.is_some());
    assert_eq!(receipts(&store).purge(before, 2).await.unwrap(), 1);
    assert_eq!(receipts(&store).purge(before, 2).await.unwrap(), 0);
    assert!(found(&store, &b, kept[3].id).await.is_some());
}
