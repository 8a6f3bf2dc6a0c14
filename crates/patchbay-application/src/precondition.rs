//! What a caller knows of the version of something, and makes its request depend on.

use patchbay_domain::{Integration, Rank, Version};

use crate::{AppError, Caller, Reveal};

/// A version of an integration as a caller was shown it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionSeen {
    /// The version.
    pub version: Version,
    /// Whether it was shown to one who may see secrets in full: to others the same version
    /// looks otherwise.
    pub in_full: bool,
    /// Where it stood, where that was shown. That may change while the version does not.
    pub rank: Rank,
}

impl VersionSeen {
    /// What `caller` is shown of `integration`.
    pub(crate) fn of(integration: &Integration, caller: &Caller, reveal: Reveal) -> Self {
        Self { version: integration.version(), in_full: reveal.is_full_for(caller), rank: Rank::default() }
    }
}

/// Which versions a change is meant for, wherever they stand: what an integration is changed to
/// does not depend on that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whichever there is.
    #[default]
    Any,
    /// One of these; none of them is a change that is not made.
    These(Vec<Version>),
}

impl Expected {
    /// Stops a change that is meant for other versions.
    pub(crate) fn require(&self, integration: &Integration) -> Result<(), AppError> {
        match self {
            Self::These(versions) if !versions.contains(&integration.version()) => {
                Err(AppError::PreconditionFailed)
            }
            _ => Ok(()),
        }
    }
}

/// An integration for a caller that may know it already.
#[derive(Debug)]
pub enum Read<T> {
    /// It is as the caller knows it. No secret was opened to find that out.
    Unchanged(VersionSeen),
    /// As it is, and which version that is.
    Now(T, VersionSeen),
}
