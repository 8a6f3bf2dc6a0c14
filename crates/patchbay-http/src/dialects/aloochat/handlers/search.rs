//! What is asked beside integrations.

use patchbay_application::integrations::{ConfigurationChange, IntegrationSearch};
use patchbay_application::{AppError, FaultReason, Location, Providers};
use patchbay_domain::{AgentId, IntegrationFilter, SentConfiguration, Status, Visibility};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::dialects::aloochat::AlooChat;
use crate::dialects::aloochat::dto::{Include, not_offered};
use crate::kernel::{Dialect, ValueText, refused, switch, switched};

/// A1: which integrations are looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Only those of this type.
    r#type: Option<String>,
    /// Only those that are active, or only those that are not.
    #[param(value_type = Option<bool>)]
    is_active: Option<String>,
    /// Only those that are for these.
    #[param(pattern = "^(private|public)$")]
    visibility: Option<String>,
    /// Only those that are linked to this agent.
    #[param(schema_with = ValueText::<AgentId>::sent, required = false)]
    agent_id: Option<String>,
    /// Only those that have this text in their name or in that of their app, in either case.
    q: Option<String>,
}

impl SearchQuery {
    /// What is looked for.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a value that its parameter cannot have.
    pub fn search(self, providers: &Providers) -> Result<IntegrationSearch, AppError> {
        let named = |name: String| {
            let provider = providers.named(AlooChat::NAME, &name);
            provider.ok_or_else(|| AppError::Invalid(not_offered(Location::Query).into()))
        };
        let provider = self.r#type.map(named).transpose()?;
        let status = switched("is_active", self.is_active.as_deref())?.map(Status::of_switch);
        let coded = |code: String| {
            let expected = "private or public";
            Visibility::from_code(&code)
                .ok_or_else(|| refused("visibility", FaultReason::Syntax { expected }))
        };
        let visibility = self.visibility.map(coded).transpose()?;
        let agent = self.agent_id.map(|text| AgentId::parse(&text)).transpose();
        let agent = agent.map_err(|why| refused("agent_id", FaultReason::Text(why)))?;
        let text = self.q.filter(|text| !text.is_empty());
        let filter =
            IntegrationFilter { status, provider, visibility, agent, ..IntegrationFilter::default() };
        Ok(IntegrationSearch { filter, text, with_offers: false })
    }
}

/// What an answer is to show of an integration.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct IncludeQuery {
    /// What to show beside what is always shown, with commas between.
    #[param(pattern = "^((secret_keys|timestamps)(,(secret_keys|timestamps))*)?$")]
    include: Option<String>,
}

impl IncludeQuery {
    /// What to show.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when something else is named.
    pub fn include(&self) -> Result<Include, AppError> {
        Include::read(self.include.as_deref())
    }
}

/// A2: whether the provider is asked first.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerifyQuery {
    /// `true` has the provider asked before anything is stored, and refuses what that does not
    /// take.
    #[param(value_type = Option<bool>)]
    verify: Option<String>,
}

impl VerifyQuery {
    /// Whether it is.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for what is neither `true` nor `false`.
    pub fn is_wanted(&self) -> Result<bool, AppError> {
        switch("verify", self.verify.as_deref())
    }
}

/// A5: what is to become of the configuration that is there.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModeQuery {
    /// `replace` lets what is sent be all that there is, secrets included; `merge` is what is
    /// done when nothing is said.
    #[param(pattern = "^(merge|replace)$")]
    config_mode: Option<String>,
}

impl ModeQuery {
    /// What becomes of a configuration that is sent.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for another mode.
    pub fn mode(&self) -> Result<fn(SentConfiguration) -> ConfigurationChange, AppError> {
        match self.config_mode.as_deref() {
            None | Some("merge") => Ok(ConfigurationChange::Merge),
            Some("replace") => Ok(ConfigurationChange::Replace),
            Some(_) => Err(refused("config_mode", FaultReason::Syntax { expected: "merge or replace" })),
        }
    }
}
