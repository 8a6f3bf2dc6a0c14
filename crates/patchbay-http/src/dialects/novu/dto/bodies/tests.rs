use std::sync::Arc;

use patchbay_domain::{MockProviderDirectory, Offer, ProviderId};
use serde_json::json;

use super::*;

/// Knows one provider alone, offered or not.
fn providers(is_disabled: bool) -> Providers {
    let mut directory = MockProviderDirectory::new();
    directory.expect_called().returning(move |dialect, name| {
        let offer = Offer { dialect: dialect.to_owned(), name: "sendgrid".to_owned(), position: None };
        let id = ProviderId::parse("send_grid").unwrap();
        (name == "sendgrid").then(|| {
            Arc::new(Provider {
                name: "SendGrid".to_owned(),
                offers: vec![offer],
                channel: Some(ChannelKind::Email),
                is_disabled,
                ..Provider::unknown(id)
            })
        })
    });
    Providers { directory: Arc::new(directory) }
}

fn create(body: &Value) -> CreateBody {
    let body: CreateBody = serde_json::from_value(body.clone()).unwrap();
    body.validate().unwrap();
    body
}

fn new(body: &Value) -> Result<NewIntegration, AppError> {
    create(body).into_new(&providers(false), None)
}

fn edit(body: &Value) -> EditBody {
    let body: EditBody = serde_json::from_value(body.clone()).unwrap();
    body.validate().unwrap();
    body
}

fn faults(all: &[Fault]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_not_said_of_a_new_integration_its_provider_says() {
    let made = new(&json!({"providerId": "sendgrid", "channel": "email"})).unwrap();
    assert_eq!((made.provider.as_str(), made.name.as_str()), ("send_grid", "SendGrid"));
    assert_eq!(made.identifier, NewIdentifier::MadeOf("sendgrid".to_owned()));
    assert_eq!((made.status, made.is_verified_first), (Status::Paused, false));
    assert_eq!((made.required_on, made.uncatalogued.is_none()), (Some("novu"), true));
}

#[test]
fn a_blank_name_or_identifier_is_as_good_as_none() {
    let body = json!({"providerId": "sendgrid", "channel": "email", "name": " \t", "identifier": ""});
    let made = new(&body).unwrap();
    assert_eq!(made.name.as_str(), "SendGrid");
    assert_eq!(made.identifier, NewIdentifier::MadeOf("sendgrid".to_owned()));
}

#[test]
fn an_identifier_is_made_of_the_name_or_where_nothing_is_left_of_that_of_the_provider() {
    for (name, word) in [("Größe 1", "grosse-1"), ("邮件", "sendgrid")] {
        let made = new(&json!({"providerId": "sendgrid", "channel": "email", "name": name})).unwrap();
        assert_eq!(made.identifier, NewIdentifier::MadeOf(word.to_owned()), "{name}");
    }
    let body = json!({"providerId": "sendgrid", "channel": "email", "identifier": " Mine "});
    assert_eq!(new(&body).unwrap().identifier, NewIdentifier::Given(Identifier::parse(" Mine ").unwrap()));
}

#[test]
fn what_the_catalogue_does_not_know_is_kept_by_its_name_and_channel() {
    let made = new(&json!({"providerId": "emailjs", "channel": "email"})).unwrap();
    let uncatalogued = made.uncatalogued.unwrap();
    assert_eq!((uncatalogued.name.as_str(), uncatalogued.channel), ("emailjs", ChannelKind::Email));
    assert_eq!((made.provider, made.name.as_str()), (ProviderId::uncatalogued(), "Emailjs"));
}

#[test]
fn a_provider_has_its_own_channel() {
    let refused = new(&json!({"providerId": "sendgrid", "channel": "sms"})).unwrap_err();
    assert_eq!(refused.to_string(), "body Provider sendgrid does not support channel sms");
}

#[test]
fn what_an_operator_withdrew_is_not_taken_for_something_unknown() {
    let body = create(&json!({"providerId": "sendgrid", "channel": "email"}));
    assert_eq!(faults(&body.faults(&providers(true))), "providerId names nothing that is offered");
    assert_eq!(faults(&body.faults(&providers(false))), "");
}

#[test]
fn there_is_one_kind_of_integration() {
    let of = |kind: Value| faults(&edit(&json!({ "kind": kind })).faults());
    assert_eq!((of(json!("delivery")), of(json!(null))), (String::new(), String::new()));
    assert_eq!(of(json!("agent")), "kind is not delivery");
}

#[test]
fn a_character_that_no_store_keeps_is_refused_in_members_that_are_dropped_too() {
    let nul = "must not contain the character U+0000";
    for credentials in [json!({"unknown": "a\u{0}"}), json!({"unknown": ["\u{0}"]})] {
        let said = format!("credentials.unknown {nul}");
        assert_eq!(faults(&edit(&json!({ "credentials": credentials })).faults()), said);
        let body = json!({"providerId": "sendgrid", "channel": "email", "credentials": credentials});
        assert_eq!(faults(&create(&body).faults(&providers(false))), said);
    }
}

#[test]
fn only_a_value_of_a_member_that_can_change_is_a_change() {
    for nothing in [
        json!({}),
        json!({"check": true, "kind": "delivery", "providerId": "x", "channel": "sms", "configurations": {}}),
        json!({"name": "", "identifier": " ", "active": null, "credentials": null, "conditions": null}),
    ] {
        assert!(!edit(&nothing).has_changes(), "{nothing}");
    }
    for change in [
        json!({"name": "a"}),
        json!({"identifier": "a"}),
        json!({"_environmentId": "a"}),
        json!({"credentials": {}}),
        json!({"active": false}),
        json!({"conditions": []}),
    ] {
        assert!(edit(&change).has_changes(), "{change}");
    }
}

#[test]
fn credentials_go_in_the_place_of_others_or_among_them() {
    for (mode, is_replaced) in [(Mode::Replace, true), (Mode::Merge, false)] {
        let change = edit(&json!({"credentials": {"a": "planted"}})).into_change(None, mode).unwrap();
        assert!(!format!("{change:?}").contains("planted"), "{change:?}");
        let Some(ConfigurationChange::Read(unread)) = change.configuration else { panic!("nothing to read") };
        assert_eq!(unread.shows.is_some(), is_replaced);
    }
}
