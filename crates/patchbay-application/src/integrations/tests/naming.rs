//! What programs know integrations by.

use patchbay_domain::{Identifier, UniqueRule, UniqueRules};

use super::super::NewIdentifier;
use super::*;
use crate::testing::elsewhere;
use crate::{AppError, Conflict, Reach};

fn identifier(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

fn known(name: &str, text: &str) -> NewIntegration {
    NewIntegration { identifier: NewIdentifier::Given(identifier(text)), ..new("chat", name) }
}

fn identified(text: &str) -> IntegrationChange {
    IntegrationChange { identifier: Some(identifier(text)), ..Default::default() }
}

fn is_taken<T>(outcome: &Result<T, AppError>, rule: UniqueRule) -> bool {
    matches!(outcome, Err(AppError::Conflict(Conflict::Taken(taken))) if *taken == rule)
}

#[test]
fn an_identifier_is_kept_as_it_is_given() {
    let world = world();
    let id = world.made(known("a", "Shop-1"));
    assert_eq!(world.stored(id).parts().identifier, Some(identifier("Shop-1")));
}

#[test]
fn one_that_is_made_of_a_word_is_made_of_its_id_too() {
    let world = world();
    let identifier = NewIdentifier::MadeOf("shop".to_owned());
    let id = world.made(NewIntegration { identifier, ..new("chat", "a") });
    assert_eq!(world.stored(id).parts().identifier, Some(Identifier::made_of("shop", id)));
}

#[test]
fn whoever_says_nothing_of_it_gets_none() {
    let world = world();
    let id = world.made(new("chat", "a"));
    assert_eq!(world.stored(id).parts().identifier, None);
}

#[test]
fn one_that_is_taken_is_a_conflict_in_the_whole_organisation() {
    let world = world();
    world.made(known("a", "shop"));
    assert!(is_taken(&world.create(known("b", "shop")), UniqueRule::Identifier));
    let there = NewIntegration { environment: Some(elsewhere()), ..known("b", "shop") };
    assert!(is_taken(&world.create(there), UniqueRule::Identifier));
    let b = world.made(known("b", "Shop"));
    assert!(is_taken(&world.edit(b, identified("shop")), UniqueRule::Identifier));
    world.edit(b, identified("Shop")).unwrap();
}

#[test]
fn one_that_was_given_up_is_free() {
    let world = world();
    let a = world.made(known("a", "shop"));
    world.edit(a, identified("store")).unwrap();
    let b = world.made(known("b", "shop"));
    world.delete(b, Reach::All).unwrap();
    world.edit(a, identified("shop")).unwrap();
}

#[test]
fn what_one_environment_may_have_once_does_not_move_to_where_there_is_one() {
    let world = world();
    let once = || UniqueRules::from_iter([UniqueRule::InApp]);
    let a = world.made(NewIntegration { unique_rules: once(), ..new("chat", "a") });
    let second = NewIntegration { unique_rules: once(), ..new("chat", "b") };
    assert!(is_taken(&world.create(second), UniqueRule::InApp));
    let there = NewIntegration { unique_rules: once(), environment: Some(elsewhere()), ..new("chat", "b") };
    let b = world.made(there);
    let moved = || IntegrationChange { environment: Some(elsewhere()), ..Default::default() };
    assert!(is_taken(&world.edit(a, moved()), UniqueRule::InApp));
    world.delete(b, Reach::All).unwrap();
    world.edit(a, moved()).unwrap();
}

#[test]
fn what_is_not_catalogued_is_kept_as_it_was_said() {
    let world = world();
    let new = NewIntegration {
        uncatalogued: Some(uncatalogued(ChannelKind::Push)),
        ..NewIntegration::new(ProviderId::uncatalogued(), a_name("a"))
    };
    let id = world.made(new);
    assert_eq!(world.stored(id).parts().uncatalogued, Some(uncatalogued(ChannelKind::Push)));
    assert!(world.get(id, Reach::NamedOn("alpha")).is_ok(), "it says itself what it is called");
}
