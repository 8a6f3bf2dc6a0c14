//! What an integration needs before it is in use.

use patchbay_domain::Mask;

use super::super::{ConfigurationChange, ReadMembers, UnreadConfiguration};
use super::*;
use crate::AppError;

/// Mail that needs an account and a token on alpha.
fn demanding() -> World {
    let mut world = world();
    world.providers[0].fields = vec![field("account", false, "user"), field("token", true, "apiKey")];
    world
}

fn judged(new: NewIntegration) -> NewIntegration {
    NewIntegration { required_on: Some("alpha"), ..new }
}

fn whole() -> SentConfiguration {
    sent(&json!({"account": "a", "token": "t"}))
}

fn edit(change: IntegrationChange) -> IntegrationChange {
    IntegrationChange { required_on: Some("alpha"), ..change }
}

fn configured(members: &Value) -> IntegrationChange {
    IntegrationChange { configuration: Some(replacing(members, |_, _| true)), ..Default::default() }
}

/// What an API that masks secrets reads when all that it shows is replaced.
fn replacing(members: &Value, shows: fn(&Provider, &str) -> bool) -> ConfigurationChange {
    let members = members.as_object().unwrap().clone();
    let read: ReadMembers = |members, _, _| Ok(SentConfiguration::new(members)?.masked_as(Mask::Stars));
    ConfigurationChange::Read(UnreadConfiguration { members, read, shows: Some(shows) })
}

fn lacks(outcome: Result<impl Sized, AppError>) -> Vec<String> {
    match outcome {
        Err(AppError::Incomplete(missing)) => missing.members,
        Err(other) => panic!("{other:?}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn one_that_is_made_active_needs_all_and_one_that_is_paused_nothing() {
    let world = demanding();
    assert_eq!(lacks(world.create(judged(new("mail", "a")))), ["user", "apiKey"]);
    let half = NewIntegration { configuration: sent(&json!({"account": "a"})), ..new("mail", "a") };
    assert_eq!(lacks(world.create(judged(half))), ["apiKey"]);
    assert!(world.held().commits.is_empty());
    world.create(judged(paused("mail", "a"))).unwrap();
    let all = NewIntegration { configuration: whole(), ..new("mail", "b") };
    world.create(judged(all)).unwrap();
}

#[test]
fn an_api_that_requires_nothing_gets_everything_stored() {
    let world = demanding();
    world.create(new("mail", "a")).unwrap();
    let b = world.made(paused("mail", "b"));
    world.edit(b, to(Status::Active)).unwrap();
}

#[test]
fn what_is_active_is_judged_where_its_status_or_its_configuration_is_sent() {
    let world = demanding();
    let a = world.made(new("mail", "a"));
    assert_eq!(lacks(world.edit(a, edit(to(Status::Active)))), ["user", "apiKey"]);
    assert_eq!(lacks(world.edit(a, edit(configured(&json!({"account": "a"}))))), ["apiKey"]);
    world.edit(a, edit(renamed("z"))).unwrap();
    world.edit(a, edit(under(conditions()))).unwrap();
}

#[test]
fn what_is_paused_afterwards_is_not_judged() {
    let world = demanding();
    let a = world.made(new("mail", "a"));
    world
        .edit(a, edit(IntegrationChange { status: Some(Status::Paused), ..configured(&json!({})) }))
        .unwrap();
    world.edit(a, edit(configured(&json!({"account": "a"})))).unwrap();
    assert_eq!(lacks(world.edit(a, edit(to(Status::Active)))), ["apiKey"]);
}

#[test]
fn what_is_there_already_counts_and_so_does_a_secret_behind_its_mask() {
    let world = demanding();
    let a = world.made(NewIntegration { configuration: whole(), ..paused("mail", "a") });
    world.edit(a, edit(to(Status::Active))).unwrap();
    world.edit(a, edit(configured(&json!({"account": "b", "token": "********"})))).unwrap();
    assert_eq!(lacks(world.edit(a, edit(configured(&json!({"account": "b"}))))), ["apiKey"]);
    assert_eq!(lacks(world.edit(a, edit(configured(&json!({"token": "********"}))))), ["user"]);
}

#[test]
fn a_mask_with_nothing_behind_it_is_no_secret() {
    let world = demanding();
    let a = world.made(paused("mail", "a"));
    let masked = configured(&json!({"account": "a", "token": "********"}));
    let active = IntegrationChange { status: Some(Status::Active), ..masked };
    assert_eq!(lacks(world.edit(a, edit(active))), ["apiKey"]);
}

#[test]
fn what_replaces_all_that_is_shown_leaves_the_rest() {
    let world = demanding();
    let members = json!({"account": "a", "hidden": 1, "token": "t", "hidden_token": "h"});
    let a = world.made(NewIntegration { configuration: sent(&members), ..new("mail", "a") });
    let shown = replacing(&json!({"other": 2}), |provider, member| {
        provider.fields.iter().any(|field| field.key == member) || member == "other"
    });
    let outcome = world.edit(a, IntegrationChange { configuration: Some(shown), ..Default::default() });
    let parts = outcome.unwrap().shown.integration.parts().clone();
    assert_eq!(json!(parts.configuration.members()), json!({"hidden": 1, "other": 2}));
    let left = crate::disclosure::open(&crate::testing::vault(), &world.stored(a)).unwrap();
    let names: Vec<_> = left.iter().map(|(name, _)| name.as_str().to_owned()).collect();
    assert_eq!(names, ["hidden_token"]);
}

#[test]
fn what_is_not_catalogued_needs_nothing() {
    let world = demanding();
    let new = NewIntegration {
        uncatalogued: Some(uncatalogued(ChannelKind::Email)),
        ..NewIntegration::new(ProviderId::uncatalogued(), a_name("a"))
    };
    world.create(judged(new)).unwrap();
}
