//! What is sent of an integration. Members that are not listed are ignored, and `null` is as good
//! as not sent.
#![expect(clippy::used_underscore_binding, reason = "a member is called as Novu's clients call it")]

use patchbay_application::integrations::{
    ConfigurationChange, IntegrationChange, NewIdentifier, NewIntegration, UnreadConfiguration,
};
use patchbay_application::{AppError, Fault, FaultReason, Faults, Location, Providers};
use patchbay_domain::{
    ChannelKind, Conditions, EnvironmentId, Identifier, Integration, IntegrationName, InvalidConfiguration,
    Provider, ProviderName, SentConfiguration, Status,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::credentials::{self, Destination};
use super::meant::{Meant, unique_rules};
use super::questions::Group;
use super::{conditions, slug};
use crate::dialects::novu::{Novu, REACH};
use crate::kernel::{Dialect, Member, PlainObject, PlainText, ValueText, channel_name, text, well_typed};

/// The one kind of integration that there is here.
const DELIVERY: &str = "delivery";

/// N1: what is sent to add an integration.
#[derive(Deserialize, Validate, ToSchema)]
#[expect(non_snake_case, reason = "faults call a member as its field is called")]
pub struct CreateBody {
    /// One of the providers that are known, or any other: then nothing is required of its
    /// credentials, all of which are secret.
    #[serde(default)]
    #[schema(schema_with = ValueText::<ProviderName>::sent, required = true)]
    #[validate(required, custom(function = "text::<ProviderName>"))]
    providerId: Member<String>,
    /// The channel of the provider.
    #[serde(default)]
    #[schema(schema_with = channel_name, required = true)]
    #[validate(required, custom(function = "well_typed"))]
    channel: Member<ChannelKind>,
    /// Without one it is called like its provider.
    #[serde(default)]
    #[schema(schema_with = PlainText::<{ IntegrationName::MAX_CHARS }>::nullable)]
    #[validate(custom(function = "text_if_any::<IntegrationName>"))]
    name: Member<String>,
    /// What no other integration of the organisation is called. Without one it is made of the
    /// name.
    #[serde(default)]
    #[schema(schema_with = PlainText::<{ Identifier::MAX_CHARS }>::nullable)]
    #[validate(custom(function = "text_if_any::<Identifier>"))]
    identifier: Member<String>,
    /// Without one it goes to that of the key, or to the default one.
    #[serde(default)]
    #[schema(schema_with = PlainText::<255>::nullable)]
    #[validate(custom(function = "well_typed"))]
    _environmentId: Member<String>,
    /// What the provider wants; members that nobody knows are dropped. At most 64 KiB, and at most
    /// 8 levels deep.
    #[serde(default)]
    #[schema(value_type = Option<PlainObject>, required = false)]
    #[validate(custom(function = "well_typed"))]
    credentials: Member<Map<String, Value>>,
    /// One that is active needs what its provider requires.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false, default = false)]
    #[validate(custom(function = "well_typed"))]
    active: Member<bool>,
    /// Whether the provider is asked first, and has to take it.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false, default = false)]
    #[validate(custom(function = "well_typed"))]
    check: Member<bool>,
    /// When it is the one to use. At most 100 entries in all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Group>>, required = false)]
    #[validate(custom(function = "well_typed"))]
    conditions: Member<Vec<Value>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, pattern = "^delivery$")]
    #[validate(custom(function = "well_typed"))]
    kind: Member<String>,
}

impl CreateBody {
    /// What is wrong with it and only the catalogue, or a member as a whole, tells.
    pub fn faults(&self, providers: &Providers) -> Vec<Fault> {
        let mut faults = faults_of(&self.conditions, &self.kind);
        let meant = self.providerId.as_value().map(|name| Meant::by(name, providers));
        if meant.as_ref().is_some_and(|meant| !meant.is_offered()) {
            faults.push(Fault::of_field(Location::Body, "providerId", FaultReason::NotOffered));
        }
        // What credentials are to be that are for nobody cannot be said.
        let judged = meant.zip(self.credentials.as_value().cloned());
        let wrong = judged.and_then(|(meant, sent)| credentials::sent(sent, meant.destination()).err());
        faults.extend(wrong.unwrap_or_else(|| unkept(&self.credentials)));
        faults
    }

