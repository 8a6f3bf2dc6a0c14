//! Others who are faster: what they changed is read again, and decided again.

use patchbay_domain::{Changes, IntegrationEdit, RankingWrite, Version};

use super::*;
use crate::testing::{Held, at};
use crate::{AppError, Conflict, Reach};

/// Somebody else changes the one of this name.
fn change(held: &mut Held, name: &str, edit: IntegrationEdit) {
    let before = held.integrations.iter().find(|one| one.name().as_str() == name).unwrap().clone();
    let changes = Changes::new().update(&before, &before.next(edit, at(20)));
    held.write(&changes.integrations[0]);
}

/// Somebody else writes the order as it is.
fn touch(held: &mut Held) {
    let (place, version, ranking) = held.rankings[0].clone();
    held.rank(&RankingWrite { place, expected: Some(version), ranking });
}

/// Somebody else takes the one of this name out of the order, and pauses it.
fn pause(held: &mut Held, name: &str) {
    change(held, name, IntegrationEdit { status: Some(Status::Paused), ..Default::default() });
    let id = held.integrations.iter().find(|one| one.name().as_str() == name).unwrap().id();
    let (place, version, mut ranking) = held.rankings[0].clone();
    ranking.withdraw(id);
    held.rank(&RankingWrite { place, expected: Some(version), ranking });
}

#[test]
fn one_that_is_made_meets_a_newer_order_and_is_put_where_that_says() {
    let world = world();
    world.mail(["a"]);
    world.rival(|held| pause(held, "a"));
    let made = world.create(new("mail", "b")).unwrap();
    assert!(made.rank.is_primary, "the one that was it is paused now");
    assert_eq!(world.order(), ["*b"]);
}

#[test]
fn the_first_order_of_a_channel_is_made_once() {
    let world = world();
    world.mail(["a"]);
    let first = world.held().rankings.remove(0);
    world.rival(move |held| held.rankings.push(first));
    world.mail(["b"]);
    assert_eq!(world.order(), ["*a", "b"]);
}

#[test]
fn a_rename_does_not_mind_a_newer_order() {
    let world = world();
    let [a] = world.mail(["a"]);
    world.forget();
    world.rival(touch);
    world.edit(a, renamed("z")).unwrap();
    assert_eq!(world.cost().0, 1, "it was decided once");
}

#[test]
fn one_that_is_paused_meanwhile_is_made_active_with_its_rank() {
    let world = world();
    let [_, b] = world.mail(["a", "b"]);
    world.rival(|held| pause(held, "b"));
    world.make_primary(b, Reach::All).unwrap();
    assert_eq!(world.stored(b).parts().status, Status::Active);
    assert_eq!(world.order(), ["*b", "a"]);
}

/// The order is as it was: only the integration tells.
#[test]
fn one_that_is_given_conditions_meanwhile_has_none_when_it_is_primary() {
    let world = world();
    let [_, b] = world.mail(["a", "b"]);
    let conditions = Some(conditions());
    world.rival(|held| change(held, "b", IntegrationEdit { conditions, ..Default::default() }));
    world.make_primary(b, Reach::All).unwrap();
    assert!(world.stored(b).parts().conditions.is_empty());
    assert_eq!(world.order(), ["*b", "a"]);
}

#[test]
fn sixty_three_rivals_are_met_and_one_more_is_a_conflict() {
    let outcome = |rivals: usize| {
        let world = world();
        let [_, b] = world.mail(["a", "b"]);
        (0..rivals).for_each(|_| world.rival(touch));
        world.make_primary(b, Reach::All).map(|_| world.order())
    };
    assert_eq!(outcome(63).unwrap(), ["*b", "a"]);
    let conflict = outcome(64);
    assert!(matches!(conflict, Err(AppError::Conflict(Conflict::Changed))), "{conflict:?}");
}

#[test]
fn an_order_is_written_at_the_version_at_which_it_was_read() {
    let world = world();
    world.mail(["a", "b"]);
    let expected: Vec<_> = world.held().commits.iter().map(|changes| changes.rankings[0].expected).collect();
    assert_eq!(expected, [None, Some(Version::FIRST)]);
}
