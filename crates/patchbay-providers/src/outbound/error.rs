//! Why a request was not made, or brought no answer.

use patchbay_domain::BoxError;

/// Why a URL may not be requested.
///
/// Every refusal reads the same, so that its text tells nobody which names and addresses
/// exist where this service stands. The source says more, for the log of the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is not allowed or cannot be resolved")]
pub struct Refused(#[source] Reason);

impl Refused {
    /// Whether the text alone is at fault: it is no URL that could be requested anywhere.
    #[must_use]
    pub const fn is_malformed(self) -> bool {
        matches!(self.0, Reason::NotAUrl)
    }

    pub(super) const fn reason(self) -> Reason {
        self.0
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self(reason)
    }
}

/// What a refusal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Reason {
    #[error("no absolute http(s) URL, or one with a user in it or with two readings")]
    NotAUrl,
    #[error("a URL with a fragment")]
    Fragment,
    #[error("plain http, or a port that is not allowed, outside the allowed private networks")]
    OutOfReach,
    #[error("no address of the host is allowed")]
    Forbidden,
    #[error("the host cannot be resolved")]
    Unresolvable,
}

/// Why a request brought no answer. Shows nothing of what was sent or received.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// It was not made.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The deadline passed, or the connection was not made within its own. The other side
    /// may have acted on the request.
    #[error("no answer came in time")]
    TimedOut,
    /// There is no connection, its certificate is not good, or TLS cannot be set up here (that
    /// the system has no certificates is no such case): nothing was sent.
    #[error("the host cannot be reached")]
    Unreachable(#[source] BoxError),
    /// The connection broke, or what came is no HTTP. The other side may have acted on the
    /// request.
    #[error("no valid answer came")]
    Broken(#[source] BoxError),
    /// The answer sends the request elsewhere, which is never followed.
    #[error("the answer is a redirect (status {0})")]
    Redirected(u16),
    /// The answer has a body of more than `limit` bytes.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl From<reqwest::Error> for OutboundError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable(error.into())
        } else {
            Self::Broken(error.into())
        }
    }
}

impl From<UnusableTls> for OutboundError {
    fn from(error: UnusableTls) -> Self {
        Self::Unreachable(error.into())
    }
}

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up")]
pub(super) struct UnusableTls(#[from] rustls::Error);
