//! Showing integrations with where they stand.

use patchbay_domain::Permission;

use super::super::{Ranked, RankedSearch};
use super::*;
use crate::testing::{at_home, bound_caller, caller, elsewhere};
use crate::{AppError, Entity, Reach, Shown};

fn listed(world: &World, search: RankedSearch) -> Vec<(String, bool, u32)> {
    let found = world.list(search).unwrap().into_iter();
    let shown = |one: Ranked| {
        (one.shown.integration.name().as_str().to_owned(), one.rank.is_primary, one.rank.priority)
    };
    found.map(shown).collect()
}

fn names(world: &World, search: RankedSearch) -> Vec<String> {
    listed(world, search).into_iter().map(|(name, ..)| name).collect()
}

fn here() -> RankedSearch {
    RankedSearch::default()
}

#[test]
fn a_caller_without_the_permission_is_shown_nothing() {
    let mut world = world();
    let [a] = world.mail(["a"]);
    world.caller = caller(&[Permission::IntegrationsWrite]);
    let listed = world.list(here());
    assert!(matches!(listed, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{listed:?}");
    let got = world.get(a, Reach::All);
    assert!(matches!(got, Err(AppError::Forbidden(Permission::IntegrationsRead))), "{got:?}");
}

#[test]
fn the_oldest_come_first_wherever_they_stand() {
    let world = world();
    world.mail(["a", "b", "c"]);
    let said = |name: &str, is_primary, priority| (name.to_owned(), is_primary, priority);
    assert_eq!(listed(&world, here()), [said("a", true, 3), said("b", false, 1), said("c", false, 2)]);
}

#[test]
fn only_those_orders_are_read_in_which_something_stands_that_is_listed() {
    let world = world();
    world.made(paused("texts", "a"));
    world.made(new("chat", "b"));
    world.forget();
    assert_eq!(names(&world, here()), ["a", "b"]);
    assert_eq!(world.cost(), (0, 0));
    world.mail(["c"]);
    world.forget();
    names(&world, here());
    assert_eq!(world.cost(), (1, 0));
}

#[test]
fn those_that_are_paused_may_be_left_out() {
    let world = world();
    world.made(paused("mail", "a"));
    world.mail(["b"]);
    assert_eq!(names(&world, RankedSearch { only_active: true, ..here() }), ["b"]);
}

#[test]
fn what_the_api_does_not_speak_of_is_left_out_and_not_found() {
    let world = world();
    let [a] = world.mail(["a"]);
    let nameless = world.made(new("nameless", "b"));
    assert_eq!(names(&world, RankedSearch { reach: Reach::NamedOn("alpha"), ..here() }), ["a"]);
    assert!(names(&world, RankedSearch { reach: Reach::NamedOn("beta"), ..here() }).is_empty());
    let outcome = world.get(nameless, Reach::NamedOn("alpha"));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
    assert!(world.get(a, Reach::NamedOn("alpha")).is_ok());
}

#[test]
fn a_key_of_the_whole_organisation_is_shown_its_home_or_what_it_names() {
    let world = world();
    world.mail(["a"]);
    world.made(NewIntegration { environment: Some(elsewhere()), ..new("mail", "b") });
    assert_eq!(names(&world, here()), ["a"]);
    assert_eq!(names(&world, RankedSearch { environment: Some(elsewhere()), ..here() }), ["b"]);
}

#[test]
fn a_key_of_one_environment_is_shown_that_one_and_may_name_no_other() {
    let mut world = world();
    world.mail(["a"]);
    let b = world.made(NewIntegration { environment: Some(elsewhere()), ..new("mail", "b") });
    world.caller = bound_caller(elsewhere(), &[Permission::IntegrationsRead]);
    assert_eq!(names(&world, here()), ["b"]);
    let outcome = world.list(RankedSearch { environment: Some(at_home()), ..here() });
    assert!(matches!(outcome, Err(AppError::OtherEnvironment)), "{outcome:?}");
    assert!(world.get(b, Reach::All).unwrap().rank.is_primary);
}

#[test]
fn of_secrets_the_list_says_what_they_are_called() {
    let world = world();
    let new = NewIntegration { configuration: sent(&json!({"token": "planted"})), ..new("mail", "a") };
    world.made(new);
    let listed = world.list(here()).unwrap();
    let Shown::Named(names) = &listed[0].shown.secrets else { panic!("{listed:?}") };
    assert_eq!(names[0].as_str(), "token");
    assert!(!format!("{listed:?}").contains("planted"));
}

#[test]
fn one_is_shown_with_where_it_stands_and_what_is_paused_stands_nowhere() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    let rank = world.get(a, Reach::All).unwrap().rank;
    assert_eq!((rank.is_primary, rank.priority), (true, 2));
    let paused = world.made(paused("mail", "c"));
    world.forget();
    assert_eq!(world.get(paused, Reach::All).unwrap().rank.priority, 0);
    assert_eq!(world.cost(), (0, 0));
}

/// The two are read one after the other: what is paused meanwhile is not shown as the primary one.
#[test]
fn what_is_paused_is_shown_without_a_rank_whatever_the_order_says() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    let before = world.held().rankings.clone();
    world.edit(a, to(Status::Paused)).unwrap();
    world.held().rankings = before;
    assert_eq!(listed(&world, here())[0], ("a".to_owned(), false, 0));
    assert_eq!(world.get(a, Reach::All).unwrap().rank.priority, 0);
}
