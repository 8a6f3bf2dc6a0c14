//! What is wrong with a configuration.

use std::fmt;

use super::Configuration;
use super::split::escaped;
use crate::{FieldKind, InvalidText};

/// What is wrong with a member of a configuration, or with all of it. Shows no value: that
/// may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is larger than configurations may be.
    #[error("must have at most {} bytes", Configuration::MAX_BYTES)]
    TooLarge,
    /// Its objects and arrays stand too deep in one another.
    #[error("must not be nested deeper than {} levels", Configuration::MAX_DEPTH)]
    TooDeep,
    /// It contains U+0000, which no store keeps alike.
    #[error("must not contain the character U+0000")]
    Nul,
    /// It is of another type than the provider says.
    #[error("must be {}", .0.in_words())]
    Type(FieldKind),
    /// What the secret is called, with everything that it stands in, is no name.
    #[error("is a secret whose name {0}")]
    SecretName(InvalidText),
    /// It is a URL with a user's name or password, which would be a secret in plain sight.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// It is the name of a header that belongs to the connection.
    #[error("is a header that cannot be set")]
    Header,
    /// It names another host, and secrets that were not sent along would go there.
    #[error("cannot change without the secrets: send them again")]
    Elsewhere,
}

impl Wrong {
    /// Wrong with the member at a dotted path.
    pub(super) fn at(self, path: &str) -> InvalidConfiguration {
        InvalidConfiguration { at: Some(path.to_owned()), wrong: self }
    }

    /// Wrong with the configuration as a whole.
    pub(super) const fn as_a_whole(self) -> InvalidConfiguration {
        InvalidConfiguration { at: None, wrong: self }
    }
}

/// Why an object is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidConfiguration {
    /// The dotted path of the member that is wrong; `None` when it is the whole.
    pub at: Option<String>,
    /// What is wrong.
    pub wrong: Wrong,
}

impl InvalidConfiguration {
    /// The same, with the name that its sender knows in the place of that of the member: `called`
    /// has it by the name that the member is kept under.
    pub(super) fn called(self, called: &[(String, String)]) -> Self {
        let Self { at: Some(at), wrong } = self else { return self };
        let renamed = called.iter().find_map(|(key, name)| {
            let below = at.strip_prefix(&escaped(key))?;
            (below.is_empty() || below.starts_with('.')).then(|| format!("{}{below}", escaped(name)))
        });
        Self { at: Some(renamed.unwrap_or(at)), wrong }
    }
}

impl fmt::Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{at} {}", self.wrong),
            None => write!(f, "{}", self.wrong),
        }
    }
}

impl std::error::Error for InvalidConfiguration {}
