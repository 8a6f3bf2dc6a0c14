//! What an answer means that grants nothing. Of what a provider says only words that are known
//! are ever repeated.

use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_catalogue::{Pointer, Rejection, Test, TokenReason};
use patchbay_domain::ExchangeError;
use serde_json::Value;

use super::dealing::Dealing;
use crate::OutboundResponse;
use crate::asking::answer::Answer;
use crate::asking::wait;

const BAD_REQUEST: u16 = 400;
const UNAUTHORIZED: u16 = 401;
const REQUEST_TIMEOUT: u16 = 408;
const TOO_MANY_REQUESTS: u16 = 429;
/// Where an error is named in an answer (RFC 6749 §5.2).
const ERROR_AT: &str = "/error";

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// What a code stands for.
    Code,
    /// What follows a refresh token.
    Refresh,
    /// An end.
    End,
}

impl Asked {
    const fn heeds(self, reason: TokenReason) -> bool {
        match reason {
            TokenReason::CodeRefused => matches!(self, Self::Code),
            TokenReason::Ended => matches!(self, Self::Refresh),
            TokenReason::ClientRefused | TokenReason::Throttled | TokenReason::ProviderUnreachable => true,
        }
    }
}

/// The answer, unless it says no by what the entry says of answers, or by its status.
pub(super) fn heard(
    dealing: &Dealing<'_>,
    asked: Asked,
    response: &OutboundResponse,
    now: DateTime<Utc>,
) -> Result<Answer, ExchangeError> {
    let Dealing { entry, exchange, known, .. } = dealing;
    let answer = Answer::of(response);
    let limits = entry.limits.as_ref();
    let wait = || wait::asked_for(limits?, |name| response.header(name), now);
    let mut heeded = exchange.reject.iter().filter(|rejection| asked.heeds(rejection.reason));
    if let Some(rejection) = heeded.find(|rejection| answer.is_like(&rejection.answer, known)) {
        return Err(rejected(rejection, &answer, wait()));
    }
    match answer.status {
        _ if answer.is_throttled(limits, known) => Err(ExchangeError::Throttled { wait: wait() }),
        TOO_MANY_REQUESTS => Err(ExchangeError::Throttled { wait: wait() }),
        status @ (REQUEST_TIMEOUT | 500..) => {
            Err(ExchangeError::Unreachable(format!("status {status}").into()))
        }
        _ => Ok(answer),
    }
}

fn rejected(rejection: &Rejection<TokenReason>, answer: &Answer, wait: Option<Duration>) -> ExchangeError {
    let word = word_of(rejection, answer).unwrap_or(rejection.reason.as_str());
    match rejection.reason {
        TokenReason::CodeRefused => ExchangeError::CodeRefused { reason: word.to_owned() },
        TokenReason::Ended => ExchangeError::Ended { reason: word.to_owned() },
        TokenReason::ClientRefused => ExchangeError::ClientRefused(word.into()),
        TokenReason::Throttled => ExchangeError::Throttled { wait },
        TokenReason::ProviderUnreachable => ExchangeError::Unreachable(word.into()),
    }
}

/// The word by which the entry knew the answer.
fn word_of<'a>(rejection: &Rejection<TokenReason>, answer: &'a Answer) -> Option<&'a str> {
    let test = rejection.answer.body.as_ref()?;
    let is_known = matches!(test.test, Test::Is(_) | Test::Any(_));
    test.at.of(answer.body.as_ref()?).filter(|_| is_known)?.as_str()
}

/// What an error means that is named as RFC 6749 has it, or that the entry takes for the end of
/// a grant.
pub(super) fn by_word(dealing: &Dealing<'_>, asked: Asked, answer: &Answer) -> Option<ExchangeError> {
    let at = dealing.exchange.error_at.as_ref().map_or(ERROR_AT, Pointer::as_str);
    let word = answer.body.as_ref()?.pointer(at).and_then(Value::as_str)?;
    let reason = || word.to_owned();
    let dead = dealing.exchange.refresh.as_ref().map(|refresh| refresh.dead.as_slice()).unwrap_or_default();
    if asked == Asked::Refresh && dead.iter().any(|dead| dead == word) {
        return Some(ExchangeError::Ended { reason: reason() });
    }
    match word {
        "invalid_client" | "unauthorized_client" => Some(ExchangeError::ClientRefused(word.into())),
        "invalid_grant" if asked == Asked::Code => Some(ExchangeError::CodeRefused { reason: reason() }),
        "invalid_grant" if asked == Asked::Refresh && matches!(answer.status, BAD_REQUEST | UNAUTHORIZED) => {
            Some(ExchangeError::Ended { reason: reason() })
        }
        "invalid_request" | "invalid_scope" | "invalid_grant" | "unsupported_grant_type" => {
            Some(ExchangeError::Unexpected(word.into()))
        }
        "server_error" | "temporarily_unavailable" => Some(ExchangeError::Unreachable(word.into())),
        _ => None,
    }
}

/// An answer that means nothing that is known.
pub(super) fn unexpected(what: &'static str) -> ExchangeError {
    ExchangeError::Unexpected(what.into())
}

/// An error that nobody knows.
pub(super) fn unknown() -> ExchangeError {
    unexpected("an error that its documentation does not know")
}
