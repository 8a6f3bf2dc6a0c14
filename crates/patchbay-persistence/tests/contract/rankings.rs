//! In which order integrations are used.

use patchbay_domain::{
    Changes, ChannelKind, EnvironmentId, Integration, IntegrationId, IntegrationRepository, Ranking,
    RankingPlace, RankingRepository, RankingWrite, RepositoryError, Scope, UnitOfWork, Version,
};
use patchbay_persistence::DieselRankingRepository;
use rstest::rstest;
use uuid::Uuid;

use crate::fixtures::{Store, Tenant, deleted, renamed};
use crate::racing::{begin, winners};
use crate::support::Backend;

fn rankings(store: &Store) -> DieselRankingRepository {
    DieselRankingRepository::new(store.db.clone())
}

fn id(number: u128) -> IntegrationId {
    IntegrationId::from_uuid(Uuid::from_u128(number))
}

fn order(numbers: &[u128], has_primary: bool) -> Ranking {
    Ranking::from_stored(numbers.iter().copied().map(id).collect(), has_primary)
}

fn mail(tenant: &Tenant) -> RankingPlace {
    RankingPlace {
        organisation_id: tenant.organisation.id,
        environment_id: tenant.organisation.default_environment,
        channel: ChannelKind::Email,
    }
}

fn write(place: RankingPlace, expected: Option<Version>, ranking: Ranking) -> Changes {
    Changes::new().ranking(RankingWrite { place, expected, ranking })
}

async fn found(store: &Store, scope: &Scope, place: RankingPlace) -> Option<(Version, Ranking)> {
    rankings(store).find(scope, place.environment_id, place.channel).await.unwrap()
}

fn is_stale(outcome: &Result<(), RepositoryError>) -> bool {
    matches!(outcome, Err(RepositoryError::Stale))
}

#[rstest]
#[tokio::test]
async fn an_order_comes_back_as_it_was_written_and_is_replaced_as_a_whole(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let place = mail(&tenant);
    assert_eq!(found(&store, &tenant.scope, place).await, None);
    let mut expected = None;
    for ranking in [order(&[3, 1, 2], true), order(&[], false), order(&[u128::MAX, 0], false)] {
        store.work.commit(&tenant.scope, write(place, expected, ranking.clone())).await.unwrap();
        let version = expected.map_or(Version::FIRST, Version::next);
        assert_eq!(found(&store, &tenant.scope, place).await, Some((version, ranking)));
        expected = Some(version);
    }
}

#[rstest]
#[tokio::test]
async fn an_order_of_more_than_anybody_has_comes_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let all: Vec<_> = (0..5_000).rev().collect();
    let ranking = order(&all, true);
    store.work.commit(&tenant.scope, write(mail(&tenant), None, ranking.clone())).await.unwrap();
    assert_eq!(found(&store, &tenant.scope, mail(&tenant)).await, Some((Version::FIRST, ranking)));
}

#[rstest]
#[tokio::test]
async fn each_channel_of_each_environment_has_an_order_of_its_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let other = store.environment(&tenant).await.id;
    let texts = RankingPlace { channel: ChannelKind::Sms, ..mail(&tenant) };
    let there = RankingPlace { environment_id: other, ..mail(&tenant) };
    let places = [mail(&tenant), texts, there];
    for (number, place) in (1..).zip(places) {
        store.work.commit(&tenant.scope, write(place, None, order(&[number], true))).await.unwrap();
    }
    for (number, place) in (1..).zip(places) {
        let here = Some((Version::FIRST, order(&[number], true)));
        assert_eq!(found(&store, &tenant.scope, place).await, here);
    }
}

