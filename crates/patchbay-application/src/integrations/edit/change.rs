//! What a caller wants changed.

use std::fmt;

use patchbay_domain::{
    AgentId, Conditions, Configured, CredentialName, Credentials, EnvironmentId, Identifier, Integration,
    IntegrationKind, IntegrationName, ManifestUrl, Patch, Provider, SentConfiguration, Status, Visibility,
};
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{AppError, ProviderNamed, Reach};

/// What becomes of a configuration when another one is sent.
#[derive(Clone, Debug)]
pub enum ConfigurationChange {
    /// What was sent goes in the place of what was there, member by member; see
    /// [`Configured::merged`].
    Merge(SentConfiguration),
    /// What was sent is all that there is, secrets included.
    Replace(SentConfiguration),
    /// What was sent means something only where it is known what the integration connects to.
    Read(UnreadConfiguration),
}

/// Says what members mean that were sent for an integration, of whose provider this is known.
pub type ReadMembers = fn(Map<String, Value>, &Integration, &Provider) -> Result<SentConfiguration, AppError>;

/// Members as they were sent, to be read once it is known of which integration they are. It shows
/// nothing of itself.
#[derive(Clone)]
pub struct UnreadConfiguration {
    /// What was sent.
    pub members: Map<String, Value>,
    /// What that means.
    pub read: ReadMembers,
    /// Which members the API shows, by their names: what was sent goes in the place of all of them,
    /// see [`Configured::replaced`]. Without, it is merged.
    pub shows: Option<fn(&Provider, &str) -> bool>,
}

impl fmt::Debug for UnreadConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnreadConfiguration([REDACTED])")
    }
}

impl ConfigurationChange {
    /// What becomes of the configuration of `before` and of its opened secrets.
    pub(super) fn applied_to(
        self,
        before: &Integration,
        credentials: Credentials,
        provider: &Provider,
    ) -> Result<Configured, AppError> {
        let configured = Configured { configuration: before.parts().configuration.clone(), credentials };
        let after = match self {
            Self::Merge(sent) => configured.merged(sent, provider),
            Self::Replace(sent) => Configured::of(sent, provider),
            Self::Read(UnreadConfiguration { members, read, shows }) => {
                let sent = read(members, before, provider)?;
                match shows {
                    Some(shows) => configured.replaced(sent, provider, |member| shows(provider, member)),
                    None => configured.merged(sent, provider),
                }
            }
        };
        Ok(after?)
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
