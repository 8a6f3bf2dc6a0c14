//! Asking a provider before a change is kept.

use patchbay_domain::{CredentialName, HealthState, NoAnswer, Verification, VerificationClass};
use secrecy::ExposeSecret;

use super::super::ConfigurationChange;
use super::*;
use crate::AppError;

/// One whose provider says this when it is asked.
fn answering(verification: Verification) -> (World, IntegrationId) {
    let mut world = world();
    world.providers[0].is_verifiable = true;
    let members = json!({"account": "a", "token": "old", "kept_token": "kept"});
    let id = world.made(NewIntegration { configuration: sent(&members), ..new("mail", "a") });
    world.verification = Some(verification);
    world.forget();
    (world, id)
}

fn said(class: VerificationClass) -> Verification {
    let facts = json!({"team": "acme"}).as_object().unwrap().clone();
    Verification { facts, ..Verification::of(class) }
}

fn with_token(token: &str) -> IntegrationChange {
    let sent = sent(&json!({"token": token, "account": "b"}));
    IntegrationChange {
        configuration: Some(ConfigurationChange::Merge(sent)),
        is_verified_first: true,
        ..Default::default()
    }
}

#[test]
fn the_provider_is_asked_about_what_is_intended() {
    let (world, a) = answering(said(VerificationClass::Ok));
    world.edit(a, with_token("new")).unwrap();
    let held = world.held();
    let [asked] = &held.asked[..] else { panic!("{:?}", held.asked) };
    assert_eq!(asked.configuration.members()["account"], "b");
    let secret = |name: &str| {
        let name = CredentialName::parse(name).unwrap();
        asked.credentials.get(&name).unwrap().expose_secret().to_owned()
    };
    assert_eq!((secret("token"), secret("kept_token")), ("new".to_owned(), "kept".to_owned()));
}

#[test]
fn what_it_takes_is_kept_with_its_health_and_what_it_said() {
    let (world, a) = answering(said(VerificationClass::Ok));
    let mut before = world.stored(a).parts().clone();
    before.facts = json!({"team": "old", "plan": "pro"}).as_object().unwrap().clone();
    world.held().integrations[0] = patchbay_domain::Integration::from_parts(before);
    world.edit(a, with_token("new")).unwrap();
    assert_eq!(json!(world.stored(a).parts().facts), json!({"team": "acme", "plan": "pro"}));
    let held = world.held();
    let [changes] = &held.commits[..] else { panic!("{:?}", held.commits) };
    let [health] = &changes.health[..] else { panic!("{changes:?}") };
    assert_eq!(health.health.state, HealthState::Valid);
    assert_eq!(health.integration.version(), held.integrations[0].version());
    assert!(health.due_at > Some(held.integrations[0].parts().updated_at), "it was just asked");
}

#[test]
fn what_it_refuses_is_not_kept() {
    let (world, a) = answering(said(VerificationClass::CredentialsRejected));
    let before = world.stored(a);
    let outcome = world.edit(a, with_token("new"));
    let refused = VerificationClass::CredentialsRejected;
    assert!(
        matches!(&outcome, Err(AppError::NotVerified { provider, class })
            if *class == refused && provider.as_str() == "mail"),
        "{outcome:?}"
    );
    assert_eq!((world.stored(a), world.held().commits.len()), (before, 0));
}

#[test]
fn without_an_answer_nothing_is_kept_and_why_there_is_none_is_told() {
    let silent =
        |no_answer| Verification { no_answer, ..Verification::of(VerificationClass::ProviderUnreachable) };
    for (no_answer, told) in [
        (Some(NoAnswer::TimedOut), NoAnswer::TimedOut),
        (Some(NoAnswer::UnknownHost("h.example".to_owned())), NoAnswer::UnknownHost("h.example".to_owned())),
        (None, NoAnswer::Other),
    ] {
        let (world, a) = answering(silent(no_answer));
        let outcome = world.edit(a, with_token("new"));
        assert!(matches!(&outcome, Err(AppError::NotAnswered(why)) if *why == told), "{outcome:?}");
        assert!(world.held().commits.is_empty());
    }
}

#[test]
fn a_provider_that_can_be_asked_nothing_is_not_asked() {
    let (mut world, a) = answering(said(VerificationClass::Ok));
    world.providers[0].is_verifiable = false;
    world.verification = None;
    world.edit(a, with_token("new")).unwrap();
    assert!(world.held().asked.is_empty());
}

#[test]
fn whoever_does_not_want_it_asked_first_has_it_asked_soon() {
    let (mut world, a) = answering(said(VerificationClass::Ok));
    world.verification = None;
    world.edit(a, IntegrationChange { is_verified_first: false, ..with_token("new") }).unwrap();
    let held = world.held();
    assert_eq!(held.commits[0].health[0].health.state, HealthState::Unverified);
}

#[test]
fn a_change_that_is_only_asked_about_keeps_what_is_new_of_it() {
    let (world, a) = answering(said(VerificationClass::Ok));
    let asked = || IntegrationChange { is_verified_first: true, ..Default::default() };
    world.edit(a, asked()).unwrap();
    assert_eq!(json!(world.stored(a).parts().facts), json!({"team": "acme"}));
    world.forget();
    world.edit(a, asked()).unwrap();
    let held = world.held();
    assert_eq!((held.asked.len(), held.commits.len()), (1, 0), "it is known already");
}

#[test]
fn what_is_paused_is_asked_about_too_and_has_no_next_time() {
    let (world, a) = answering(said(VerificationClass::Ok));
    world.edit(a, IntegrationChange { status: Some(Status::Paused), ..with_token("new") }).unwrap();
    let held = world.held();
    assert_eq!((held.asked.len(), held.commits[0].health[0].due_at), (1, None));
}

#[test]
fn what_lacks_something_is_not_asked_about() {
    let (mut world, a) = answering(said(VerificationClass::Ok));
    world.providers[0].fields = vec![field("port", false, "port")];
    let outcome = world.edit(a, IntegrationChange { required_on: Some("alpha"), ..with_token("new") });
    assert!(matches!(outcome, Err(AppError::Incomplete(_))), "{outcome:?}");
    assert!(world.held().asked.is_empty());
}
