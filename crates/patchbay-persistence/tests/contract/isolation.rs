//! What lies outside a scope is as if it did not exist.

use patchbay_domain::{
    ApiKeyRepository, Changes, ChannelConfigRepository, ChannelId, EnvironmentRepository, EventType,
    Integration, IntegrationParts, IntegrationRepository, RepositoryError, Scope, Setting, SettingParts,
    SettingWrite, UnitOfWork,
};
use rstest::rstest;

use crate::fixtures::{Store, Tenant, deleted, in_channel, relabelled, renamed};
use crate::support::Backend;

/// A tenant with an integration, and scopes that do not see it.
async fn strangers(store: &Store) -> (Tenant, [Scope; 2]) {
    let (owner, other) = (store.tenant().await, store.tenant().await);
    let environment = store.environment(&owner).await;
    let elsewhere = Scope::new(owner.organisation.id, Some(environment.id));
    (owner, [other.scope, elsewhere])
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_see_an_integration(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let stored = store.stored(&owner, "ours").await;
    let own_environment = Scope::new(owner.organisation.id, Some(owner.organisation.default_environment));
    for scope in [owner.scope, own_environment] {
        assert!(store.integrations.find(&scope, stored.id()).await.unwrap().is_some());
        assert_eq!(store.names(&scope).await, ["ours"]);
    }
    for scope in strangers {
        assert_eq!(store.integrations.find(&scope, stored.id()).await.unwrap(), None);
        assert!(store.names(&scope).await.is_empty());
    }
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_change_or_delete_an_integration(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let stored = store.stored(&owner, "ours").await;
    for scope in strangers {
        for after in [renamed(&stored, "theirs"), deleted(&stored)] {
            let refused = store.update(&scope, &stored, &after).await;
            assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
        }
    }
    assert_eq!(store.names(&owner.scope).await, ["ours"]);
    // Their refused attempts gave no key up.
    let again = store.integration(&owner, "ours");
    let taken = store.work.commit(&owner.scope, Changes::new().insert(&again)).await;
    assert!(matches!(taken, Err(RepositoryError::Duplicate(_))), "{taken:?}");
}

/// An id is no password: knowing another's does not help.
#[rstest]
#[tokio::test]
async fn the_id_of_anothers_integration_opens_nothing_under_ones_own_organisation(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, other) = (store.tenant().await, store.tenant().await);
    let stored = store.stored(&owner, "ours").await;
    let disguised = Integration::from_parts(IntegrationParts {
        organisation_id: other.organisation.id,
        environment_id: other.organisation.default_environment,
        ..renamed(&stored, "theirs").parts().clone()
    });
    let refused = store.update(&other.scope, &stored, &disguised).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    assert_eq!(store.names(&owner.scope).await, ["ours"]);
}

/// Neither can it be drawn into one's own environment.
#[rstest]
#[tokio::test]
async fn an_integration_of_another_environment_cannot_be_claimed_by_moving_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, [_, elsewhere]) = strangers(&store).await;
    let stored = store.stored(&owner, "ours").await;
    let moved = Integration::from_parts(IntegrationParts {
        environment_id: elsewhere.environment().unwrap(),
        ..renamed(&stored, "theirs").parts().clone()
    });
    let refused = store.update(&elsewhere, &stored, &moved).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    store.update(&owner.scope, &stored, &moved).await.unwrap();
    assert_eq!(store.names(&elsewhere).await, ["theirs"]);
}

