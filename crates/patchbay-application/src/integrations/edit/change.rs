//! What a caller wants changed.

use patchbay_domain::{
    AgentId, Conditions, Configured, CredentialName, Credentials, EnvironmentId, Identifier, Integration,
    IntegrationKind, IntegrationName, InvalidConfiguration, ManifestUrl, Patch, Provider, SentConfiguration,
    Status, Visibility,
};
use secrecy::SecretString;

use crate::{ProviderNamed, Reach};

/// What becomes of a configuration when another one is sent.
#[derive(Clone, Debug)]
pub enum ConfigurationChange {
    /// What was sent goes in the place of what was there, member by member; see
    /// [`Configured::merged`].
    Merge(SentConfiguration),
    /// What was sent is all that there is, secrets included.
    Replace(SentConfiguration),
    /// What was sent goes in the place of all that the API shows, by the names of members; see
    /// [`Configured::replaced`].
    ReplaceShown(SentConfiguration, fn(&Provider, &str) -> bool),
}

impl ConfigurationChange {
    /// What becomes of the configuration of `before` and of its opened secrets.
    pub(super) fn applied_to(
        self,
        before: &Integration,
        credentials: Credentials,
        provider: &Provider,
    ) -> Result<Configured, InvalidConfiguration> {
        let configuration = before.parts().configuration.clone();
        let before = Configured { configuration, credentials };
        match self {
            Self::Merge(sent) => before.merged(sent, provider),
            Self::Replace(sent) => Configured::of(sent, provider),
            Self::ReplaceShown(sent, shows) => {
                before.replaced(sent, provider, |member| shows(provider, member))
            }
        }
    }
}

/// A partial change of an integration: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct IntegrationChange {
    /// Which integrations the API speaks of.
    pub reach: Reach,
    /// A new name.
    pub name: Option<IntegrationName>,
    /// What programs know it by from now on.
    pub identifier: Option<Identifier>,
    /// The environment that it lives in from now on.
    pub environment: Option<EnvironmentId>,
    /// What it is said to connect to. That never changes: said otherwise, nothing does.
    pub provider: Option<ProviderNamed>,
    /// A new kind.
    pub kind: Option<IntegrationKind>,
    /// A new status.
    pub status: Option<Status>,
    /// A new place for its manifest. What was read at the old one no longer counts; what is
    /// no http(s) URL is not fetched.
    pub manifest_url: Option<ManifestUrl>,
    /// Whom it is for from now on.
    pub visibility: Option<Visibility>,
    /// The agent that it is linked to.
    pub agent: Patch<AgentId>,
    /// What it is configured with.
    pub configuration: Option<ConfigurationChange>,
    /// When it is the one to use from now on.
    pub conditions: Option<Conditions>,
    /// Whether its provider is asked first, and has to take it.
    pub is_verified_first: bool,
    /// The dialect whose requirements it has to meet if it is in use afterwards, where its status
    /// or its configuration is sent.
    pub required_on: Option<&'static str>,
    /// New secrets by name; an empty one takes the secret away, and the mask of the stored
    /// one leaves it as it is.
    pub credentials: Vec<(CredentialName, SecretString)>,
}
