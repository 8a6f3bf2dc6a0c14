//! Sealed values, as verification and rotation see them.

use patchbay_domain::{
    Changes, ChannelConfigRepository, ChannelId, Fingerprint, Grant, IdGenerator, Integration,
    IntegrationEdit, IntegrationRepository, KeyId, Patch, Receipt, ReceiptId, ReceiptState, ReceiptWrite,
    RepositoryError, SealedStore, SecretPlace, Setting, SettingParts, SettingValue, SettingWrite,
    StoredSecret, UnitOfWork,
};
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
    #[values(1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 14, 15, 16, 100)] limit: u32,
) {
    let store = Store::open(backend).await;
    let (a, b) = (store.tenant().await, store.tenant().await);
    store.sealed.plant_canary(&sealed("k1", b"canary")).await.unwrap();
    let (mut expected, mut grants, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (tenant, name) in [(&b, "1"), (&a, "2"), (&b, "3"), (&a, "4"), (&a, "5")] {
        let stored = with(&store, tenant, name, name.as_bytes()).await;
        let place = SecretPlace::credentials(tenant.organisation.id, stored.id());
        expected.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
        let granted = with_grant(&store, tenant, &format!("granted {name}"), name.as_bytes()).await;
        let place = SecretPlace::grant(tenant.organisation.id, granted.id());
        grants.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
        let setting = with_setting(&store, tenant, &stored, "token", name.as_bytes()).await;
        let place = SecretPlace::setting(tenant.organisation.id, setting.id());
        values.push(StoredSecret { place, sealed: sealed("k1", name.as_bytes()) });
    }
    expected.sort_by_key(|one| (one.place.organisation, one.place.row));
    grants.sort_by_key(|one| (one.place.organisation, one.place.row));
    values.sort_by_key(|one| (one.place.organisation, one.place.row));
    expected.append(&mut grants);
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
    let edit = IntegrationEdit { credentials: Patch::Remove, ..Default::default() };
    store.update(&a.scope, &none, &none.edited(edit, store.now()).unwrap()).await.unwrap();
    store.stored_setting(&a, &none, "colour").await;
    let overwritten = with_setting(&store, &a, &none, "token", b"overwritten").await;
    let empty = revalued(&overwritten, plain(""));
    store.write(&a.scope, SettingWrite::Update(empty)).await.unwrap();
    let gone = with_grant(&store, &a, "gone too", b"destroyed").await;
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
    with_grant(&store, &tenant, "b", b"old").await;
    let kept = a_receipt(&store, &tenant, b"old");
    store.work.commit(&tenant.scope, Changes::new().receipt(ReceiptWrite::Keep(kept))).await.unwrap();
    store.sealed.plant_canary(&sealed("k1", b"old")).await.unwrap();
    let [old, new] = ["k1", "k2"].map(|key| KeyId::parse(key).unwrap());
    assert_eq!(store.sealed.count_not_under(&old).await.unwrap(), 0);
    for (done, value) in walk(&store, 1).await.into_iter().enumerate() {
        assert_eq!(store.sealed.count_not_under(&new).await.unwrap(), 5 - done as u64);
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
    let setting = with_setting(&store, &tenant, &before, "token", b"old").await;
    store.sealed.plant_canary(&sealed("k1", b"old")).await.unwrap();
    let seen = walk(&store, 10).await;
    let credentials = Patch::Set(sealed("k1", b"changed"));
    let edit = IntegrationEdit { credentials, ..Default::default() };
    store.update(&tenant.scope, &before, &before.edited(edit, store.now()).unwrap()).await.unwrap();
    let grant = Some(Grant { tokens: sealed("k1", b"changed"), ..a_grant("an account") });
    let edit = IntegrationEdit { grant, ..Default::default() };
    store.update(&tenant.scope, &granted, &granted.edited(edit, store.now()).unwrap()).await.unwrap();
    let value = SettingValue::Secret(sealed("k1", b"changed"));
    store.write(&tenant.scope, SettingWrite::Update(revalued(&setting, value.clone()))).await.unwrap();
    let canary = seen.last().unwrap();
    assert!(store.sealed.replace(canary, &sealed("k2", b"first")).await.unwrap());
    for stale in &seen {
        assert!(!store.sealed.replace(stale, &sealed("k2", b"late")).await.unwrap(), "{stale:?}");
    }
    let stored = store.integrations.find(&tenant.scope, before.id()).await.unwrap().unwrap();
    assert_eq!(stored.credentials(), Some(&sealed("k1", b"changed")));
    let general = ChannelId::parse("general").unwrap();
    let config = store.channels.find(&tenant.scope, before.id(), &general).await.unwrap();
    assert_eq!(config.settings[0].value(), &value);
    assert_eq!(store.sealed.canary().await.unwrap(), Some(sealed("k2", b"first")));
}
