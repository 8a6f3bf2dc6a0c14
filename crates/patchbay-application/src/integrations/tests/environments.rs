//! Where integrations live, and go.

use patchbay_domain::{EnvironmentId, EventType, Permission};
use uuid::Uuid;

use super::*;
use crate::testing::{at_home, bound_caller, elsewhere};
use crate::{AppError, Entity};

/// One that the organisation does not have: of another one, or none at all.
fn unknown() -> EnvironmentId {
    EnvironmentId::from_uuid(Uuid::from_u128(0xF00))
}

fn moved(to: EnvironmentId) -> IntegrationChange {
    IntegrationChange { environment: Some(to), ..Default::default() }
}

fn made_in(environment: EnvironmentId) -> NewIntegration {
    NewIntegration { environment: Some(environment), ..new("mail", "a") }
}

fn bound(world: &mut World, environment: EnvironmentId) {
    world.caller = bound_caller(environment, &[Permission::IntegrationsRead, Permission::IntegrationsWrite]);
}

#[test]
fn one_that_is_made_lives_at_home_or_where_it_is_said() {
    let world = world();
    let environment = |id| world.stored(id).parts().environment_id;
    assert_eq!(environment(world.made(new("mail", "a"))), at_home());
    assert_eq!(environment(world.made(made_in(elsewhere()))), elsewhere());
    assert_eq!(environment(world.made(made_in(at_home()))), at_home());
}

#[test]
fn nothing_is_made_or_moved_where_the_organisation_has_no_environment() {
    let world = world();
    let outcome = world.create(made_in(unknown()));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Environment))), "{outcome:?}");
    let [a] = world.mail(["a"]);
    let outcome = world.edit(a, moved(unknown()));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Environment))), "{outcome:?}");
    assert_eq!(world.stored(a).parts().environment_id, at_home());
}

#[test]
fn a_key_of_one_environment_makes_and_moves_nothing_beyond_it() {
    let mut world = world();
    bound(&mut world, elsewhere());
    assert_eq!(world.stored(world.made(new("mail", "a"))).parts().environment_id, elsewhere());
    for other in [at_home(), unknown()] {
        let outcome = world.create(made_in(other));
        assert!(matches!(outcome, Err(AppError::OtherEnvironment)), "{outcome:?}");
    }
    let b = world.made(made_in(elsewhere()));
    let outcome = world.edit(b, moved(at_home()));
    assert!(matches!(outcome, Err(AppError::OtherEnvironment)), "{outcome:?}");
    world.edit(b, moved(elsewhere())).unwrap();
}

#[test]
fn a_key_of_one_environment_does_not_find_what_lives_in_another() {
    let mut world = world();
    let [a] = world.mail(["a"]);
    bound(&mut world, elsewhere());
    let outcome = world.edit(a, renamed("z"));
    assert!(matches!(outcome, Err(AppError::NotFound(Entity::Integration))), "{outcome:?}");
}

#[test]
fn a_move_is_recorded_where_it_led_with_where_it_came_from() {
    let world = world();
    let [a] = world.mail(["a"]);
    world.forget();
    world.edit(a, moved(elsewhere())).unwrap();
    let updated = world.recorded(EventType::IntegrationUpdated);
    let [updated] = &updated[..] else { panic!("{updated:?}") };
    assert_eq!(updated.environment_id, Some(elsewhere()));
    assert_eq!(updated.digest["moved_from"], at_home().to_string());
}

#[test]
fn a_change_that_moves_nothing_says_nothing_of_a_move() {
    let world = world();
    let [a] = world.mail(["a"]);
    world.forget();
    world.edit(a, IntegrationChange { environment: Some(at_home()), ..renamed("z") }).unwrap();
    let updated = world.recorded(EventType::IntegrationUpdated);
    assert!(!updated[0].digest.contains_key("moved_from"), "{updated:?}");
    world.forget();
    world.edit(a, moved(at_home())).unwrap();
    assert!(world.held().commits.is_empty());
}
