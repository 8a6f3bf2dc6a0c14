//! What many do to settings at once.

use patchbay_domain::{
    Changes, ChannelConfigRepository, ChannelId, Integration, SettingRepository, SettingWrite,
};
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted, in_channel, plain, relabelled, revalued};
use crate::racing::{begin, winners};
use crate::support::Backend;

#[rstest]
#[tokio::test]
async fn of_many_settings_with_one_label_one_is_stored(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let put = |n: usize| {
        let setting = store.setting(&integration, "colour", &format!("value {n}"));
        begin(&store, &tenant, Changes::new().setting(SettingWrite::Insert(setting)))
    };
    assert_eq!(winners((0..32).map(put).collect()).await, 1);
    assert_eq!(store.labels(&tenant.scope, &integration).await, ["colour"]);
}

#[rstest]
#[tokio::test]
async fn of_many_that_rename_onto_one_label_one_gets_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let mut settings = Vec::new();
    for n in 0..16 {
        settings.push(store.stored_setting(&tenant, &integration, &format!("label {n}")).await);
    }
    let rename = |setting| {
        begin(&store, &tenant, Changes::new().setting(SettingWrite::Update(relabelled(setting, "colour"))))
    };
    assert_eq!(winners(settings.iter().map(rename).collect()).await, 1);
    let labels = store.labels(&tenant.scope, &integration).await;
    assert_eq!((labels.len(), labels.iter().filter(|label| *label == "colour").count()), (16, 1));
}

#[rstest]
#[tokio::test]
async fn of_many_changes_to_one_version_one_is_stored(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let seen = store.stored_setting(&tenant, &integration, "colour").await;
    let change = |n: usize| {
        let write = SettingWrite::Update(revalued(&seen, plain(&format!("value {n}"))));
        begin(&store, &tenant, Changes::new().setting(write))
    };
    assert_eq!(winners((0..32).map(change).collect()).await, 1);
    let stored = store.settings.list(&tenant.scope, integration.id()).await.unwrap();
    assert_eq!(stored[0].parts().version.number(), 2);
}

/// Everything that can be on its way to an integration's settings while it is deleted.
async fn crowd(store: &Store, tenant: &Tenant, integration: &Integration) -> Vec<Changes> {
    let mut writes = Vec::new();
    for n in 0..4 {
        let changed = store.stored_setting(tenant, integration, &format!("changed {n}")).await;
        let gone = store.stored_setting(tenant, integration, &format!("deleted {n}")).await;
        let new = |place: &str| store.setting(integration, &format!("{place} {n}"), "new");
        writes.extend([
            SettingWrite::Insert(new("whole")),
            SettingWrite::Update(revalued(&changed, plain("changed"))),
            SettingWrite::Delete(gone),
            SettingWrite::Insert(in_channel(&new("one"), "general")),
        ]);
    }
    writes.into_iter().map(|write| Changes::new().setting(write)).collect()
}

/// The deletion comes at another place of the crowd in each round.
#[rstest]
#[tokio::test]
async fn no_setting_outlives_its_integration(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let mut gone = Vec::new();
    for round in 0..48 {
        let integration = store.stored(&tenant, "shop").await;
        let mut all = crowd(&store, &tenant, &integration).await;
        let deletion = Changes::new().update(&integration, &deleted(&integration));
        all.insert(round % (all.len() + 1), deletion);
        let commits = all.into_iter().map(|changes| begin(&store, &tenant, changes)).collect();
        // The deletion is among them: only that frees the name for the next round.
        assert!(winners(commits).await > 0);
        gone.push(integration);
    }
    let general = ChannelId::parse("general").unwrap();
    for integration in gone {
        assert!(store.labels(&tenant.scope, &integration).await.is_empty());
        let left = store.channels.find(&tenant.scope, integration.id(), &general).await.unwrap();
        assert_eq!(left.settings, []);
    }
}
