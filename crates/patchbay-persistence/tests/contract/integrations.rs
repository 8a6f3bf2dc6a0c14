//! Integrations come back as they were saved.

use chrono::TimeDelta;
use patchbay_domain::{
    Actor, AgentId, ApiKeyId, AppDescription, Changes, ChannelKind, Clock, Conditions, Configuration,
    Identifier, Integration, IntegrationEdit, IntegrationFilter, IntegrationKind, IntegrationName,
    IntegrationParts, IntegrationRepository, Manifest, ManifestUrl, Origin, PageRequest, Patch, ProviderId,
    ProviderName, Scope, Status, Uncatalogued, UniqueRules, UnitOfWork, Version, Visibility,
};
use rstest::rstest;
use uuid::Uuid;

use crate::fixtures::{Store, Tenant, deleted, renamed, sealed};
use crate::support::Backend;

/// The most that every field may hold.
fn everything(store: &Store, tenant: &Tenant) -> Integration {
    let app = AppDescription {
        name: "Läden \u{1f980}".to_owned(),
        url: "https://läden.example/?q=\"quotes\"&b=\\".to_owned(),
        logo: String::new(),
        description: "long \u{1f600}\n".repeat(20_000),
    };
    let parts = IntegrationParts {
        provider: ProviderId::uncatalogued(),
        uncatalogued: Some(Uncatalogued {
            name: ProviderName::parse(&"\u{1f980}".repeat(64)).unwrap(),
            channel: ChannelKind::InApp,
        }),
        identifier: Some(Identifier::parse(&"\u{1f980}".repeat(255)).unwrap()),
        name: IntegrationName::parse(&"\u{1f980}".repeat(255)).unwrap(),
        kind: IntegrationKind::parse("  Kept as it came ' \" ; --  ").unwrap(),
        origin: Origin::System,
        status: Status::Paused,
        visibility: Visibility::Public,
        agent: Some(AgentId::parse(&"\u{1f980}".repeat(255)).unwrap()),
        configuration: Configuration::from_stored(
            // Neither sorted nor without an exotic number.
            serde_json::from_str(r#"{"z":1,"a":{"y":[null,-0.5,1e300],"b":"\ud83e\udd80"},"":""}"#).unwrap(),
        ),
        manifest: Some(Manifest { url: ManifestUrl::parse(&"ü".repeat(2048)).unwrap(), app: Some(app) }),
        credentials: Some(sealed("key_of-2026", &(0..=255).cycle().take(70_000).collect::<Vec<u8>>())),
        conditions: Conditions::from_stored(
            serde_json::from_str(r#"[{"z":"\ud83e\udd80","a":[-0.5,1e300]},{},null]"#).unwrap(),
        ),
        version: Version::FIRST,
        updated_at: store.now() + TimeDelta::microseconds(1),
        ..store.integration(tenant, "replaced").parts().clone()
    };
    Integration::from_parts(parts)
}

/// The least that every field may hold.
fn next_to_nothing(before: &Integration) -> Integration {
    Integration::from_parts(IntegrationParts {
        provider: ProviderId::parse("_").unwrap(),
        uncatalogued: None,
        identifier: None,
        name: IntegrationName::parse("x").unwrap(),
        kind: IntegrationKind::parse("").unwrap(),
        origin: Origin::Custom,
        status: Status::Active,
        visibility: Visibility::Private,
        agent: None,
        configuration: Configuration::default(),
        manifest: None,
        credentials: None,
        conditions: Conditions::none(),
        unique_rules: UniqueRules::default(),
        version: before.version().next(),
        updated_at: before.parts().updated_at + TimeDelta::days(1),
        ..before.parts().clone()
    })
}

#[rstest]
#[tokio::test]
async fn every_field_comes_back_as_it_was_saved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (most, scope) = (everything(&store, &tenant), &tenant.scope);
    store.work.commit(scope, Changes::new().insert(&most)).await.unwrap();
    let found = store.integrations.find(scope, most.id()).await.unwrap();
    assert_eq!(found.as_ref(), Some(&most));
    // Two maps are equal in whatever order.
    let members = found.unwrap().parts().configuration.members().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members, ["z", "a", ""]);

    let least = next_to_nothing(&most);
    store.update(scope, &most, &least).await.unwrap();
    assert_eq!(store.integrations.find(scope, most.id()).await.unwrap().as_ref(), Some(&least));

    let most =
        Integration::from_parts(IntegrationParts { version: least.version().next(), ..most.parts().clone() });
    store.update(scope, &least, &most).await.unwrap();
    assert_eq!(store.page(scope, None, 10).await.items, [most]);
}

#[rstest]
#[tokio::test]
async fn times_are_kept_to_the_microsecond(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let whole = store.integration(&tenant, "whole");
    let finer = whole.parts().created_at + TimeDelta::nanoseconds(999);
    let fine = IntegrationParts { created_at: finer, ..whole.parts().clone() };
    store.work.commit(&tenant.scope, Changes::new().insert(&Integration::from_parts(fine))).await.unwrap();
    let found = store.integrations.find(&tenant.scope, whole.id()).await.unwrap();
    assert_eq!(found, Some(whole));
}

