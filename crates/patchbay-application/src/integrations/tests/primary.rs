//! Making one the primary one.

use patchbay_domain::{EventType, Permission, Rank};

use super::*;
use crate::testing::{bound_caller, caller, elsewhere};
use crate::{AppError, Entity, Reach};

#[test]
fn a_caller_without_the_permission_makes_none_primary() {
    let mut world = world();
    let [_, b] = world.mail(["a", "b"]);
    world.caller = caller(&[Permission::IntegrationsRead]);
    let outcome = world.make_primary(b, Reach::All);
    assert!(matches!(outcome, Err(AppError::Forbidden(Permission::IntegrationsWrite))), "{outcome:?}");
}

#[test]
fn the_one_that_is_made_primary_comes_first_and_the_others_keep_their_order() {
    let world = world();
    let [_, b, _] = world.mail(["a", "b", "c"]);
    world.forget();
    let ranked = world.make_primary(b, Reach::All).unwrap();
    assert_eq!((ranked.rank, world.cost()), (Rank { is_primary: true, priority: 3 }, (1, 1)));
    assert_eq!(world.order(), ["*b", "a", "c"]);
}

#[test]
fn being_made_primary_is_one_change_of_it_and_recorded_once() {
    let world = world();
    let [_, b] = world.mail(["a", "b"]);
    world.forget();
    let ranked = world.make_primary(b, Reach::All).unwrap();
    assert_eq!(ranked.shown.integration.version().number(), 2);
    let updated = world.recorded(EventType::IntegrationUpdated);
    let [updated] = &updated[..] else { panic!("{updated:?}") };
    assert_eq!(json!(updated.digest), json!({"before": {"primary": false}, "after": {"primary": true}}));
}

#[test]
fn one_that_is_primary_already_stays_as_it_is_and_nothing_is_saved() {
    let world = world();
    let [a, _] = world.mail(["a", "b"]);
    world.forget();
    let ranked = world.make_primary(a, Reach::All).unwrap();
    assert_eq!(ranked.rank, Rank { is_primary: true, priority: 2 });
    assert_eq!((ranked.shown.integration.version().number(), world.held().commits.len()), (1, 0));
}

#[test]
fn a_paused_one_is_active_then_and_its_conditions_are_gone() {
    let world = world();
    world.mail(["a"]);
    let b = world.made(NewIntegration { conditions: conditions(), ..paused("mail", "b") });
    world.forget();
    let ranked = world.make_primary(b, Reach::All).unwrap();
    let parts = ranked.shown.integration.parts();
    assert_eq!((parts.status, parts.conditions.is_empty()), (Status::Active, true));
    assert_eq!(world.order(), ["*b", "a"]);
    let updated = world.recorded(EventType::IntegrationUpdated);
    let [updated] = &updated[..] else { panic!("{updated:?}") };
    let after = json!({"status": "active", "primary": true});
    assert_eq!(updated.digest["after"], after);
    assert_eq!(updated.digest["before"], json!({"status": "paused", "primary": false, "conditions": 1}));
}

#[test]
fn one_that_becomes_active_so_is_asked_about_anew() {
    let mut world = world();
    world.providers[0].is_verifiable = true;
    let b = world.made(paused("mail", "b"));
    world.forget();
    world.make_primary(b, Reach::All).unwrap();
    assert!(world.held().commits[0].health[0].due_at.is_some());
}

#[test]
fn what_it_lacks_does_not_keep_it_from_being_primary() {
    let mut world = world();
    world.providers[0].fields = vec![field("token", true, "apiKey")];
    let a = world.made(paused("mail", "a"));
    assert!(world.make_primary(a, Reach::NamedOn("alpha")).unwrap().rank.is_primary);
}

#[test]
fn a_channel_without_a_primary_one_is_named() {
    let world = world();
    let chat = world.made(new("chat", "a"));
    let outcome = world.make_primary(chat, Reach::All);
    assert!(matches!(outcome, Err(AppError::Unranked(ChannelKind::Chat))), "{outcome:?}");
    let silent = world.made(new("unheard_of", "b"));
    let outcome = world.make_primary(silent, Reach::All);
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}

#[test]
fn what_the_api_does_not_speak_of_is_not_found() {
    let world = world();
    let [a] = world.mail(["a"]);
    let nameless = world.made(new("nameless", "b"));
    let other = world.make_primary(nameless, Reach::NamedOn("alpha"));
    assert!(matches!(other, Err(AppError::NotFound(Entity::Integration))), "{other:?}");
    let elsewhere = world.make_primary(a, Reach::NamedOn("beta"));
    assert!(matches!(elsewhere, Err(AppError::NotFound(Entity::Integration))), "{elsewhere:?}");
    assert!(world.make_primary(a, Reach::NamedOn("alpha")).is_ok());
}

#[test]
fn a_key_of_another_environment_does_not_find_it() {
    let mut world = world();
    let [_, b] = world.mail(["a", "b"]);
    world.caller = bound_caller(elsewhere(), &[Permission::IntegrationsWrite]);
    let outcome = world.make_primary(b, Reach::All);
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}
