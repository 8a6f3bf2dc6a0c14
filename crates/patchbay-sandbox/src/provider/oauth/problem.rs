//! What is wrong with a request to a token address, and how that is said.

use patchbay_catalogue::Exchange;
use serde_json::{Value, json};

use crate::provider::document::{deny, says_no_in_a_success, set};
use crate::provider::examples::Examples;
use crate::reply::Reply;

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Request,
    Client,
    Secret,
    GrantType,
    Code,
    Used,
    Expired,
    RedirectUri,
    Verifier,
    Refresh,
}

impl Problem {
    /// What a table of examples calls it; its word of RFC 6749 §5.2; what that means here.
    const fn described(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Request => ("request", "invalid_request", "it is not the request that the entry describes"),
            Self::Client => ("client", "invalid_client", "the application is not known"),
            Self::Secret => ("secret", "invalid_client", "the secret of the application is wrong"),
            Self::GrantType => ("grant_type", "unsupported_grant_type", "this is not granted in that way"),
            Self::Code => ("code", "invalid_grant", "the code is no code"),
            Self::Used => ("used", "invalid_grant", "the code was used before"),
            Self::Expired => ("expired", "invalid_grant", "the code is too old"),
            Self::RedirectUri => ("redirect_uri", "invalid_grant", "the redirect URL is another one"),
            Self::Verifier => ("verifier", "invalid_grant", "the verifier does not go with the challenge"),
            Self::Refresh => ("refresh", "invalid_grant", "the token to refresh with is of no use"),
        }
    }

    /// The provider's word for it.
    pub(crate) fn word(self, exchange: &Exchange, examples: &Examples) -> String {
        let (name, word, _) = self.described();
        let dead = exchange.refresh.as_ref().and_then(|refresh| refresh.dead.first());
        match (self, examples.words.get(name), dead) {
            (_, Some(own), _) => own.clone(),
            (Self::Refresh, None, Some(dead)) => dead.clone(),
            _ => word.to_owned(),
        }
    }

    /// The answer that says it.
    pub(crate) fn reply(self, exchange: &Exchange, examples: &Examples) -> Reply {
        let status = match self {
            _ if says_no_in_a_success(&exchange.ok) => 200,
            Self::Client | Self::Secret => 401,
            _ => 400,
        };
        let mut body = refusal(exchange, &self.word(exchange, examples));
        if examples.words.is_empty() {
            set(&mut body, "/error_description", self.described().2.into());
        }
        Reply::Document(status, Vec::new(), body)
    }
}

/// A document that says no with a word, as the entry reads it.
pub(crate) fn refusal(exchange: &Exchange, word: &str) -> Value {
    let mut body = json!({});
    deny(&mut body, &exchange.ok);
    set(&mut body, exchange.error_at.as_ref().map_or("/error", |at| at.as_str()), word.into());
    body
}