#[rstest]
#[tokio::test]
async fn an_order_is_replaced_only_at_the_version_that_was_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let place = mail(&tenant);
    let try_at =
        async |expected| store.work.commit(&tenant.scope, write(place, expected, order(&[9], true))).await;
    let second = Some(Version::FIRST.next());
    let without_one = try_at(Some(Version::FIRST)).await;
    assert!(is_stale(&without_one), "{without_one:?}");
    store.work.commit(&tenant.scope, write(place, None, order(&[1], true))).await.unwrap();
    for wrong in [None, second] {
        let outcome = try_at(wrong).await;
        assert!(is_stale(&outcome), "{wrong:?}: {outcome:?}");
    }
    assert_eq!(found(&store, &tenant.scope, place).await, Some((Version::FIRST, order(&[1], true))));
    try_at(Some(Version::FIRST)).await.unwrap();
    let again = try_at(Some(Version::FIRST)).await;
    assert!(is_stale(&again), "{again:?}");
}

#[rstest]
#[tokio::test]
async fn of_many_who_write_one_version_at_once_one_does(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    for expected in [None, Some(Version::FIRST), Some(Version::FIRST.next())] {
        let one = |number| begin(&store, &tenant, write(mail(&tenant), expected, order(&[number], true)));
        assert_eq!(winners((0..16).map(one).collect()).await, 1, "{expected:?}");
    }
}

#[rstest]
#[tokio::test]
async fn what_lies_elsewhere_is_neither_seen_nor_written(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let there = store.environment(&tenant).await.id;
    let place = mail(&tenant);
    store.work.commit(&tenant.scope, write(place, None, order(&[1], true))).await.unwrap();
    let bound = |environment| Scope::new(tenant.organisation.id, Some(environment));
    for (scope, is_seen) in [
        (bound(place.environment_id), true),
        (bound(there), false),
        (other.scope, false),
        (Scope::new(other.organisation.id, Some(place.environment_id)), false),
    ] {
        assert_eq!(found(&store, &scope, place).await.is_some(), is_seen, "{scope:?}");
        let texts = RankingPlace { channel: ChannelKind::Sms, ..place };
        for (place, expected) in [(texts, None), (place, Some(Version::FIRST))] {
            let outcome = store.work.commit(&scope, write(place, expected, order(&[2], false))).await;
            assert!(outcome.is_ok() == is_seen && (is_seen || is_stale(&outcome)), "{scope:?}: {outcome:?}");
        }
    }
    let (version, ranking) = found(&store, &tenant.scope, place).await.unwrap();
    assert_eq!((version, ranking), (Version::FIRST.next(), order(&[2], false)), "by its own scope alone");
}

#[rstest]
#[tokio::test]
async fn no_environment_that_is_not_there_has_an_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let nowhere = RankingPlace { environment_id: EnvironmentId::from_uuid(Uuid::nil()), ..mail(&tenant) };
    let outcome = store.work.commit(&tenant.scope, write(nowhere, None, order(&[1], true))).await;
    assert!(is_stale(&outcome), "{outcome:?}");
}

#[rstest]
#[tokio::test]
async fn an_order_and_its_integration_are_written_together_or_not_at_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let place = mail(&tenant);
    let one = store.stored(&tenant, "one").await;
    let other = store.integration(&tenant, "other");
    let first = write(place, None, order(&[1], true)).insert(&other);
    store.work.commit(&tenant.scope, first).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["one", "other"]);
    let behind = write(place, None, order(&[2], true)).update(&one, &renamed(&one, "new"));
    let outcome = store.work.commit(&tenant.scope, behind).await;
    assert!(is_stale(&outcome), "the order is not as it was read: {outcome:?}");
    let newer = renamed(&renamed(&one, "unseen"), "new");
    let ahead = write(place, Some(Version::FIRST), order(&[2], true)).update(&one, &newer);
    let outcome = store.work.commit(&tenant.scope, ahead).await;
    assert!(is_stale(&outcome), "the integration is not as it was read: {outcome:?}");
    assert_eq!(store.names(&tenant.scope).await, ["one", "other"]);
    assert_eq!(found(&store, &tenant.scope, place).await, Some((Version::FIRST, order(&[1], true))));
}

