//! What programs know an integration by, where it lives and stands, and what is not catalogued.

use serde_json::json;

use super::*;
use crate::{EnvironmentId, Offer};

fn identifier(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

fn environment(number: u128) -> EnvironmentId {
    EnvironmentId::from_uuid(Uuid::from_u128(number))
}

/// One that is known by an identifier, made under these rules in the environment 3.
fn known(text: &str, rules: &[UniqueRule]) -> Integration {
    let mut parts = named("Shop", "https://a.example").parts().clone();
    parts.identifier = Some(identifier(text));
    parts.unique_rules = rules.iter().copied().collect();
    Integration::from_parts(parts)
}

fn edited(before: &Integration, edit: IntegrationEdit) -> Integration {
    before.edited(edit, now() + TimeDelta::seconds(1)).unwrap()
}

fn rules_of(integration: &Integration) -> Vec<UniqueRule> {
    integration.unique_keys().iter().map(|key| key.rule).collect()
}

#[test]
fn an_identifier_is_held_byte_by_byte_under_no_other_rule() {
    let held = known("Shop-1", &[]).unique_keys();
    assert_eq!(held, [UniqueKey { rule: UniqueRule::Identifier, value: "Shop-1".to_owned() }]);
    assert_ne!(held, known("shop-1", &[]).unique_keys());
    let both = known("Shop-1", &[UniqueRule::NameAndManifest]);
    assert_eq!(rules_of(&both), [UniqueRule::NameAndManifest, UniqueRule::Identifier]);
}

#[test]
fn without_an_identifier_none_is_held() {
    assert_eq!(rules_of(&named("Shop", "https://a.example")), [UniqueRule::NameAndManifest]);
}

#[test]
fn a_deleted_integration_holds_nothing_not_even_its_identifier() {
    let deleted = known("shop", &[UniqueRule::InApp]).deleted(Actor::Operator, now());
    assert_eq!(deleted.unique_keys(), []);
    assert_eq!(deleted.parts().identifier, Some(identifier("shop")), "the record keeps it");
}

#[test]
fn one_that_moves_holds_its_identifier_still_and_what_names_the_environment_there() {
    let before = known("shop", &[UniqueRule::InApp, UniqueRule::Connection, UniqueRule::NameAndManifest]);
    let there = Some(environment(4));
    let after = edited(&before, IntegrationEdit { environment: there, ..Default::default() });
    assert_eq!(after.parts().environment_id, environment(4));
    let key = |of: &Integration, rule| of.unique_keys().into_iter().find(|key| key.rule == rule).unwrap();
    for rule in [UniqueRule::NameAndManifest, UniqueRule::Identifier] {
        assert_eq!(key(&before, rule), key(&after, rule));
    }
    assert_eq!(key(&before, UniqueRule::InApp).value, environment(3).to_string());
    assert_eq!(key(&after, UniqueRule::InApp).value, environment(4).to_string());
    let connection = UniqueKey::connection(environment(4), &before.parts().provider);
    assert_eq!(key(&after, UniqueRule::Connection), connection);
}

#[test]
fn all_that_shows_messages_in_the_product_of_one_environment_holds_the_same() {
    let keys = |name: &str| {
        let mut parts = known(name, &[UniqueRule::InApp]).parts().clone();
        parts.identifier = None;
        Integration::from_parts(parts).unique_keys()
    };
    assert_eq!(keys("a"), keys("b"));
}

#[test]
fn a_change_takes_an_identifier_an_environment_and_conditions() {
    let before = known("shop", &[]);
    let conditions = Conditions::new(vec![json!({"type": "GROUP"})]).unwrap();
    let edit = IntegrationEdit {
        identifier: Some(identifier("store")),
        environment: Some(environment(4)),
        conditions: Some(conditions.clone()),
        ..Default::default()
    };
    let after = edited(&before, edit.clone());
    let parts = after.parts();
    assert_eq!(
        (parts.identifier.as_ref().unwrap().as_str(), parts.environment_id),
        ("store", environment(4))
    );
    assert_eq!((&parts.conditions, after.version().number()), (&conditions, 2));
    assert_eq!(after.edited(edit, now()), None, "it is so already");
    let without =
        edited(&after, IntegrationEdit { conditions: Some(Conditions::none()), ..Default::default() });
    assert!(without.parts().conditions.is_empty());
}

#[test]
fn a_move_is_told_by_the_change_and_gives_up_what_named_the_old_environment() {
    let before = known("shop", &[UniqueRule::InApp]);
    let move_to = |environment| edited(&before, IntegrationEdit { environment, ..renaming() });
    let is_moved = |after: &Integration| match &crate::Changes::new().update(&before, after).integrations[..]
    {
        [crate::IntegrationWrite::Update { is_moved, released, claimed, .. }] => {
            let rules = |keys: &[UniqueKey]| keys.iter().map(|key| key.rule).collect::<Vec<_>>();
            assert_eq!(rules(released), rules(claimed));
            (*is_moved, rules(claimed))
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(is_moved(&move_to(Some(environment(4)))), (true, vec![UniqueRule::InApp]));
    assert_eq!(is_moved(&move_to(Some(environment(3)))), (false, Vec::new()));
    assert_eq!(is_moved(&move_to(None)), (false, Vec::new()));
}

fn renaming() -> IntegrationEdit {
    IntegrationEdit { name: Some(IntegrationName::parse("Store").unwrap()), ..Default::default() }
}

#[test]
fn a_summary_tells_an_identifier_how_many_groups_of_conditions_and_what_is_not_catalogued() {
    let plain = named("Shop", "https://a.example").summary();
    for member in ["identifier", "conditions", "provider_name"] {
        assert!(!plain.contains_key(member), "{member}");
    }
    let mut parts = known("shop", &[]).parts().clone();
    parts.conditions = Conditions::new(vec![json!({"planted": 1}), json!({})]).unwrap();
    parts.uncatalogued = Some(uncatalogued(ChannelKind::Sms));
    let summary = Integration::from_parts(parts).summary();
    assert_eq!(summary["identifier"], "shop");
    assert_eq!(summary["conditions"], 2);
    assert_eq!(summary["provider_name"], "acme-sms");
    assert!(!json!(summary).to_string().contains("planted"), "what is asked may name people");
}

fn uncatalogued(channel: ChannelKind) -> Uncatalogued {
    Uncatalogued { name: ProviderName::parse("acme-sms").unwrap(), channel }
}

/// One that the catalogue knows to carry mail and names on one dialect, ranked or not.
fn mailer(ranked_in: Option<ChannelKind>) -> Provider {
    Provider {
        offers: vec![Offer { dialect: "alpha".to_owned(), name: "mailer".to_owned(), position: None }],
        channel: Some(ChannelKind::Email),
        ranked_in,
        ..Provider::unknown(ProviderId::slack())
    }
}

#[test]
fn what_is_catalogued_is_called_and_ranked_as_the_catalogue_says() {
    let one = named("Shop", "https://a.example");
    let ranked = mailer(Some(ChannelKind::Email));
    assert_eq!((one.provider_on("alpha", &ranked), one.provider_on("beta", &ranked)), (Some("mailer"), None));
    assert_eq!(
        (one.channel(&ranked), one.ranked_in(&ranked)),
        (Some(ChannelKind::Email), Some(ChannelKind::Email))
    );
    let unranked = mailer(None);
    assert_eq!((one.channel(&unranked), one.ranked_in(&unranked)), (Some(ChannelKind::Email), None));
}

#[test]
fn what_is_not_catalogued_says_itself_what_it_is_and_is_ranked_where_one_comes_first() {
    let unknown = Provider::unknown(ProviderId::uncatalogued());
    for (channel, is_ranked) in [
        (ChannelKind::Email, true),
        (ChannelKind::Sms, true),
        (ChannelKind::Chat, false),
        (ChannelKind::Push, false),
        (ChannelKind::InApp, false),
    ] {
        let mut parts = named("Shop", "https://a.example").parts().clone();
        parts.uncatalogued = Some(uncatalogued(channel));
        let one = Integration::from_parts(parts);
        assert_eq!(one.provider_on("alpha", &unknown), Some("acme-sms"));
        assert_eq!(one.channel(&unknown), Some(channel));
        assert_eq!(one.ranked_in(&unknown), is_ranked.then_some(channel));
    }
}

#[test]
fn one_that_nobody_named_is_known_by_what_a_word_and_its_id_make() {
    let one = named("Shop", "https://a.example");
    assert_eq!(one.identifier_or_made_of("shop"), Identifier::made_of("shop", one.id()));
    assert_eq!(known("mine", &[]).identifier_or_made_of("shop"), identifier("mine"));
}
