//! The order in which integrations are used, as creating and changing keep it.

use patchbay_domain::Rank;

use super::*;
use crate::testing::{at_home, elsewhere};

#[test]
fn the_first_active_one_is_primary_and_those_after_it_come_just_below() {
    let world = world();
    let made = world.create(new("mail", "a")).unwrap();
    assert_eq!(made.rank, Rank { is_primary: true, priority: 1 });
    let made = world.create(new("mail", "b")).unwrap();
    assert_eq!(made.rank, Rank { is_primary: false, priority: 1 });
    assert_eq!(world.create(new("mail", "c")).unwrap().rank.priority, 2);
    assert_eq!(world.order(), ["*a", "c", "b"]);
}

#[test]
fn one_that_is_new_is_primary_where_the_first_one_is_not() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.edit(a, to(Status::Paused)).unwrap();
    world.mail(["c"]);
    assert_eq!(world.order(), ["*c", "b"]);
}

#[test]
fn one_that_is_new_is_never_primary_under_conditions() {
    let world = world();
    let made = world.create(NewIntegration { conditions: conditions(), ..new("mail", "a") }).unwrap();
    assert_eq!(made.rank, Rank { is_primary: false, priority: 1 });
    world.mail(["b"]);
    assert_eq!(world.order(), ["*b", "a"], "it was not, so that the next one is");
    world.made(NewIntegration { conditions: conditions(), ..new("mail", "c") });
    assert_eq!(world.order(), ["*b", "c", "a"]);
}

#[test]
fn one_that_is_made_paused_stands_nowhere_and_costs_no_read() {
    let world = world();
    let made = world.create(paused("mail", "a")).unwrap();
    assert_eq!((made.rank, world.cost()), (Rank::default(), (0, 0)));
    world.mail(["b"]);
    assert_eq!(world.order(), ["*b"]);
}

#[test]
fn what_nothing_is_ranked_of_costs_no_read() {
    let world = world();
    for provider in ["chat", "nameless", "unheard_of"] {
        let id = world.made(new(provider, provider));
        world.edit(id, to(Status::Paused)).unwrap();
        world.edit(id, to(Status::Active)).unwrap();
        world.edit(id, IntegrationChange { environment: Some(elsewhere()), ..under(conditions()) }).unwrap();
    }
    assert_eq!(world.cost(), (0, 0));
}

#[test]
fn each_channel_of_each_environment_has_an_order_of_its_own() {
    let world = world();
    world.mail(["a"]);
    world.made(new("texts", "b"));
    world.made(NewIntegration { environment: Some(elsewhere()), ..new("mail", "c") });
    assert_eq!(world.order(), ["*a"]);
    assert_eq!(world.order_in(at_home(), ChannelKind::Sms), ["*b"]);
    assert_eq!(world.order_in(elsewhere(), ChannelKind::Email), ["*c"]);
}

#[test]
fn what_is_not_catalogued_stands_in_the_order_of_its_channel() {
    let world = world();
    world.mail(["a"]);
    let other = |channel| NewIntegration {
        uncatalogued: Some(uncatalogued(channel)),
        ..NewIntegration::new(ProviderId::uncatalogued(), a_name("acme"))
    };
    world.made(other(ChannelKind::Email));
    world.made(other(ChannelKind::Chat));
    assert_eq!(world.order(), ["*a", "acme"]);
}

#[test]
fn pausing_takes_one_out_and_nobody_takes_its_place() {
    let world = world();
    let [a, b, _] = world.mail(["a", "b", "c"]);
    assert_eq!(world.edit(a, to(Status::Paused)).unwrap().rank, Rank::default());
    assert_eq!(world.order(), ["c", "b"]);
    world.edit(b, to(Status::Paused)).unwrap();
    assert_eq!(world.order(), ["c"]);
}

#[test]
fn resuming_puts_one_just_below_the_primary_and_never_makes_it_that() {
    let world = world();
    let [a, b, _] = world.mail(["a", "b", "c"]);
    world.edit(b, to(Status::Paused)).unwrap();
    let resumed = world.edit(b, to(Status::Active)).unwrap();
    assert_eq!(
        (resumed.rank, world.order()),
        (Rank { is_primary: false, priority: 2 }, vec!["*a".to_owned(), "b".to_owned(), "c".to_owned()])
    );
    world.edit(a, to(Status::Paused)).unwrap();
    world.edit(a, to(Status::Active)).unwrap();
    assert_eq!(world.order(), ["a", "b", "c"], "it was primary before");
}

#[test]
fn resuming_the_only_one_does_not_make_it_primary() {
    let world = world();
    let [a] = world.mail(["a"]);
    world.edit(a, to(Status::Paused)).unwrap();
    let resumed = world.edit(a, to(Status::Active)).unwrap();
    assert_eq!(resumed.rank, Rank { is_primary: false, priority: 1 });
}

#[test]
fn conditions_take_the_primary_one_its_rank_and_leave_its_place() {
    let world = world();
    let [a, b] = world.mail(["a", "b"]);
    let demoted = world.edit(a, under(conditions())).unwrap();
    assert_eq!(demoted.rank, Rank { is_primary: false, priority: 2 });
    assert_eq!(world.order(), ["a", "b"]);
    world.edit(b, under(conditions())).unwrap();
    world.edit(a, under(Conditions::none())).unwrap();
    assert_eq!(world.order(), ["a", "b"], "without them it does not become that again");
}

#[test]
fn one_that_moves_leaves_one_order_and_enters_the_other_and_is_not_primary_there() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.forget();
    let there = IntegrationChange { environment: Some(elsewhere()), ..Default::default() };
    let moved = world.edit(a, there).unwrap();
    assert_eq!(moved.rank, Rank { is_primary: false, priority: 1 });
    assert_eq!((world.order(), world.cost()), (vec!["b".to_owned()], (2, 2)));
    assert_eq!(world.order_in(elsewhere(), ChannelKind::Email), ["a"]);
    assert_eq!(world.held().commits.len(), 1, "all of it together");
}

#[test]
fn one_that_moves_and_is_paused_leaves_the_order_and_enters_none() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.edit(a, IntegrationChange { environment: Some(elsewhere()), ..to(Status::Paused) }).unwrap();
    assert_eq!(world.order(), ["b"]);
    assert!(world.order_in(elsewhere(), ChannelKind::Email).is_empty());
}

#[test]
fn another_name_reads_the_order_and_writes_nothing_to_it() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.forget();
    let renamed = world.edit(a, renamed("z")).unwrap();
    assert_eq!((renamed.rank, world.cost()), (Rank { is_primary: true, priority: 2 }, (1, 0)));
    assert_eq!(world.order(), ["*z", "b"]);
}

#[test]
fn a_change_to_what_is_already_so_tells_where_it_stands_and_writes_nothing() {
    let world = world();
    let [a] = world.mail(["a"]);
    world.forget();
    let same = world.edit(a, renamed("a")).unwrap();
    assert_eq!((same.rank.is_primary, world.held().commits.len()), (true, 0));
}

/// One that was made before there was an order.
#[test]
fn one_that_stands_nowhere_although_it_is_active_enters_when_it_changes_and_not_before() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.held().rankings.clear();
    assert_eq!(world.edit(a, renamed("a")).unwrap().rank, Rank::default());
    assert!(world.order().is_empty());
    assert_eq!(world.edit(a, renamed("z")).unwrap().rank, Rank { is_primary: false, priority: 1 });
    assert_eq!(world.order(), ["z"]);
}
