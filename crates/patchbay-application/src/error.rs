//! Why a use case stopped.

use patchbay_domain::{
    BoxError, ChannelKind, EntityKind, ExchangeError, FetchError, InvalidConfiguration, NoAnswer,
    NotInstallable, Permission, ProviderId, RepositoryError, Taken, UniqueRule, VaultError,
    VerificationClass,
};

use crate::Faults;

/// Why a use case stopped. Variants are distinct reactions; `Display` may be shown to
/// clients, the source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What was sent breaks rules; all of them are named.
    #[error("{0}")]
    Invalid(Faults),
    /// What was sent is no configuration.
    #[error(transparent)]
    Configuration(#[from] InvalidConfiguration),
    /// Its provider was asked first, and does not take it.
    #[error("the provider does not accept this: {}", .class.as_str())]
    NotVerified {
        /// Which provider.
        provider: ProviderId,
        /// What it said.
        class: VerificationClass,
    },
    /// Its provider was asked first, and did not answer.
    #[error("the provider does not answer")]
    NotAnswered(NoAnswer),
    /// It lacks what it needs before it is in use.
    #[error("{0}")]
    Incomplete(Missing),
    /// Of the integrations of this channel none is used before the others.
    #[error("the channel {} has no primary integration", .0.as_str())]
    Unranked(ChannelKind),
    /// The caller's key is bound to another environment than the one that was named.
    #[error("the key belongs to another environment")]
    OtherEnvironment,
    /// It is not known who asks.
    #[error("missing or unknown credentials")]
    Unauthenticated(AuthRefusal),
    /// The caller's key lacks the permission.
    #[error("missing permission: {0}")]
    Forbidden(Permission),
    /// There is no such thing within what the caller may see.
    #[error("{0}")]
    NotFound(Entity),
    /// It would collide with what is there.
    #[error("{0}")]
    Conflict(Conflict),
    /// An integration connects to one provider for as long as it lives.
    #[error("what an integration connects to cannot be changed")]
    ProviderFixed,
    /// No app can be installed by the manifest at the address that was sent.
    #[error(transparent)]
    Manifest(#[from] UnusableManifest),
    /// It is at another version than those that the change was meant for.
    #[error("it was changed meanwhile")]
    PreconditionFailed,
    /// Another request had the name that this one was given.
    #[error("the idempotency key was used for another request")]
    NameReused,
    /// A provider gave nothing for what was sent.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// Too much is going on. Nothing was done; a retry makes sense.
    #[error("the service is busy")]
    Busy(#[source] BoxError),
    /// Something the service stands on does not answer.
    #[error("a dependency is unavailable")]
    Unavailable(#[source] BoxError),
    /// It took too long. Nothing was done.
    #[error("the request took too long")]
    TimedOut(#[source] BoxError),
    /// A fault of the service.
    #[error("internal error")]
    Internal(#[source] BoxError),
}

impl AppError {
    /// Whether the effect that was asked for is refused for good: the same request would be
    /// refused the same again. Not so for what was sent wrongly, which has no effect to speak
    /// of, and for what may pass.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        match self {
            Self::NotFound(_)
            | Self::Exchange(ExchangeError::CodeRefused { .. } | ExchangeError::Ended { .. }) => true,
            Self::Conflict(conflict) => matches!(
                conflict,
                Conflict::Taken(_) | Conflict::LabelInUse | Conflict::Ambiguous | Conflict::IdTaken(_)
            ),
            _ => false,
        }
    }
}

/// What an integration lacks, in the words of the API through which it was to be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is required by {provider}", .members.join(", "))]
pub struct Missing {
    /// What it connects to.
    pub provider: String,
    /// The members that are missing, at least one.
    pub members: Vec<String>,
}

/// In which way a caller stayed unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthRefusal {
    /// No key was presented.
    Missing,
    /// What was presented cannot be read as a key: a header of another scheme, or text of
    /// another form.
    Malformed,
    /// There is no such key.
    Unknown,
    /// The key was revoked.
    Revoked,
    /// The key's time is over.
    Expired,
}

/// What was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// An organisation.
    Organisation,
    /// An environment.
    Environment,
    /// An API key.
    ApiKey,
    /// An integration.
    Integration,
    /// The connection of a provider.
    Connection,
    /// A setting.
    Setting,
    /// Any setting at all of an integration.
    AnySetting,
    /// A person on the way to a provider.
    Authorization,
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Organisation => "no such organisation",
            Self::Environment => "no such environment",
            Self::ApiKey => "no such key",
            Self::Integration => "no such integration",
            Self::Connection => "not connected",
            Self::Setting => "no such setting",
            Self::AnySetting => "integration has no settings",
            Self::Authorization => "no such authorization, or it is over",
        })
    }
}

/// Why no app can be installed by a manifest. `Display` may be shown to clients: it does not
/// tell an address that may not be reached from one that has no meaning.
#[derive(Debug, thiserror::Error)]
pub enum UnusableManifest {
    /// It could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It does not say enough.
    #[error(transparent)]
    Content(#[from] NotInstallable),
}

/// What a change would collide with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Another entity holds the same under this rule.
    #[error("{} is taken", .0.as_str())]
    Taken(UniqueRule),
    /// Another setting beside it has this label.
    #[error("another setting has this label")]
    LabelInUse,
    /// Several settings could be meant.
    #[error("the integration has several settings: say by id which is meant")]
    Ambiguous,
    /// Another entity of this kind has the id that was asked for.
    #[error("the id of the {} is in use", .0.as_str())]
    IdTaken(EntityKind),
    /// The same is just being done by someone else.
    #[error("the same is being done right now")]
    InProgress,
    /// The very same request is at work, or was when its process ended.
    #[error("request in progress")]
    Running,
    /// The very same request was faster, and was answered.
    #[error("the same request was answered meanwhile")]
    Twin,
    /// It was changed by others again and again while this change was tried.
    #[error("it was changed by someone else meanwhile")]
    Changed,
}

impl From<Conflict> for AppError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<RepositoryError> for AppError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Stale => Self::Conflict(Conflict::Changed),
            RepositoryError::Duplicate(Taken::Key(key)) => Self::Conflict(Conflict::Taken(key.rule)),
            RepositoryError::Duplicate(Taken::Id(kind)) => Self::Conflict(Conflict::IdTaken(kind)),
            RepositoryError::Duplicate(Taken::Receipt(_)) => Self::Conflict(Conflict::Twin),
            RepositoryError::Duplicate(Taken::Lease(_)) => Self::Conflict(Conflict::InProgress),
            RepositoryError::Busy => Self::Busy(error.into()),
            RepositoryError::Unavailable(_) => Self::Unavailable(error.into()),
            RepositoryError::TimedOut => Self::TimedOut(error.into()),
            RepositoryError::Corrupt { .. }
            | RepositoryError::Panicked
            | RepositoryError::OutcomeUnknown(_) => Self::Internal(error.into()),
        }
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        Self::Internal(error.into())
    }
}
