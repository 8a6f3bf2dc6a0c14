//! Settings come back as they were saved, and go with their integration.

use std::slice::from_ref;

use chrono::TimeDelta;
use patchbay_domain::{
    Changes, ChannelConfigRepository, ChannelId, EventType, RepositoryError, Setting, SettingLabel,
    SettingParts, SettingRepository, SettingValue, SettingWrite, UnitOfWork,
};
use rstest::rstest;

use crate::fixtures::{Store, deleted, in_channel, plain, relabelled, renamed, revalued, sealed};
use crate::support::Backend;

#[rstest]
#[tokio::test]
async fn every_field_comes_back_as_it_was_saved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let longest = "\u{1f980}".repeat(255);
    let most = in_channel(&store.setting(&integration, &longest, &"\u{1f600}".repeat(8192)), &longest);
    let updated_at = store.now() + TimeDelta::microseconds(1);
    let most = Setting::from_parts(SettingParts { updated_at, ..most.parts().clone() });
    store.write(&tenant.scope, SettingWrite::Insert(most.clone())).await.unwrap();
    let channel = most.parts().channel.clone().unwrap();
    let found = || store.channels.find(&tenant.scope, integration.id(), &channel);
    let config = found().await.unwrap();
    assert_eq!((config.integration_id, &config.channel), (integration.id(), &channel));
    assert_eq!(config.settings, from_ref(&most));

    let envelope: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let secret = SettingValue::Secret(sealed("key_of-2026", &envelope));
    let label = SettingLabel::parse("\"; -- ' \\ x").unwrap();
    let secret = most.changed(label, secret, store.now() + TimeDelta::days(1)).unwrap();
    store.write(&tenant.scope, SettingWrite::Update(secret.clone())).await.unwrap();
    assert_eq!(found().await.unwrap().settings, from_ref(&secret));

    let empty = revalued(&secret, plain(""));
    store.write(&tenant.scope, SettingWrite::Update(empty.clone())).await.unwrap();
    assert_eq!(found().await.unwrap().settings, from_ref(&empty));

    store.write(&tenant.scope, SettingWrite::Delete(empty)).await.unwrap();
    assert_eq!(found().await.unwrap().settings, []);
}

#[rstest]
#[tokio::test]
async fn times_are_kept_to_the_microsecond(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let whole = store.setting(&integration, "colour", "red");
    let finer = whole.parts().created_at + TimeDelta::nanoseconds(999);
    let fine = Setting::create(SettingParts { created_at: finer, ..whole.parts().clone() });
    store.write(&tenant.scope, SettingWrite::Insert(fine)).await.unwrap();
    assert_eq!(store.settings.list(&tenant.scope, integration.id()).await.unwrap(), [whole]);
}

#[rstest]
#[tokio::test]
async fn settings_are_listed_oldest_first_and_then_by_id(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let [first, second] = ["made first", "made second"].map(|label| store.setting(&integration, label, ""));
    store.write(&tenant.scope, SettingWrite::Insert(second)).await.unwrap();
    store.write(&tenant.scope, SettingWrite::Insert(first)).await.unwrap();
    store.clock.advance(TimeDelta::seconds(-1));
    store.stored_setting(&tenant, &integration, "of a clock that went back").await;
    let expected = ["of a clock that went back", "made first", "made second"];
    assert_eq!(store.labels(&tenant.scope, &integration).await, expected);
}