    /// The environment that is named, if one is.
    pub const fn environment(&self) -> Option<&String> {
        self._environmentId.as_value()
    }

    /// Whether the provider is to be asked first.
    pub fn is_checked(&self) -> bool {
        self.check.as_value() == Some(&true)
    }

    /// The integration that is meant, in `environment`.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when Novu has none like it.
    pub fn into_new(
        self,
        providers: &Providers,
        environment: Option<EnvironmentId>,
    ) -> Result<NewIntegration, AppError> {
        let is_verified_first = self.is_checked();
        let (provider_name, channel): (ProviderName, _) = (self.providerId.required()?, self.channel.sent()?);
        let meant = Meant::by(provider_name.as_str(), providers);
        meant.require(&provider_name, channel)?;
        let name = parsed_if_any(self.name)?.or_else(|| meant.title(&provider_name));
        let name = name.ok_or_else(|| AppError::Internal("a provider without a name".into()))?;
        let identifier = match parsed_if_any(self.identifier)? {
            Some(identifier) => NewIdentifier::Given(identifier),
            None => NewIdentifier::MadeOf(word_of(&name, &provider_name)),
        };
        let configuration =
            credentials::sent(self.credentials.value().unwrap_or_default(), meant.destination());
        let (provider, uncatalogued) = meant.kept(provider_name, channel);
        Ok(NewIntegration {
            uncatalogued,
            environment,
            identifier,
            status: Status::of_switch(self.active.value().unwrap_or(false)),
            configuration: configuration.map_err(invalid)?,
            is_verified_first,
            required_on: Some(Novu::NAME),
            conditions: read_conditions(self.conditions)?.unwrap_or_else(Conditions::none),
            unique_rules: unique_rules(channel),
            ..NewIntegration::new(provider, name)
        })
    }
}

/// What becomes of the credentials that are there when others are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They go, but for secrets that are sent as they were shown.
    Replace,
    /// What was not sent stays.
    Merge,
}

/// N4: what is sent to change an integration; what is absent stays. What it connects to stays
/// anyway.
#[derive(Deserialize, Validate, ToSchema)]
#[expect(non_snake_case, reason = "faults call a member as its field is called")]
pub struct EditBody {
    #[serde(default)]
    #[schema(schema_with = PlainText::<{ IntegrationName::MAX_CHARS }>::nullable)]
    #[validate(custom(function = "text_if_any::<IntegrationName>"))]
    name: Member<String>,
    /// What no other integration of the organisation is called.
    #[serde(default)]
    #[schema(schema_with = PlainText::<{ Identifier::MAX_CHARS }>::nullable)]
    #[validate(custom(function = "text_if_any::<Identifier>"))]
    identifier: Member<String>,
    /// Where it moves to.
    #[serde(default)]
    #[schema(schema_with = PlainText::<255>::nullable)]
    #[validate(custom(function = "well_typed"))]
    _environmentId: Member<String>,
    /// What the provider wants. A secret that is sent as it was shown stays as it is.
    #[serde(default)]
    #[schema(value_type = Option<PlainObject>, required = false)]
    #[validate(custom(function = "well_typed"))]
    credentials: Member<Map<String, Value>>,
    /// One that is active needs what its provider requires.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false)]
    #[validate(custom(function = "well_typed"))]
    active: Member<bool>,
    /// Whether the provider is asked first, and has to take it.
    #[serde(default)]
    #[schema(value_type = Option<bool>, required = false, default = false)]
    #[validate(custom(function = "well_typed"))]
    check: Member<bool>,
    /// When it is the one to use: with any it is primary no longer. At most 100 entries in all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Group>>, required = false)]
    #[validate(custom(function = "well_typed"))]
    conditions: Member<Vec<Value>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, pattern = "^delivery$")]
    #[validate(custom(function = "well_typed"))]
    kind: Member<String>,
}

