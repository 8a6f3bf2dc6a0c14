//! Sealed values, as verification and rotation see them.

use patchbay_domain::{
    Changes, ChannelConfigRepository, ChannelId, Fence, Fingerprint, Grant, IdGenerator, Integration,
    IntegrationEdit, IntegrationRepository, KeyId, Patch, Receipt, ReceiptId, ReceiptState, ReceiptWrite,
    RefreshRepository, RepositoryError, SealedStore, SecretPlace, Setting, SettingParts, SettingValue,
    SettingWrite, StoredSecret, TokenRefresh, UnitOfWork,
};
use patchbay_persistence::DieselRefreshRepository;
use rstest::rstest;

use crate::fixtures::{
    Store, Tenant, a_grant, deleted, in_channel, plain, relabelled, renamed, revalued, sealed,
};
use crate::support::Backend;

/// A new integration with these credentials, stored.
async fn with(store: &Store, tenant: &Tenant, name: &str, envelope: &[u8]) -> Integration {
    let plain = store.integration(tenant, name);
    let credentials = Some(sealed("k1", envelope));
    let parts = patchbay_domain::IntegrationParts { credentials, ..plain.parts().clone() };
    let integration = Integration::from_parts(parts);
    store.work.commit(&tenant.scope, Changes::new().insert(&integration)).await.unwrap();
    integration
}

/// The same with a grant, stored.
async fn with_grant(store: &Store, tenant: &Tenant, name: &str, envelope: &[u8]) -> Integration {
    let before = store.stored(tenant, name).await;
    let grant = Some(Grant { tokens: sealed("k1", envelope), ..a_grant("an account") });
    let edit = IntegrationEdit { grant, credentials: Patch::Remove, ..Default::default() };
    let after = before.edited(edit, store.now()).unwrap();
    store.update(&tenant.scope, &before, &after).await.unwrap();
    after
}

/// The same with this refresh token before the present one, stored.
async fn with_previous(store: &Store, tenant: &Tenant, of: &Integration, envelope: &[u8]) {
    let previous = Some(sealed("k1", envelope));
    let state = TokenRefresh { previous, ..TokenRefresh::default() };
    store.work.commit(&tenant.scope, Changes::new().refresh(of, None, state)).await.unwrap();
}

/// A receipt with this content.
fn a_receipt(store: &Store, tenant: &Tenant, envelope: &[u8]) -> Receipt {
    Receipt {
        id: ReceiptId::from_uuid(store.ids.uuid()),
        organisation_id: tenant.organisation.id,
        about: None,
        state: ReceiptState::Done,
        fingerprint: Fingerprint([7; 32]),
        content: sealed("k1", envelope),
        created_at: store.now(),
    }
}

/// A new setting with this secret value, stored.
async fn with_setting(
    store: &Store,
    tenant: &Tenant,
    of: &Integration,
    label: &str,
    envelope: &[u8],
) -> Setting {
    let value = SettingValue::Secret(sealed("k1", envelope));
    let parts = store.setting(of, label, "").parts().clone();
    let setting = in_channel(&Setting::from_parts(SettingParts { value, ..parts }), "general");
    store.write(&tenant.scope, SettingWrite::Insert(setting.clone())).await.unwrap();
    setting
}

/// The next version, with nothing sealed.
fn without_credentials(before: &Integration) -> Integration {
    let edit = IntegrationEdit { credentials: Patch::Remove, ..Default::default() };
    before.edited(edit, before.parts().updated_at).unwrap()
}

fn refreshes(store: &Store) -> DieselRefreshRepository {
    DieselRefreshRepository::new(store.db.clone())
}

async fn walk(store: &Store, limit: u32) -> Vec<StoredSecret> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let (values, next) = store.sealed.walk(after, limit).await.unwrap();
        all.extend(values);
        after = next;
        if after.is_none() {
            return all;
        }
    }
}

#[rstest]
#[tokio::test]
async fn the_canary_is_planted_once_whoever_comes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    assert_eq!(store.sealed.canary().await.unwrap(), None);
    let planting: Vec<_> = (0..32)
        .map(|n: u8| {
            let store = store.sealed.clone();
            tokio::spawn(async move { store.plant_canary(&sealed("k1", &[n; 40])).await.unwrap() })
        })
        .collect();
    let mut planted = Vec::new();
    for one in planting {
        planted.push(one.await.unwrap());
    }
    planted.dedup();
    assert_eq!(planted.len(), 1);
    assert_eq!(store.sealed.canary().await.unwrap().as_ref(), planted.first());
}

