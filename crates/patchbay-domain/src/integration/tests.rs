mod ranked;

use super::*;
use crate::Patch;
use chrono::TimeDelta;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn named(name: &str, url: &str) -> Integration {
    let [id, organisation, environment] = [1, 2, 3].map(Uuid::from_u128);
    let draft = IntegrationDraft {
        manifest: Some(Manifest { url: ManifestUrl::parse(url).unwrap(), app: None }),
        credentials: Some(Sealed::new(crate::KeyId::parse("k1").unwrap(), *b"sealed")),
        unique_rules: [UniqueRule::NameAndManifest].into_iter().collect(),
        ..IntegrationDraft::new(ProviderId::json_manifest(), IntegrationName::parse(name).unwrap())
    };
    Integration::create(
        IntegrationId::from_uuid(id),
        OrganisationId::from_uuid(organisation),
        EnvironmentId::from_uuid(environment),
        draft,
        now(),
    )
}

#[test]
fn a_change_makes_the_next_version_and_leaves_this_one_alone() {
    let before = named("Shop", "https://a.example");
    let later = now() + TimeDelta::seconds(1);
    let edit = IntegrationEdit { name: Some(IntegrationName::parse("Store").unwrap()), ..Default::default() };
    let after = before.edited(edit, later).unwrap();
    assert_eq!(
        (after.name().as_str(), after.version().number(), after.parts().updated_at),
        ("Store", 2, later)
    );
    assert_eq!((before.name().as_str(), before.version().number()), ("Shop", 1));
    assert_eq!(after.parts().created_at, before.parts().created_at);
}

#[test]
fn a_change_to_what_is_already_so_is_no_change() {
    let integration = named("Shop", "https://a.example");
    let same = IntegrationEdit {
        name: Some(integration.name().clone()),
        status: Some(Status::Active),
        manifest: integration.manifest().cloned(),
        ..Default::default()
    };
    assert_eq!(integration.edited(same, now() + TimeDelta::seconds(1)), None);
}

#[test]
fn a_change_of_what_belongs_to_it_makes_the_next_version_too() {
    let before = named("Shop", "https://a.example");
    let later = now() + TimeDelta::seconds(1);
    let after = before.next(IntegrationEdit::default(), later);
    assert_eq!((after.version().number(), after.parts().updated_at), (2, later));
    assert_eq!(after.name(), before.name());
}

#[test]
fn credentials_can_be_removed() {
    let edit = IntegrationEdit { credentials: Patch::Remove, ..Default::default() };
    let after = named("Shop", "https://a.example").edited(edit, now()).unwrap();
    assert_eq!(after.credentials(), None);
}

#[test]
fn spellings_of_one_name_and_address_share_a_key() {
    let keys = |name, url| named(name, url).unique_keys();
    assert_eq!(keys("Shop", "https://A.example/"), keys(" SHOP ", "https://a.example:443"));
    assert_ne!(keys("Shop", "https://a.example"), keys("Shop", "https://b.example"));
    assert_ne!(keys("Shop", "https://a.example"), keys("Shops", "https://a.example"));
}

#[test]
fn custom_integrations_share_a_key_by_their_address_alone() {
    let custom = |name, url, origin| {
        let unique_rules = [UniqueRule::CustomManifest].into_iter().collect();
        Integration::from_parts(IntegrationParts { origin, unique_rules, ..named(name, url).0 }).unique_keys()
    };
    let held = custom("Shop", "https://A.example/", Origin::Custom);
    assert_eq!(held.len(), 1);
    assert_eq!(held, custom("Store", "https://a.example:443", Origin::Custom));
    assert_ne!(held, custom("Shop", "https://b.example", Origin::Custom));
    assert_eq!(custom("Shop", "https://a.example", Origin::Plain), []);
}

#[test]
fn a_deleted_integration_holds_no_key_and_no_secret() {
    let deleted = named("Shop", "https://a.example").deleted(Actor::Operator, now());
    assert_eq!(deleted.unique_keys(), []);
    assert_eq!(deleted.credentials(), None);
    assert_eq!(deleted.version().number(), 2);
}

#[test]
fn what_is_recorded_of_an_integration_holds_no_secret() {
    let facts = Value::Object(named("Shop", "https://a.example").summary()).to_string();
    assert!(facts.contains("has_credentials") && !facts.contains("sealed"), "{facts}");
}

fn a_grant(account: &str) -> Grant {
    Grant {
        tokens: Sealed::new(crate::KeyId::parse("k1").unwrap(), *b"sealed tokens"),
        account: Some(AccountId::parse(account).unwrap()),
        scopes: vec!["chat:write".to_owned()],
        expires_at: None,
        granted_by: Actor::Operator,
        granted_at: now(),
    }
}

fn connected(provider: &str, account: &str) -> Integration {
    let mut parts = named("Slack", "https://a.example").parts().clone();
    parts.provider = ProviderId::parse(provider).unwrap();
    parts.grant = Some(a_grant(account));
    parts.unique_rules = [UniqueRule::Connection, UniqueRule::Account].into_iter().collect();
    Integration::from_parts(parts)
}

#[test]
fn a_connection_holds_its_provider_in_its_environment_and_its_account_anywhere() {
    let slack = connected("slack", "T1");
    let [connection, account] = &slack.unique_keys()[..] else { panic!("{:?}", slack.unique_keys()) };
    assert_eq!(*connection, UniqueKey::connection(slack.parts().environment_id, &ProviderId::slack()));
    assert_eq!(account.rule, UniqueRule::Account);
    assert!(!connected("slack", "T2").unique_keys().contains(account));
    assert!(!connected("other", "T1").unique_keys().contains(account));
}

#[test]
fn deleting_destroys_the_grant_and_frees_what_it_held() {
    let deleted = connected("slack", "T1").deleted(Actor::Operator, now());
    assert_eq!((deleted.grant(), deleted.unique_keys()), (None, Vec::new()));
}

#[test]
fn what_is_recorded_of_a_grant_names_its_account_and_scopes_and_no_token() {
    let summary = Value::Object(connected("slack", "T1").summary()).to_string();
    assert!(summary.contains(r#""grant":{"account":"T1","scopes":["chat:write"]}"#), "{summary}");
    assert!(!summary.contains("sealed"), "{summary}");
}

#[test]
fn a_revived_integration_goes_on_with_the_versions_of_the_deleted_one() {
    let deleted = named("Shop", "https://a.example").deleted(Actor::Operator, now());
    let later = now() + TimeDelta::seconds(1);
    let parts = named("Store", "https://b.example").parts().clone();
    let draft = IntegrationDraft {
        origin: Origin::System,
        manifest: parts.manifest,
        credentials: parts.credentials,
        unique_rules: parts.unique_rules,
        ..IntegrationDraft::new(parts.provider, parts.name)
    };
    let revived = deleted.revived(draft, later);
    assert_eq!((revived.id(), revived.version().number()), (deleted.id(), 3));
    assert_eq!((revived.parts().deleted, revived.parts().created_at), (None, later));
    assert_eq!(revived.name().as_str(), "Store");
}