impl EditBody {
    /// What is wrong with it and only a member as a whole tells. What credentials are to be, what
    /// they are for tells.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = faults_of(&self.conditions, &self.kind);
        faults.extend(unkept(&self.credentials));
        faults
    }

    /// The environment that is named, if one is.
    pub const fn environment(&self) -> Option<&String> {
        self._environmentId.as_value()
    }

    /// Whether the provider is to be asked first.
    pub fn is_checked(&self) -> bool {
        self.check.as_value() == Some(&true)
    }

    /// Whether anything is to be another than it is.
    pub fn has_changes(&self) -> bool {
        let is_text = |member: &Member<String>| member.as_value().is_some_and(|text| !is_blank(text));
        is_text(&self.name)
            || is_text(&self.identifier)
            || self._environmentId.as_value().is_some()
            || self.credentials.as_value().is_some()
            || self.active.as_value().is_some()
            || self.conditions.as_value().is_some()
    }

    /// The change that is meant, with a move to `environment`.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it has a fault.
    pub fn into_change(
        self,
        environment: Option<EnvironmentId>,
        mode: Mode,
    ) -> Result<IntegrationChange, AppError> {
        let is_verified_first = self.is_checked();
        let shows: fn(&Provider, &str) -> bool = credentials::shows;
        let unread = |members| UnreadConfiguration {
            members,
            read: read_credentials,
            shows: (mode == Mode::Replace).then_some(shows),
        };
        Ok(IntegrationChange {
            reach: REACH,
            name: parsed_if_any(self.name)?,
            identifier: parsed_if_any(self.identifier)?,
            environment,
            status: self.active.value().map(Status::of_switch),
            configuration: self.credentials.value().map(unread).map(ConfigurationChange::Read),
            conditions: read_conditions(self.conditions)?,
            is_verified_first,
            required_on: Some(Novu::NAME),
            ..IntegrationChange::default()
        })
    }
}

/// Rule of a text of which nothing at all is as good as none: the rest means a domain value.
fn text_if_any<V: crate::kernel::TextValue>(member: &Member<String>) -> Result<(), ValidationError> {
    match member {
        Member::Value(sent) if is_blank(sent) => Ok(()),
        other => text::<V>(other),
    }
}

/// Whether there is nothing to a text. One with U+0000 in it is another thing.
fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn parsed_if_any<V: crate::kernel::TextValue>(member: Member<String>) -> Result<Option<V>, AppError> {
    match member {
        Member::Value(sent) if is_blank(&sent) => Ok(None),
        other => other.parsed(),
    }
}

fn faults_of(groups: &Member<Vec<Value>>, kind: &Member<String>) -> Vec<Fault> {
    let of_groups = groups.as_value().and_then(|groups| conditions::read(groups).err());
    let of_kind = kind
        .as_value()
        .filter(|kind| *kind != DELIVERY)
        .map(|_| Fault::of_field(Location::Body, "kind", FaultReason::Syntax { expected: DELIVERY }));
    of_groups.into_iter().flatten().chain(of_kind).collect()
}

/// What no credentials may be, whatever they are for, not even in members that are dropped.
fn unkept(credentials: &Member<Map<String, Value>>) -> Vec<Fault> {
    let sent = credentials.as_value().cloned().map(SentConfiguration::new);
    let of_member = |InvalidConfiguration { at, wrong }: InvalidConfiguration| {
        let at = at.map(|at| format!(".{at}")).unwrap_or_default();
        Fault::of_field(Location::Body, format!("credentials{at}"), FaultReason::Configuration(wrong))
    };
    sent.and_then(Result::err).map(of_member).into_iter().collect()
}

fn read_conditions(groups: Member<Vec<Value>>) -> Result<Option<Conditions>, AppError> {
    groups.value().map(|groups| conditions::read(&groups)).transpose().map_err(invalid)
}

/// What credentials mean that are sent for `integration`.
fn read_credentials(
    members: Map<String, Value>,
    integration: &Integration,
    provider: &Provider,
) -> Result<SentConfiguration, AppError> {
    let is_catalogued = integration.parts().uncatalogued.is_none();
    let to = if is_catalogued { Destination::Catalogued(provider) } else { Destination::Uncatalogued };
    credentials::sent(members, to).map_err(invalid)
}

/// The refusal of these faults, of which there is at least one.
pub(super) fn invalid(faults: Vec<Fault>) -> AppError {
    let none = || AppError::Internal("a refusal without a fault".into());
    Faults::all(faults).map_or_else(none, AppError::Invalid)
}

/// The word that an identifier begins with.
fn word_of(name: &IntegrationName, provider: &ProviderName) -> String {
    let word = slug::slug(name.as_str());
    if word.is_empty() { provider.as_str().to_owned() } else { word }
}

#[cfg(test)]
mod tests;
