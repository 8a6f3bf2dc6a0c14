//! Why nothing came of an authorization, in words of our own: what a provider says may be
//! anything.

use patchbay_domain::ExchangeError;

/// A reason, for programs and for people.
pub struct Reason {
    /// Its name.
    pub code: &'static str,
    /// The same in a sentence.
    pub words: &'static str,
}

impl Reason {
    /// The reason of `error`.
    pub fn of(error: &ExchangeError) -> Self {
        let (code, words) = match error {
            ExchangeError::NotConfigured => {
                ("not_configured", "This service is not set up to send anybody to this provider.")
            }
            ExchangeError::Incomplete { .. } => {
                ("incomplete", "A setting of this connection is missing that the provider needs.")
            }
            ExchangeError::Refused { reason } if reason == ExchangeError::REFUSED_BY_PERSON => {
                (ExchangeError::REFUSED_BY_PERSON, "Access was not allowed.")
            }
            ExchangeError::Refused { .. } => ("refused_by_provider", "The provider refused."),
            ExchangeError::Forged => ("forged", "What came back is not what the provider sends."),
            ExchangeError::CodeRefused { .. } => {
                ("code_refused", "The provider did not take back what it had handed out.")
            }
            ExchangeError::Ended { .. } => ("ended", "What the provider granted is over."),
            ExchangeError::ClientRefused(_) => {
                ("client_refused", "The provider does not know this service as it is set up.")
            }
            ExchangeError::Throttled { .. } => ("throttled", "The provider asks to come again later."),
            ExchangeError::TimedOut => ("timed_out", "The provider did not answer in time."),
            ExchangeError::Unreachable(_) => ("unreachable", "The provider cannot be reached."),
            ExchangeError::Unexpected(_) => {
                ("unexpected_answer", "The provider gave an answer that nobody understands.")
            }
        };
        Self { code, words }
    }
}
