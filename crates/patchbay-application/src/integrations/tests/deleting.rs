//! Deleting one, and what is left.

use patchbay_domain::Permission;

use super::super::Ranked;
use super::*;
use crate::testing::{caller, elsewhere};
use crate::{AppError, Entity, Reach, Shown};

fn names(left: &[Ranked]) -> Vec<(&str, bool, u32)> {
    left.iter()
        .map(|one| (one.shown.integration.name().as_str(), one.rank.is_primary, one.rank.priority))
        .collect()
}

#[test]
fn the_primary_one_leaves_its_place_to_nobody() {
    let world = world();
    let [a, _, _] = world.mail(["a", "b", "c"]);
    let left = world.delete(a, Reach::All).unwrap();
    assert_eq!(names(&left), [("b", false, 1), ("c", false, 2)]);
    assert_eq!(world.order(), ["c", "b"]);
}

#[test]
fn another_one_leaves_the_primary_one_where_it_is() {
    let world = world();
    let [_, b, _] = world.mail(["a", "b", "c"]);
    let left = world.delete(b, Reach::All).unwrap();
    assert_eq!(names(&left), [("a", true, 2), ("c", false, 1)]);
    assert_eq!(world.held().commits.last().unwrap().rankings.len(), 1, "in the commit that deletes it");
}

#[test]
fn deleting_what_is_paused_or_unranked_reads_no_order() {
    let world = world();
    let (paused, chat) = (world.made(paused("mail", "a")), world.made(new("chat", "b")));
    world.forget();
    world.delete(paused, Reach::All).unwrap();
    world.delete(chat, Reach::All).unwrap();
    assert_eq!(world.cost(), (0, 0));
}

#[test]
fn those_are_listed_that_live_where_it_did_and_of_which_the_api_speaks() {
    let world = world();
    world.made(new("mail", "at home"));
    let there = |new| NewIntegration { environment: Some(elsewhere()), ..new };
    let gone = world.made(there(new("mail", "gone")));
    world.made(there(new("mail", "there")));
    world.made(there(new("nameless", "nameless")));
    let left = world.delete(gone, Reach::NamedOn("alpha")).unwrap();
    assert_eq!(names(&left), [("there", false, 1)]);
    assert!(matches!(left[0].shown.secrets, Shown::Named(_)));
}

#[test]
fn what_the_api_does_not_speak_of_is_not_found_and_stays() {
    let world = world();
    let nameless = world.made(new("nameless", "a"));
    let outcome = world.delete(nameless, Reach::NamedOn("alpha"));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    world.stored(nameless);
}

#[test]
fn whoever_may_delete_gets_the_list_without_being_allowed_to_read() {
    let mut world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.caller = caller(&[Permission::IntegrationsWrite]);
    assert_eq!(names(&world.delete(a, Reach::All).unwrap()), [("b", false, 1)]);
}

#[test]
fn whoever_may_only_read_deletes_nothing() {
    let mut world = world();
    let [a] = world.mail(["a"]);
    world.caller = caller(&[Permission::IntegrationsRead]);
    let outcome = world.delete(a, Reach::All);
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
    world.stored(a);
}
