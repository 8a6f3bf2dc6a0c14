//! What was read at a manifest's address comes back as it came, and goes with its
//! integration; custom integrations are a list of their own.

use chrono::TimeDelta;
use patchbay_domain::{
    Changes, Integration, IntegrationEdit, IntegrationFilter, IntegrationParts, IntegrationPosition,
    IntegrationRepository, ManifestDocument, ManifestRepository, Origin, PageRequest, RepositoryError, Scope,
    UnitOfWork,
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::fixtures::{Store, Tenant, deleted, renamed};
use crate::support::Backend;

fn document(source: Value) -> ManifestDocument {
    ManifestDocument::read(source).unwrap()
}

fn named(name: &str) -> ManifestDocument {
    document(json!({"descriptions": {"app_name": name}, "settings": [{"label": "colour", "type": "text"}]}))
}

async fn found(store: &Store, scope: &Scope, of: &Integration) -> Option<ManifestDocument> {
    store.manifests.find(scope, of.id()).await.unwrap()
}

/// A new integration and its document, stored.
async fn described(store: &Store, tenant: &Tenant, name: &str) -> Integration {
    let integration = store.integration(tenant, name);
    let changes = Changes::new().insert(&integration).manifest(&integration, Some(named(name)));
    store.work.commit(&tenant.scope, changes).await.unwrap();
    integration
}

#[rstest]
#[tokio::test]
async fn a_document_comes_back_member_for_member(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.integration(&tenant, "shop");
    let source = json!({
        "data": {
            "zeta": [1, -2.5, true, null, "\u{1f980} \" '; -- \u{1}"],
            "descriptions": {"app_name": "Shop", "app_url": "https://shop.example"},
            "json_schema": {"type": "object", "b": 1, "a": 2},
            "settings": [{"label": "colour", "type": "dropdown", "options": ["red"], "default": "red"}],
            "text": "x".repeat(1_000_000),
        },
        "alpha": {},
    });
    let read = document(source.clone());
    let changes = Changes::new().manifest(&integration, Some(read.clone())).insert(&integration);
    store.work.commit(&tenant.scope, changes).await.unwrap();
    let kept = found(&store, &tenant.scope, &integration).await.unwrap();
    assert_eq!(kept, read);
    // Equal says nothing of the order of members.
    assert_eq!(Value::Object(kept.source).to_string(), source.to_string());
}

#[rstest]
#[tokio::test]
async fn a_secret_to_begin_with_is_not_kept_with_the_document(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = store.integration(&tenant, "shop");
    let read = document(json!({"settings": [{"label": "token", "type": "number", "default": "planted"}]}));
    let changes = Changes::new().insert(&integration).manifest(&integration, Some(read));
    store.work.commit(&tenant.scope, changes).await.unwrap();
    let kept = found(&store, &tenant.scope, &integration).await.unwrap();
    assert_eq!(kept.setting("token").unwrap().default, None);
    assert!(kept.check_setting("token", "text").is_err(), "the definition stays");
}

#[rstest]
#[tokio::test]
async fn a_document_is_replaced_dropped_and_kept_by_a_change_of_something_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let other = described(&store, &tenant, "other").await;
    let first = described(&store, &tenant, "shop").await;
    let second = renamed(&first, "store");
    store.update(&tenant.scope, &first, &second).await.unwrap();
    assert_eq!(found(&store, &tenant.scope, &first).await, Some(named("shop")));

    let third = second.next(IntegrationEdit::default(), store.now());
    let changes = Changes::new().update(&second, &third).manifest(&third, Some(named("newer")));
    store.work.commit(&tenant.scope, changes).await.unwrap();
    assert_eq!(found(&store, &tenant.scope, &first).await, Some(named("newer")));

    let fourth = third.next(IntegrationEdit::default(), store.now());
    for document in [named("late"), named("later")] {
        // A version that moved on leaves the document alone.
        let late = Changes::new().update(&first, &second).manifest(&second, Some(document));
        let refused = store.work.commit(&tenant.scope, late).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    let changes = Changes::new().update(&third, &fourth).manifest(&fourth, None);
    store.work.commit(&tenant.scope, changes).await.unwrap();
    assert_eq!(found(&store, &tenant.scope, &first).await, None);
    assert_eq!(found(&store, &tenant.scope, &other).await, Some(named("other")));
}

#[rstest]
#[tokio::test]
async fn a_document_goes_with_its_integration(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let [gone, stays] = [described(&store, &tenant, "gone").await, described(&store, &tenant, "stays").await];
    store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
    assert_eq!(found(&store, &tenant.scope, &gone).await, None);
    assert_eq!(found(&store, &tenant.scope, &stays).await, Some(named("stays")));
}

#[rstest]
#[tokio::test]
async fn a_document_without_its_integration_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = described(&store, &tenant, "shop").await;
    let end = deleted(&integration);
    for changes in [Changes::new(), Changes::new().update(&integration, &end)] {
        let refused = store.work.commit(&tenant.scope, changes.manifest(&integration, None)).await;
        assert!(matches!(refused, Err(RepositoryError::Corrupt { entity: "manifest", .. })), "{refused:?}");
    }
    assert_eq!(found(&store, &tenant.scope, &integration).await, Some(named("shop")));
}

