//! The `credentials` of an integration.

use patchbay_application::{Fault, FaultReason, Location, Shown};
use patchbay_domain::{CredentialName, Integration, Mask, Provider, SentConfiguration};
use serde_json::{Map, Value};

use crate::kernel::shown_text;

/// What credentials are sent for.
#[derive(Clone, Copy)]
pub enum Destination<'a> {
    /// A provider of the catalogue.
    Catalogued(&'a Provider),
    /// One of which nothing is known.
    Uncatalogued,
}

/// What was sent, by the names under which it is kept.
pub fn sent(members: Map<String, Value>, to: Destination<'_>) -> Result<SentConfiguration, Vec<Fault>> {
    let mut kept = Map::new();
    for (name, value) in members {
        let key = match to {
            Destination::Catalogued(provider) => {
                provider.field_on("novu", &name).map_or(name.clone(), |field| field.key.clone())
            }
            Destination::Uncatalogued => name,
        };
        kept.insert(key, value);
    }
    let refused = |why: patchbay_domain::InvalidConfiguration| {
        vec![Fault::of_field(Location::Body, "credentials", FaultReason::Configuration(why.wrong))]
    };
    Ok(SentConfiguration::new(kept).map_err(refused)?.masked_as(Mask::Stars))
}

/// Whether Novu shows the member that is kept under `key`.
pub fn shows(_: &Provider, _: &str) -> bool {
    true
}

/// The `credentials` of an answer.
pub fn shown(integration: &Integration, secrets: &Shown, provider: &Provider) -> Map<String, Value> {
    let named = |key: &str| {
        let field = provider.fields.iter().find(|field| field.key == key);
        field.map_or(key, |field| field.name_on("novu")).to_owned()
    };
    let mut shown = Map::new();
    for (key, value) in integration.parts().configuration.members() {
        shown.insert(named(key), value.clone());
    }
    let names: Vec<&CredentialName> = match secrets {
        Shown::Full(credentials) => credentials.iter().map(|(name, _)| name).collect(),
        Shown::Masked(masks) => masks.iter().map(|(name, _)| name).collect(),
        Shown::Named(names) => names.iter().collect(),
        Shown::Nothing => Vec::new(),
    };
    for name in names {
        let text = shown_text(secrets, name);
        let text = if text.is_empty() { "********".to_owned() } else { text };
        shown.insert(named(name.as_str()), text.into());
    }
    shown
}