/// As the use case does it: reads, makes it the first, and decides again when it is stale.
async fn promote(store: &Store, tenant: &Tenant, id: IntegrationId) -> usize {
    for round in 1.. {
        let before = store.integrations.find(&tenant.scope, id).await.unwrap().unwrap();
        let (version, mut ranking) = found(store, &tenant.scope, mail(tenant)).await.unwrap();
        ranking.promote(id);
        let after = before.next(patchbay_domain::IntegrationEdit::default(), store.now());
        let changes = write(mail(tenant), Some(version), ranking).update(&before, &after);
        match store.work.commit(&tenant.scope, changes).await {
            Ok(()) => return round,
            Err(RepositoryError::Stale) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    unreachable!()
}

async fn ranked(store: &Store, tenant: &Tenant, count: u32) -> Vec<Integration> {
    let mut all = Vec::new();
    let mut ranking = Ranking::default();
    for number in 0..count {
        let one = store.stored(tenant, &format!("mail {number}")).await;
        ranking.admit_new(one.id());
        all.push(one);
    }
    store.work.commit(&tenant.scope, write(mail(tenant), None, ranking)).await.unwrap();
    all
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_are_made_primary_at_once_exactly_one_is_and_none_is_lost(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = std::sync::Arc::new(Store::open(backend).await);
    let tenant = std::sync::Arc::new(store.tenant().await);
    let all = ranked(&store, &tenant, 12).await;
    let promoting: Vec<_> = all
        .iter()
        .map(|one| {
            let (store, tenant, id) = (store.clone(), tenant.clone(), one.id());
            tokio::spawn(async move { promote(&store, &tenant, id).await })
        })
        .collect();
    for one in promoting {
        let rounds = one.await.unwrap();
        assert!(rounds <= all.len(), "each round has a winner, so that none of them loses more: {rounds}");
    }
    let (version, ranking) = found(&store, &tenant.scope, mail(&tenant)).await.unwrap();
    assert_eq!(usize::try_from(version.number()).unwrap(), 1 + all.len(), "each of them was it once");
    let primary: Vec<_> = all.iter().filter(|one| ranking.rank_of(one.id()).is_primary).collect();
    assert_eq!((primary.len(), ranking.order().len()), (1, all.len()));
    assert_eq!(primary[0].id(), ranking.order()[0]);
}

#[rstest]
#[tokio::test]
async fn one_that_is_deleted_while_it_is_made_primary_is_one_of_both(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let all = ranked(&store, &tenant, 2).await;
    let (one, place) = (&all[1], mail(&tenant));
    let (version, ranking) = found(&store, &tenant.scope, place).await.unwrap();
    let (mut without, mut first) = (ranking.clone(), ranking);
    without.withdraw(one.id());
    first.promote(one.id());
    let delete = write(place, Some(version), without).update(one, &deleted(one));
    let promote = write(place, Some(version), first).update(one, &renamed(one, "first"));
    let both = vec![begin(&store, &tenant, delete), begin(&store, &tenant, promote)];
    assert_eq!(winners(both).await, 1);
    let lives = store.integrations.find(&tenant.scope, one.id()).await.unwrap().is_some();
    let (_, ranking) = found(&store, &tenant.scope, place).await.unwrap();
    assert_eq!(ranking.order().contains(&one.id()), lives);
    assert_eq!(ranking.rank_of(one.id()).is_primary, lives);
}

/// Two that change two orders in opposite directions wait for each other unless both take them in
/// one order.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_that_write_two_orders_each_way_round_do_not_lock_each_other_out(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let texts = RankingPlace { channel: ChannelKind::Sms, ..mail(&tenant) };
    let mut expected = None;
    for _ in 0..8 {
        let both = |number: u128| {
            let mut places = [mail(&tenant), texts];
            if number % 2 == 1 {
                places.reverse();
            }
            let changes = places.into_iter().fold(Changes::new(), |changes, place| {
                changes.ranking(RankingWrite { place, expected, ranking: order(&[number], true) })
            });
            begin(&store, &tenant, changes)
        };
        assert_eq!(winners((0..16).map(both).collect()).await, 1);
        expected = Some(expected.map_or(Version::FIRST, Version::next));
    }
}