#[rstest]
#[tokio::test]
async fn a_channel_has_its_own_settings(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let [shop, other] = [store.stored(&tenant, "shop").await, store.stored(&tenant, "other").await];
    for of in [&shop, &other] {
        store.stored_setting(&tenant, of, "colour").await;
        for channel in ["general", "General", " general", "random"] {
            let setting = in_channel(&store.setting(of, "colour", channel), channel);
            store.write(&tenant.scope, SettingWrite::Insert(setting)).await.unwrap();
        }
    }
    for of in [&shop, &other] {
        assert_eq!(store.labels(&tenant.scope, of).await, ["colour"]);
        for channel in ["general", "General", " general", "random"] {
            let id = ChannelId::parse(channel).unwrap();
            let config = store.channels.find(&tenant.scope, of.id(), &id).await.unwrap();
            let values: Vec<_> = config.settings.iter().map(Setting::value).collect();
            assert_eq!(values, [&plain(channel)]);
        }
        let unknown = ChannelId::parse("unknown").unwrap();
        let config = store.channels.find(&tenant.scope, of.id(), &unknown).await.unwrap();
        assert_eq!(config.settings, []);
    }
}

#[rstest]
#[tokio::test]
async fn a_label_is_held_once_and_freed_by_renaming_and_deleting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let held = store.stored_setting(&tenant, &integration, "colour").await;
    let size = store.stored_setting(&tenant, &integration, "size").await;
    let again = SettingWrite::Insert(store.setting(&integration, "colour", ""));
    let onto = SettingWrite::Update(relabelled(&size, "colour"));
    for taken in [again.clone(), onto.clone()] {
        let refused = store.write(&tenant.scope, taken).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    // Another spelling is another label.
    store.stored_setting(&tenant, &integration, "Colour").await;

    let renamed = relabelled(&held, "hue");
    store.write(&tenant.scope, SettingWrite::Update(renamed.clone())).await.unwrap();
    store.write(&tenant.scope, onto).await.unwrap();
    store.write(&tenant.scope, SettingWrite::Delete(renamed)).await.unwrap();
    store.stored_setting(&tenant, &integration, "hue").await;
    assert_eq!(store.labels(&tenant.scope, &integration).await, ["colour", "Colour", "hue"]);
}

