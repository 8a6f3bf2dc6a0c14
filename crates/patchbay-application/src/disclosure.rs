//! Showing secrets: in full to those who may see them, else masked.

use patchbay_domain::{
    Changes, CredentialName, Credentials, EventType, Integration, Mask, OpenConnection, Permission, Rank,
    SecretPlace, Vault,
};
use serde_json::Map;

use crate::record::Recorder;
use crate::{AppError, Caller, VersionSeen};

/// How an answer is to show the secrets of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reveal {
    /// In full: the caller has just sent them, or gets them this once.
    Echo,
    /// In full to a caller with [`Permission::CredentialsReveal`], to others masked.
    Permitted(Mask),
    /// Not at all, but what they are called.
    Names,
    /// Not at all.
    Never,
}

/// The secrets of an integration as an answer shows them.
#[derive(Debug)]
pub enum Shown {
    /// In full. The answer must not be kept by caches.
    Full(Credentials),
    /// As masks, in order.
    Masked(Vec<(CredentialName, String)>),
    /// What they are called, in order.
    Named(Vec<CredentialName>),
    /// Not at all.
    Nothing,
}

/// An integration, and its secrets as the caller may see them.
#[derive(Debug)]
pub struct Disclosed {
    /// The integration.
    pub integration: Integration,
    /// Its secrets.
    pub secrets: Shown,
}

impl Disclosed {
    /// Which version this is, as the caller sees it.
    #[must_use]
    pub fn seen(&self) -> VersionSeen {
        let in_full = matches!(self.secrets, Shown::Full(_));
        VersionSeen { version: self.integration.version(), in_full, rank: Rank::default() }
    }
}

impl Reveal {
    /// Whether it shows secrets in full to `caller`, if there are any.
    pub(crate) const fn is_full_for(self, caller: &Caller) -> bool {
        match self {
            Self::Echo => true,
            Self::Permitted(_) => caller.may(Permission::CredentialsReveal),
            Self::Names | Self::Never => false,
        }
    }

    /// What it puts in the place of secrets that it does not show.
    pub(crate) const fn mask(self) -> Option<Mask> {
        match self {
            Self::Permitted(mask) => Some(mask),
            Self::Echo | Self::Names | Self::Never => None,
        }
    }

    /// Shows `credentials` to `caller`.
    pub(crate) fn show(self, caller: &Caller, credentials: Credentials) -> Shown {
        match self {
            Self::Permitted(mask) if !caller.may(Permission::CredentialsReveal) => Shown::Masked(
                credentials.iter().map(|(name, secret)| (name.clone(), mask.of(secret))).collect(),
            ),
            Self::Permitted(_) | Self::Echo => Shown::Full(credentials),
            Self::Names => Shown::Named(credentials.iter().map(|(name, _)| name.clone()).collect()),
            Self::Never => Shown::Nothing,
        }
    }
}

impl Shown {
    /// Whether a secret is there to be read.
    #[must_use]
    pub const fn is_revealing(&self) -> bool {
        matches!(self, Self::Full(credentials) if !credentials.is_empty())
    }

    /// Adds to `changes` what is recorded of showing these secrets of `integration`.
    pub(crate) fn recorded(
        &self,
        changes: Changes,
        recorder: &Recorder<'_>,
        integration: &Integration,
    ) -> Changes {
        if !self.is_revealing() {
            return changes;
        }
        changes.event(recorder.integration(EventType::CredentialRevealed, integration, Map::new()))
    }
}

/// Opens the credentials of a stored integration.
pub fn open(vault: &dyn Vault, integration: &Integration) -> Result<Credentials, AppError> {
    Ok(Credentials::open(vault, &place(integration), integration.credentials())?)
}

/// Opens the tokens of a stored integration's grant.
pub fn open_grant(vault: &dyn Vault, integration: &Integration) -> Result<Credentials, AppError> {
    let place = SecretPlace::grant(integration.parts().organisation_id, integration.id());
    let tokens = integration.grant().map(|grant| &grant.tokens);
    Ok(Credentials::open(vault, &place, tokens)?)
}

/// Opens all that a stored integration has, to ask its provider as it.
pub fn open_connection(vault: &dyn Vault, integration: &Integration) -> Result<OpenConnection, AppError> {
    let parts = integration.parts();
    Ok(OpenConnection {
        provider: parts.provider.clone(),
        configuration: parts.configuration.clone(),
        facts: parts.facts.clone(),
        credentials: open(vault, integration)?,
        tokens: open_grant(vault, integration)?,
        scopes: integration.grant().map(|grant| grant.scopes.clone()).unwrap_or_default(),
    })
}

/// Where the credentials of an integration belong.
pub const fn place(integration: &Integration) -> SecretPlace {
    SecretPlace::credentials(integration.parts().organisation_id, integration.id())
}