#[rstest]
#[tokio::test]
async fn nothing_new_can_be_put_outside_the_scope(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let integration = store.integration(&owner, "planted");
    let setting = store.setting(&integration, "planted", "");
    let mut event = store.event(owner.organisation.id, EventType::IntegrationCreated);
    event.environment_id = Some(owner.organisation.default_environment);
    let changes = [
        Changes::new().insert(&integration),
        Changes::new().setting(SettingWrite::Insert(setting)),
        Changes::new().key(&store.key(&owner, None, 1)),
        Changes::new().key(&store.key(&owner, Some(owner.organisation.default_environment), 2)),
        Changes::new().environment(&store.default_environment(&owner.organisation)),
        Changes::new().event(event),
    ];
    for scope in strangers {
        for planted in changes.clone() {
            let refused = store.work.commit(&scope, planted).await;
            assert!(matches!(refused, Err(RepositoryError::Corrupt { .. })), "{refused:?}");
        }
    }
    assert!(store.names(&owner.scope).await.is_empty());
    assert_eq!(store.keys.list(&owner.scope).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_see_settings(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let integration = store.stored(&owner, "ours").await;
    let setting = store.stored_setting(&owner, &integration, "colour").await;
    let general = ChannelId::parse("general").unwrap();
    let of_channel = in_channel(&store.setting(&integration, "size", ""), general.as_str());
    store.write(&owner.scope, SettingWrite::Insert(of_channel)).await.unwrap();
    let own_environment = Scope::new(owner.organisation.id, Some(owner.organisation.default_environment));
    for (scope, seen) in [(owner.scope, 1), (own_environment, 1), (strangers[0], 0), (strangers[1], 0)] {
        assert_eq!(store.labels(&scope, &integration).await.len(), seen);
        let config = store.channels.find(&scope, integration.id(), &general).await.unwrap();
        assert_eq!(config.settings.len(), seen);
    }
    store.write(&own_environment, SettingWrite::Delete(setting)).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_change_or_delete_a_setting(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let integration = store.stored(&owner, "ours").await;
    let setting = store.stored_setting(&owner, &integration, "colour").await;
    for scope in strangers {
        for write in
            [SettingWrite::Update(relabelled(&setting, "theirs")), SettingWrite::Delete(setting.clone())]
        {
            let refused = store.write(&scope, write).await;
            assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
        }
    }
    assert_eq!(store.labels(&owner.scope, &integration).await, ["colour"]);
}

/// Neither the id of an integration nor that of a setting is a password.
#[rstest]
#[tokio::test]
async fn the_ids_of_anothers_settings_open_nothing_from_ones_own_place(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, [other, elsewhere]) = strangers(&store).await;
    let integration = store.stored(&owner, "ours").await;
    let setting = store.stored_setting(&owner, &integration, "colour").await;
    for scope in [other, elsewhere] {
        let disguised = |setting: Setting| {
            let environment_id = scope.environment().unwrap_or(setting.parts().environment_id);
            Setting::from_parts(SettingParts {
                organisation_id: scope.organisation(),
                environment_id,
                ..setting.parts().clone()
            })
        };
        for write in [
            SettingWrite::Insert(disguised(store.setting(&integration, "theirs", ""))),
            SettingWrite::Update(disguised(relabelled(&setting, "theirs"))),
            SettingWrite::Delete(disguised(setting.clone())),
        ] {
            let refused = store.write(&scope, write).await;
            assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
        }
    }
    assert_eq!(store.labels(&owner.scope, &integration).await, ["colour"]);
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_revoke_a_key(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let (owner, strangers) = strangers(&store).await;
    let key = store.key(&owner, None, 1);
    store.work.commit(&owner.scope, Changes::new().key(&key)).await.unwrap();
    for scope in strangers {
        let refused = store.work.commit(&scope, Changes::new().revoke_key(key.id, store.now())).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
        assert_eq!(store.keys.list(&scope).await.unwrap(), []);
    }
    assert_eq!(store.keys.list(&owner.scope).await.unwrap(), [key]);
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_see_an_environment(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, [other, elsewhere]) = strangers(&store).await;
    let default = owner.organisation.default_environment;
    assert!(store.environments.find(&owner.scope, default).await.unwrap().is_some());
    for scope in [other, elsewhere] {
        assert_eq!(store.environments.find(&scope, default).await.unwrap(), None);
        let listed = store.environments.list(&scope).await.unwrap();
        assert!(listed.iter().all(|environment| environment.id != default), "{listed:?}");
        assert_eq!(listed.len(), 1);
    }
}