#[rstest]
#[tokio::test]
async fn of_two_changes_to_one_version_the_second_is_stale(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let seen = store.stored_setting(&tenant, &integration, "colour").await;
    let first = revalued(&seen, plain("first"));
    store.write(&tenant.scope, SettingWrite::Update(first.clone())).await.unwrap();
    for late in [SettingWrite::Update(revalued(&seen, plain("late"))), SettingWrite::Delete(seen.clone())] {
        let refused = store.write(&tenant.scope, late).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    assert_eq!(store.settings.list(&tenant.scope, integration.id()).await.unwrap(), from_ref(&first));
    store.write(&tenant.scope, SettingWrite::Delete(first.clone())).await.unwrap();
    for gone in [SettingWrite::Update(revalued(&first, plain("late"))), SettingWrite::Delete(first.clone())] {
        let refused = store.write(&tenant.scope, gone).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
}

#[rstest]
#[tokio::test]
async fn an_integration_that_is_deleted_takes_all_its_settings_along(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let [gone, stays] = [store.stored(&tenant, "gone").await, store.stored(&tenant, "stays").await];
    for of in [&gone, &stays] {
        store.stored_setting(&tenant, of, "colour").await;
        let setting = in_channel(&store.setting(of, "colour", ""), "general");
        store.write(&tenant.scope, SettingWrite::Insert(setting)).await.unwrap();
    }
    store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
    let general = ChannelId::parse("general").unwrap();
    for (of, left) in [(&gone, 0), (&stays, 1)] {
        assert_eq!(store.labels(&tenant.scope, of).await.len(), left);
        let config = store.channels.find(&tenant.scope, of.id(), &general).await.unwrap();
        assert_eq!(config.settings.len(), left);
    }
}

#[rstest]
#[tokio::test]
async fn an_integration_that_is_gone_takes_no_setting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let gone = store.stored(&tenant, "gone").await;
    let setting = store.stored_setting(&tenant, &gone, "colour").await;
    store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
    let never = store.integration(&tenant, "never stored");
    for late in [
        SettingWrite::Insert(store.setting(&gone, "late", "")),
        SettingWrite::Update(revalued(&setting, plain("late"))),
        SettingWrite::Delete(setting),
        SettingWrite::Insert(store.setting(&never, "early", "")),
    ] {
        let refused = store.write(&tenant.scope, late).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    assert!(store.labels(&tenant.scope, &gone).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_integration_and_its_settings_can_be_made_in_one_commit(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.integration(&tenant, "shop");
    let setting = SettingWrite::Insert(store.setting(&integration, "colour", "red"));
    let changes = Changes::new().setting(setting).insert(&integration);
    store.work.commit(&tenant.scope, changes).await.unwrap();
    assert_eq!(store.labels(&tenant.scope, &integration).await, ["colour"]);
}

#[rstest]
#[tokio::test]
async fn when_a_later_step_fails_no_setting_was_written(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let changed = store.stored_setting(&tenant, &integration, "changed").await;
    let deleted = store.stored_setting(&tenant, &integration, "deleted").await;
    let event = store.event(tenant.organisation.id, EventType::SettingChanged);
    let everything = || {
        Changes::new()
            .update(&integration, &renamed(&integration, "store"))
            .setting(SettingWrite::Insert(store.setting(&integration, "new", "")))
            .setting(SettingWrite::Update(relabelled(&changed, "other")))
            .setting(SettingWrite::Delete(deleted.clone()))
            .event(event.clone())
    };
    let refused = store.work.commit(&tenant.scope, everything().event(event.clone())).await;
    assert!(matches!(refused, Err(RepositoryError::Corrupt { entity: "event", .. })), "{refused:?}");
    let stale = SettingWrite::Delete(changed.clone());
    let refused = store.work.commit(&tenant.scope, everything().setting(stale)).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    assert_eq!(store.labels(&tenant.scope, &integration).await, ["changed", "deleted"]);
    assert_eq!(store.names(&tenant.scope).await, ["shop"]);

    store.work.commit(&tenant.scope, everything()).await.unwrap();
    assert_eq!(store.labels(&tenant.scope, &integration).await, ["other", "new"]);
}

/// Deleting and overwriting leave no copy of the sealed secret on freed pages.
#[rstest]
#[tokio::test]
async fn a_secret_that_is_gone_leaves_no_byte_in_a_sqlite_file(#[values(0, 1, 2)] way: u8) {
    let marker = b"a marker that is sealed nowhere else";
    let store = Store::open(Backend::Sqlite).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    let parts = store.setting(&integration, "token", "").parts().clone();
    let value = SettingValue::Secret(sealed("k1", &marker.repeat(500)));
    let setting = Setting::from_parts(SettingParts { value, ..parts });
    store.write(&tenant.scope, SettingWrite::Insert(setting.clone())).await.unwrap();
    let gone = match way {
        0 => store.write(&tenant.scope, SettingWrite::Delete(setting)).await,
        1 => store.write(&tenant.scope, SettingWrite::Update(revalued(&setting, plain("")))).await,
        _ => store.update(&tenant.scope, &integration, &deleted(&integration)).await,
    };
    gone.unwrap();
    store.db.shutdown().await;
    for entry in store.place.directory().read_dir().unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(marker.len()).any(|window| window == marker));
    }
}

#[rstest]
#[tokio::test]
async fn a_row_that_does_not_read_as_a_setting_is_corrupt(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("label = ' '", "version = 0", "id = 'x'", "value = NULL, sealed = 'x', sealed_key = ''")]
    damage: &str,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.stored(&tenant, "shop").await;
    store.stored_setting(&tenant, &integration, "colour").await;
    store.place.execute(&format!("UPDATE settings SET {damage}"));
    let read = store.settings.list(&tenant.scope, integration.id()).await;
    let corrupt = matches!(read, Err(RepositoryError::Corrupt { entity: "setting", .. }));
    assert!(corrupt, "{damage}: {read:?}");
}
