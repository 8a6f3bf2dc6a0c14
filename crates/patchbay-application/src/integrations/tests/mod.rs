//! What creating, changing and deleting do together: the order of use, names, and what is asked
//! before anything is kept.

mod deleting;
mod environments;
mod listing;
mod naming;
mod order;
mod primary;
mod races;
mod required;
mod verified_first;

use patchbay_domain::{
    ChannelKind, Conditions, FieldKind, FieldSource, IntegrationId, Offer, Provider, ProviderField,
    ProviderId, ProviderName, SentConfiguration, Status, Uncatalogued,
};
use serde_json::{Value, json};

use super::{IntegrationChange, NewIntegration};
use crate::testing::{World, a_name};

fn id_of(provider: &str) -> ProviderId {
    ProviderId::parse(provider).unwrap()
}

fn field(key: &str, is_secret: bool, name: &str) -> ProviderField {
    ProviderField {
        key: key.to_owned(),
        kind: FieldKind::Text,
        is_secret,
        secret_members: Vec::new(),
        source: FieldSource::User,
        confined_to: None,
        is_required: false,
        required_on: vec!["alpha".to_owned()],
        names: vec![("alpha".to_owned(), name.to_owned())],
    }
}

/// Named on the dialect alpha alone, and ranked there where one comes first.
fn provider(id: &str, channel: ChannelKind) -> Provider {
    Provider {
        offers: vec![Offer { dialect: "alpha".to_owned(), name: id.to_owned(), position: None }],
        channel: Some(channel),
        ranked_in: Some(channel).filter(|channel| channel.is_ranked()),
        ..Provider::unknown(id_of(id))
    }
}

/// Mail, text messages and chat; and mail that no dialect names.
fn world() -> World {
    let nameless =
        Provider { offers: Vec::new(), ranked_in: None, ..provider("nameless", ChannelKind::Email) };
    World::of(vec![
        provider("mail", ChannelKind::Email),
        provider("texts", ChannelKind::Sms),
        provider("chat", ChannelKind::Chat),
        nameless,
    ])
}

fn new(provider: &str, name: &str) -> NewIntegration {
    NewIntegration::new(id_of(provider), a_name(name))
}

fn paused(provider: &str, name: &str) -> NewIntegration {
    NewIntegration { status: Status::Paused, ..new(provider, name) }
}

fn conditions() -> Conditions {
    Conditions::new(vec![json!({"type": "GROUP", "children": []})]).unwrap()
}

fn uncatalogued(channel: ChannelKind) -> Uncatalogued {
    Uncatalogued { name: ProviderName::parse("acme").unwrap(), channel }
}

fn to(status: Status) -> IntegrationChange {
    IntegrationChange { status: Some(status), ..Default::default() }
}

fn under(conditions: Conditions) -> IntegrationChange {
    IntegrationChange { conditions: Some(conditions), ..Default::default() }
}

fn renamed(name: &str) -> IntegrationChange {
    IntegrationChange { name: Some(a_name(name)), ..Default::default() }
}

fn sent(members: &Value) -> SentConfiguration {
    SentConfiguration::new(members.as_object().unwrap().clone()).unwrap()
}

impl World {
    /// One more, stored.
    fn made(&self, new: NewIntegration) -> IntegrationId {
        self.create(new).unwrap().shown.integration.id()
    }

    /// Active mail of these names, made one after the other.
    fn mail<const N: usize>(&self, names: [&str; N]) -> [IntegrationId; N] {
        names.map(|name| self.made(new("mail", name)))
    }
}
