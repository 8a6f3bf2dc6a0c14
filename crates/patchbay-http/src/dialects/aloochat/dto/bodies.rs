//! What is sent of an integration. Members that are not listed are ignored, so that a client may
//! send back what it was shown.

use patchbay_application::integrations::{ConfigurationChange, IntegrationChange, NewIntegration};
use patchbay_application::{AppError, Fault, FaultReason, Location, ProviderNamed, Providers};
use patchbay_domain::{AgentId, IntegrationName, Patch, SentConfiguration, Status, Visibility};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use validator::Validate;

use crate::dialects::aloochat::AlooChat;
use crate::dialects::aloochat::errors::config_path;
use crate::kernel::{Dialect, Member, PlainObject, ValueText, not_null, text, visibility_name, well_typed};

/// A2: what is sent to add an integration.
#[derive(Deserialize, Validate, ToSchema)]
pub struct CreateBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationName>::sent, required = true)]
    #[validate(required, custom(function = "text::<IntegrationName>"))]
    name: Member<String>,
    /// One of the types that are offered.
    #[serde(default)]
    #[schema(value_type = String, required = true)]
    #[validate(required, custom(function = "well_typed"))]
    r#type: Member<String>,
    /// Settings and secrets as the type has them; other members are kept too. At most 64 KiB, and
    /// at most 8 levels deep.
    #[serde(default)]
    #[schema(value_type = PlainObject, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    config: Member<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = bool, required = false, default = true)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    is_active: Member<bool>,
    #[serde(default)]
    #[schema(schema_with = visibility_name, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    visibility: Member<Visibility>,
    #[serde(default)]
    #[schema(schema_with = ValueText::<AgentId>::nullable)]
    #[validate(custom(function = "text::<AgentId>"))]
    agent_id: Member<String>,
}

impl CreateBody {
    /// What is wrong with it and only the catalogue, or the configuration as a whole, tells.
    pub fn faults(&self, providers: &Providers) -> Vec<Fault> {
        let of_type = self.r#type.as_value().filter(|name| providers.named(AlooChat::NAME, name).is_none());
        let of_type = of_type.map(|_| not_offered(Location::Body));
        of_type.into_iter().chain(fault_of_config(&self.config)).collect()
    }

    /// The integration that is meant.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it has a fault.
    pub fn into_new(self, providers: &Providers) -> Result<NewIntegration, AppError> {
        let provider = providers.named(AlooChat::NAME, &self.r#type.sent()?);
        let provider = provider.ok_or_else(|| AppError::Invalid(not_offered(Location::Body).into()))?;
        let new = NewIntegration::new(provider, self.name.required()?);
        Ok(NewIntegration {
            configuration: SentConfiguration::new(self.config.value().unwrap_or_default())?,
            status: self.is_active.value().map_or(new.status, Status::of_switch),
            visibility: self.visibility.value().unwrap_or(new.visibility),
            agent: self.agent_id.parsed()?,
            ..new
        })
    }
}

/// A5: what is sent to change an integration; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
pub struct EditBody {
    #[serde(default)]
    #[schema(schema_with = ValueText::<IntegrationName>::sent, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "text::<IntegrationName>"))]
    name: Member<String>,
    /// The type that it has: that never changes.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    r#type: Member<String>,
    /// Members in the place of those that are there; `null` takes one away. What is not sent stays,
    /// secrets too, unless `config_mode` says otherwise.
    #[serde(default)]
    #[schema(value_type = PlainObject, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    config: Member<Map<String, Value>>,
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    is_active: Member<bool>,
    #[serde(default)]
    #[schema(schema_with = visibility_name, required = false)]
    #[validate(custom(function = "not_null"), custom(function = "well_typed"))]
    visibility: Member<Visibility>,
    /// `null` unlinks the agent.
    #[serde(default)]
    #[schema(schema_with = ValueText::<AgentId>::nullable)]
    #[validate(custom(function = "text::<AgentId>"))]
    agent_id: Member<String>,
}

impl EditBody {
    /// What is wrong with it and only the configuration as a whole tells.
    pub fn faults(&self) -> Vec<Fault> {
        fault_of_config(&self.config).into_iter().collect()
    }

    /// The change that is meant; `merged` is what becomes of a configuration that is sent.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when it has a fault.
    pub fn into_change(
        self,
        merged: fn(SentConfiguration) -> ConfigurationChange,
    ) -> Result<IntegrationChange, AppError> {
        let agent = match (self.agent_id.is_sent(), self.agent_id.parsed()?) {
            (false, _) => Patch::Keep,
            (true, None) => Patch::Remove,
            (true, Some(agent)) => Patch::Set(agent),
        };
        let provider = self.r#type.value().map(|name| ProviderNamed { dialect: AlooChat::NAME, name });
        Ok(IntegrationChange {
            name: self.name.parsed()?,
            provider,
            status: self.is_active.value().map(Status::of_switch),
            visibility: self.visibility.value(),
            agent,
            configuration: self.config.value().map(SentConfiguration::new).transpose()?.map(merged),
            ..IntegrationChange::default()
        })
    }
}

/// That no such type is offered.
pub fn not_offered(location: Location) -> Fault {
    Fault::of_field(location, "type", FaultReason::NotOffered)
}

fn fault_of_config(config: &Member<Map<String, Value>>) -> Option<Fault> {
    let why = SentConfiguration::new(config.as_value()?.clone()).err()?;
    let field = config_path(why.at.as_deref());
    Some(Fault::of_field(Location::Body, field, FaultReason::Configuration(why.wrong)))
}