#[rstest]
#[tokio::test]
async fn another_scope_cannot_see_or_replace_a_document(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = Store::open(backend).await;
    let (owner, other) = (store.tenant().await, store.tenant().await);
    let environment = store.environment(&owner).await;
    let integration = described(&store, &owner, "shop").await;
    let elsewhere = Scope::new(owner.organisation.id, Some(environment.id));
    let next = integration.next(IntegrationEdit::default(), store.now());
    for scope in [other.scope, elsewhere] {
        assert_eq!(found(&store, &scope, &integration).await, None);
        let theirs = Changes::new().update(&integration, &next).manifest(&next, Some(named("theirs")));
        let refused = store.work.commit(&scope, theirs).await;
        assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    }
    let own_environment = Scope::new(owner.organisation.id, Some(owner.organisation.default_environment));
    for scope in [owner.scope, own_environment] {
        assert_eq!(found(&store, &scope, &integration).await, Some(named("shop")));
    }
}

#[rstest]
#[tokio::test]
async fn what_does_not_read_as_a_manifest_is_corrupt(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values("", "[]", "{")] damage: &str,
) {
    let store = Store::open(backend).await;
    let tenant = store.tenant().await;
    let integration = described(&store, &tenant, "shop").await;
    store.place.execute(&format!("UPDATE manifests SET document = '{damage}'"));
    let read = store.manifests.find(&tenant.scope, integration.id()).await;
    assert!(matches!(read, Err(RepositoryError::Corrupt { entity: "manifest", .. })), "{read:?}");
}

/// A new integration of that origin, stored.
async fn of_origin(store: &Store, tenant: &Tenant, name: &str, origin: Origin) -> Integration {
    let parts = IntegrationParts { origin, ..store.integration(tenant, name).parts().clone() };
    let integration = Integration::from_parts(parts);
    store.work.commit(&tenant.scope, Changes::new().insert(&integration)).await.unwrap();
    integration
}

#[rstest]
#[tokio::test]
async fn one_origin_is_a_list_of_its_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 2, 3, 100)] limit: u32,
) {
    let store = Store::open(backend).await;
    let (tenant, other) = (store.tenant().await, store.tenant().await);
    let origins =
        [Origin::Plain, Origin::Custom, Origin::Custom, Origin::System, Origin::Plain, Origin::Custom];
    for (n, origin) in origins.into_iter().enumerate() {
        of_origin(&store, &tenant, &format!("app {n}"), origin).await;
        of_origin(&store, &other, &format!("other {n}"), origin).await;
        store.clock.advance(TimeDelta::microseconds(i64::try_from(n % 2).unwrap()));
    }
    let gone = of_origin(&store, &tenant, "gone", Origin::Custom).await;
    store.update(&tenant.scope, &gone, &deleted(&gone)).await.unwrap();
    let own_environment = Scope::new(tenant.organisation.id, Some(tenant.organisation.default_environment));
    let expected =
        [(Origin::Plain, vec!["app 0", "app 4"]), (Origin::Custom, vec!["app 1", "app 2", "app 5"])];
    for (scope, (origin, expected)) in
        [tenant.scope, own_environment].into_iter().flat_map(|scope| expected.clone().map(|row| (scope, row)))
    {
        let (mut names, mut after): (Vec<String>, Option<IntegrationPosition>) = (Vec::new(), None);
        loop {
            let request = PageRequest { after, limit };
            let page =
                store.integrations.list(&scope, &IntegrationFilter::of(origin), request).await.unwrap();
            names.extend(page.items.iter().map(|one| one.name().as_str().to_owned()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, expected, "{origin:?}");
    }
    let environment = store.environment(&tenant).await;
    let elsewhere = Scope::new(tenant.organisation.id, Some(environment.id));
    let request = PageRequest { after: None, limit };
    let page =
        store.integrations.list(&elsewhere, &IntegrationFilter::of(Origin::Custom), request).await.unwrap();
    assert_eq!(page.items, []);
}