#[rstest]
#[tokio::test]
async fn a_walk_meets_every_value_once_and_the_canary_last(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 14, 15, 16, 20, 21, 22, 23, 100)] limit: u32,
) {
    let store = Store::open(backend).await;
    let (a, b) = (store.tenant().await, store.tenant().await);
    store.sealed.plant_canary(&sealed("k1", b"canary")).await.unwrap();
    let (mut expected, mut grants, mut previous, mut values) = (vec![], vec![], vec![], vec![]);
    for (tenant, name) in [(&b, "1"), (&a, "2"), (&b, "3"), (&a, "4"), (&a, "5")] {
        let stored = with(&store, tenant, name, name.as_bytes()).await;
        let place = SecretPlace::credentials(tenant.organisation.id, stored.id());
        expected.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
        let granted = with_grant(&store, tenant, &format!("granted {name}"), name.as_bytes()).await;
        let place = SecretPlace::grant(tenant.organisation.id, granted.id());
        grants.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
        with_previous(&store, tenant, &granted, name.as_bytes()).await;
        let place = SecretPlace::previous_refresh(tenant.organisation.id, granted.id());
        previous.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
        let setting = with_setting(&store, tenant, &stored, "token", name.as_bytes()).await;
        let place = SecretPlace::setting(tenant.organisation.id, setting.id());
        values.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
    }
    expected.sort_by_key(|one| (one.place.organisation, one.place.row));
    grants.sort_by_key(|one| (one.place.organisation, one.place.row));
    previous.sort_by_key(|one| (one.place.organisation, one.place.row));
    values.sort_by_key(|one| (one.place.organisation, one.place.row));
    expected.append(&mut grants);
    expected.append(&mut previous);
    expected.append(&mut values);
    let mut receipts = Vec::new();
    for (tenant, content) in [(&b, "x"), (&a, "y")] {
        let kept = a_receipt(&store, tenant, content.as_bytes());
        receipts.push(StoredSecret { place: kept.place(), sealed: kept.content.clone() });
        store.work.commit(&tenant.scope, Changes::new().receipt(ReceiptWrite::Keep(kept))).await.unwrap();
    }
    receipts.sort_by_key(|one| (one.place.organisation, one.place.row));
    expected.append(&mut receipts);
    expected.push(StoredSecret { place: SecretPlace::canary(), sealed: sealed("k1", b"canary") });
    // Neither one that has no secret nor one that was deleted.
    let none = with(&store, &a, "none", b"taken away").await;
    store.update(&a.scope, &none, &without_credentials(&none)).await.unwrap();
    store.stored_setting(&a, &none, "colour").await;
    let overwritten = with_setting(&store, &a, &none, "token", b"overwritten").await;
    let empty = revalued(&overwritten, plain(""));
    store.write(&a.scope, SettingWrite::Update(empty)).await.unwrap();
    let never = store.stored(&a, "nothing before").await;
    store.update(&a.scope, &never, &without_credentials(&never)).await.unwrap();
    let nothing = TokenRefresh::default();
    store.work.commit(&a.scope, Changes::new().refresh(&never, None, nothing)).await.unwrap();
    let gone = with_grant(&store, &a, "gone too", b"destroyed").await;
    with_previous(&store, &a, &gone, b"destroyed").await;
    store.update(&a.scope, &gone, &deleted(&gone)).await.unwrap();
    let gone = with(&store, &a, "gone", b"destroyed").await;
    with_setting(&store, &a, &gone, "token", b"destroyed").await;
    store.update(&a.scope, &gone, &deleted(&gone)).await.unwrap();
    assert_eq!(walk(&store, limit).await, expected);
}

#[rstest]
#[tokio::test]
async fn values_are_resealed_until_none_is_left_under_an_old_key(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let stored = with(&store, &tenant, "a", b"old").await;
    let setting = with_setting(&store, &tenant, &stored, "token", b"old").await;
    store.stored_setting(&tenant, &stored, "colour").await;
    let granted = with_grant(&store, &tenant, "b", b"old").await;
    with_previous(&store, &tenant, &granted, b"old").await;
    let kept = a_receipt(&store, &tenant, b"old");
    store.work.commit(&tenant.scope, Changes::new().receipt(ReceiptWrite::Keep(kept))).await.unwrap();
    store.sealed.plant_canary(&sealed("k1", b"old")).await.unwrap();
    let [old, new] = ["k1", "k2"].map(|key| KeyId::parse(key).unwrap());
    assert_eq!(store.sealed.count_not_under(&old).await.unwrap(), 0);
    for (done, value) in walk(&store, 1).await.into_iter().enumerate() {
        assert_eq!(store.sealed.count_not_under(&new).await.unwrap(), 6 - done as u64);
        assert!(store.sealed.replace(&value, &sealed("k2", b"new")).await.unwrap());
    }
    assert_eq!(store.sealed.count_not_under(&new).await.unwrap(), 0);
    assert!(walk(&store, 10).await.iter().all(|value| value.sealed == sealed("k2", b"new")));
    // A change that was decided before must be decided again: it would write the old seal back.
    let outcome = store.update(&tenant.scope, &stored, &renamed(&stored, "c")).await;
    assert!(matches!(outcome, Err(RepositoryError::Stale)), "{outcome:?}");
    let outcome = store.write(&tenant.scope, SettingWrite::Update(relabelled(&setting, "password"))).await;
    assert!(matches!(outcome, Err(RepositoryError::Stale)), "{outcome:?}");
    let current = store.integrations.find(&tenant.scope, stored.id()).await.unwrap().unwrap();
    store.update(&tenant.scope, &current, &renamed(&current, "c")).await.unwrap();
    assert_eq!(store.sealed.count_not_under(&new).await.unwrap(), 0);
}