#[rstest]
#[tokio::test]
async fn a_deleted_integration_is_as_if_it_never_was(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let [gone, stays] = [store.stored(&tenant, "gone").await, store.stored(&tenant, "stays").await];
    let key = Actor::Key(ApiKeyId::from_uuid(Uuid::from_u128(7)));
    store.update(&tenant.scope, &gone, &gone.deleted(key, store.now())).await.unwrap();
    assert_eq!(store.integrations.find(&tenant.scope, gone.id()).await.unwrap(), None);
    assert_eq!(store.names(&tenant.scope).await, [stays.name().as_str()]);
}

/// Deleting overwrites: the freed pages keep no copy of the sealed secret.
#[tokio::test]
async fn the_secret_of_a_deleted_integration_leaves_no_byte_in_a_sqlite_file() {
    let marker = b"a marker that is sealed nowhere else";
    let store = Store::open(Backend::Sqlite).await;
    let tenant = store.tenant().await;
    let stored = store.stored(&tenant, "gone").await;
    let credentials = Patch::Set(sealed("k1", &marker.repeat(500)));
    let edit = IntegrationEdit { credentials, ..Default::default() };
    let changed = stored.edited(edit, store.clock.now()).unwrap();
    store.update(&tenant.scope, &stored, &changed).await.unwrap();
    store.update(&tenant.scope, &changed, &deleted(&changed)).await.unwrap();
    store.db.shutdown().await;
    for entry in store.place.directory().read_dir().unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(marker.len()).any(|window| window == marker));
    }
}

/// Whatever a use case puts into the last version.
#[rstest]
#[tokio::test]
async fn a_deleted_integration_keeps_no_secret(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use patchbay_domain::SealedStore;
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let stored = store.stored(&tenant, "gone").await;
    let careless =
        IntegrationParts { credentials: stored.credentials().cloned(), ..deleted(&stored).parts().clone() };
    store.update(&tenant.scope, &stored, &Integration::from_parts(careless)).await.unwrap();
    let (values, _) = store.sealed.walk(None, 10).await.unwrap();
    assert_eq!(values, []);
}

#[rstest]
#[tokio::test]
async fn a_row_that_does_not_read_as_an_integration_is_corrupt(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("status = 'gone'", "version = 0", "name = ''", "manifest_app = '[]'", "unique_rules = 'x'")]
    damage: &str,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let stored = store.stored(&tenant, "damaged").await;
    store.place.execute(&format!("UPDATE integrations SET {damage}"));
    let read = store.integrations.find(&tenant.scope, stored.id()).await;
    let corrupt =
        matches!(read, Err(patchbay_domain::RepositoryError::Corrupt { entity: "integration", .. }));
    assert!(corrupt, "{damage}: {read:?}");
}

#[rstest]
#[tokio::test]
async fn a_rename_shows_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let before = store.stored(&tenant, "before").await;
    store.update(&tenant.scope, &before, &renamed(&before, "after")).await.unwrap();
    assert_eq!(store.names(&tenant.scope).await, ["after"]);
}

#[rstest]
#[tokio::test]
async fn a_list_is_narrowed_by_every_member_of_a_filter_and_by_several(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let (plain, rich) = (store.integration(&tenant, "plain"), everything(&store, &tenant));
    let (of_plain, of_rich) = (plain.parts().clone(), rich.parts().clone());
    store.work.commit(&tenant.scope, Changes::new().insert(&plain).insert(&rich)).await.unwrap();
    let any = IntegrationFilter::default;
    let filters = |parts: &IntegrationParts| {
        let both = IntegrationFilter {
            provider: Some(parts.provider.clone()),
            visibility: Some(parts.visibility),
            ..any()
        };
        [
            IntegrationFilter { status: Some(parts.status), ..any() },
            IntegrationFilter { provider: Some(parts.provider.clone()), ..any() },
            IntegrationFilter { visibility: Some(parts.visibility), ..any() },
            both,
        ]
    };
    let agent = IntegrationFilter { agent: of_rich.agent.clone(), ..any() };
    let rich_ones =
        filters(&of_rich).into_iter().chain([agent.clone()]).map(|filter| (filter, vec![rich.id()]));
    let plain_ones = filters(&of_plain).into_iter().map(|filter| (filter, vec![plain.id()]));
    let mixed = IntegrationFilter { provider: Some(of_plain.provider.clone()), ..agent };
    for (filter, ids) in rich_ones.chain(plain_ones).chain([(mixed, Vec::new())]) {
        for scope in [tenant.scope, Scope::new(tenant.organisation.id, Some(of_plain.environment_id))] {
            let request = PageRequest { after: None, limit: 10 };
            let found = store.integrations.list(&scope, &filter, request).await.unwrap().items;
            assert_eq!(found.iter().map(Integration::id).collect::<Vec<_>>(), ids, "{filter:?}");
            assert_eq!(store.integrations.count(&scope, &filter).await.unwrap(), ids.len() as u64);
            assert!(found.iter().all(|one| filter.takes(one)), "{filter:?}");
        }
    }
}