#[rstest]
#[tokio::test]
async fn a_value_that_changed_meanwhile_is_not_replaced(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let before = with(&store, &tenant, "a", b"old").await;
    let granted = with_grant(&store, &tenant, "b", b"old").await;
    with_previous(&store, &tenant, &granted, b"old").await;
    let setting = with_setting(&store, &tenant, &before, "token", b"old").await;
    store.sealed.plant_canary(&sealed("k1", b"old")).await.unwrap();
    let seen = walk(&store, 10).await;
    let credentials = Patch::Set(sealed("k1", b"changed"));
    let edit = IntegrationEdit { credentials, ..Default::default() };
    store.update(&tenant.scope, &before, &before.edited(edit, store.now()).unwrap()).await.unwrap();
    let grant = Some(Grant { tokens: sealed("k1", b"changed"), ..a_grant("an account") });
    let edit = IntegrationEdit { grant, ..Default::default() };
    store.update(&tenant.scope, &granted, &granted.edited(edit, store.now()).unwrap()).await.unwrap();
    let previous = Some(sealed("k1", b"changed"));
    let refreshed = TokenRefresh { previous, ..TokenRefresh::default() };
    let changes = Changes::new().refresh(&granted, Some(Fence(1)), refreshed.clone());
    store.work.commit(&tenant.scope, changes).await.unwrap();
    let value = SettingValue::Secret(sealed("k1", b"changed"));
    store.write(&tenant.scope, SettingWrite::Update(revalued(&setting, value.clone()))).await.unwrap();
    let canary = seen.last().unwrap();
    assert!(store.sealed.replace(canary, &sealed("k2", b"first")).await.unwrap());
    for stale in &seen {
        assert!(!store.sealed.replace(stale, &sealed("k2", b"late")).await.unwrap(), "{stale:?}");
    }
    let stored = store.integrations.find(&tenant.scope, before.id()).await.unwrap().unwrap();
    assert_eq!(stored.credentials(), Some(&sealed("k1", b"changed")));
    let found = refreshes(&store).find(&tenant.scope, granted.id()).await.unwrap();
    assert_eq!(found, Some((Fence(2), refreshed)));
    let general = ChannelId::parse("general").unwrap();
    let config = store.channels.find(&tenant.scope, before.id(), &general).await.unwrap();
    assert_eq!(config.settings[0].value(), &value);
    assert_eq!(store.sealed.canary().await.unwrap(), Some(sealed("k2", b"first")));
}

/// A refresh that is under way when its token is resealed reads again and goes on.
#[rstest]
#[tokio::test]
async fn a_resealed_refresh_token_overtakes_a_refresh_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let granted = with_grant(&store, &tenant, "a", b"old").await;
    with_previous(&store, &tenant, &granted, b"old").await;
    let refreshes = refreshes(&store);
    let (seen, state) = refreshes.find(&tenant.scope, granted.id()).await.unwrap().unwrap();
    for value in walk(&store, 10).await {
        assert!(store.sealed.replace(&value, &sealed("k2", b"new")).await.unwrap());
    }
    let write = |fence, state| Changes::new().refresh(&granted, Some(fence), state);
    let overtaken = store.work.commit(&tenant.scope, write(seen, state)).await;
    assert!(matches!(overtaken, Err(RepositoryError::Stale)), "{overtaken:?}");
    let (current, state) = refreshes.find(&tenant.scope, granted.id()).await.unwrap().unwrap();
    assert_eq!(state.previous, Some(sealed("k2", b"new")));
    store.work.commit(&tenant.scope, write(current, state)).await.unwrap();
    assert_eq!(store.sealed.count_not_under(&KeyId::parse("k2").unwrap()).await.unwrap(), 0);
}
