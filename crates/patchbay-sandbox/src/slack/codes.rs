//! The codes that can be exchanged, and what comes of each.

use actix_web::http::StatusCode;

use super::grant::{Standing, Wish};
use super::{refusal, throttled};
use crate::reply::{Reply, failure};

/// How listed codes are used.
pub(super) const NOTE: &str = "a code may be followed by -TEAM or -TEAM-ANYTHING, which makes it another code \
                               of the same kind; TEAM names the workspace. Every other code is invalid_code";

/// A longer code is an unknown one.
const MAX_CHARS: usize = 512;

/// A code that is listed.
pub(super) struct Code {
    pub(super) name: &'static str,
    /// What comes of it, in one line.
    pub(super) does: &'static str,
    pub(super) plan: Plan,
}

/// What comes of a code.
pub(super) enum Plan {
    /// A token, once.
    Grants(Wish),
    /// The very texts of Telex's documented example, as often as one likes.
    Example,
    /// This answer, every time.
    Answers(fn() -> Reply),
}

/// Every code that is listed.
pub(super) const CODES: &[Code] = &[
    grants("sandbox-ok", "works once: a bot token and an incoming webhook", Wish::USUAL),
    grants(
        "sandbox-no-webhook",
        "works once: a bot token without an incoming webhook",
        Wish { webhook: false, ..Wish::USUAL },
    ),
    grants(
        "sandbox-rotating",
        "works once: a token that expires after 43200 seconds, and one to refresh it with",
        Wish { rotating: true, ..Wish::USUAL },
    ),
    grants("sandbox-user", "works once: a bot token and a user token", Wish { user: true, ..Wish::USUAL }),
    grants(
        "sandbox-revoked",
        "works once: a token that is revoked already when it is used",
        Wish { standing: Standing::Revoked, ..Wish::USUAL },
    ),
    grants(
        "sandbox-throttled",
        "works once: a token for which auth.test and auth.revoke are answered 429",
        Wish { standing: Standing::Throttled, ..Wish::USUAL },
    ),
    Code {
        name: "your_oauth_code_here",
        does: "always works: your_access_token and the other texts of Telex's example",
        plan: Plan::Example,
    },
    answers("sandbox-used", "code_already_used", || refusal("code_already_used")),
    answers("sandbox-expired", "invalid_code, Slack's word for a code that is too old as well", || {
        refusal("invalid_code")
    }),
    answers("sandbox-bad-redirect", "bad_redirect_uri", || refusal("bad_redirect_uri")),
    answers("sandbox-internal-error", "internal_error, with status 200", || refusal("internal_error")),
    answers("sandbox-500", "status 500", || failure(StatusCode::INTERNAL_SERVER_ERROR, "fatal_error")),
    answers("sandbox-503", "status 503", || failure(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable")),
    answers("sandbox-429", "status 429, with Retry-After", throttled),
    answers("sandbox-hang", "no answer, until the client goes away", || Reply::Hang),
    answers("sandbox-rubbish", "status 200 and a page of HTML", || Reply::Rubbish),
    answers("sandbox-broken-json", "status 200 and JSON that breaks off", || Reply::BrokenJson),
    answers("sandbox-no-token", "ok, and no access token", no_token),
    answers("sandbox-redirect", "status 302, to a path where nothing is", || {
        Reply::Redirect("/sandbox/elsewhere".to_owned())
    }),
    answers("sandbox-flood", "status 200 and JSON that never ends", || Reply::Flood),
];

const fn grants(name: &'static str, does: &'static str, wish: Wish) -> Code {
    Code { name, does, plan: Plan::Grants(wish) }
}

const fn answers(name: &'static str, does: &'static str, reply: fn() -> Reply) -> Code {
    Code { name, does, plan: Plan::Answers(reply) }
}

fn no_token() -> Reply {
    Reply::ok(serde_json::json!({
        "ok": true,
        "token_type": "bot",
        "scope": Wish::USUAL.scope(),
        "team": { "name": "sandbox", "id": "TSANDBOX" },
    }))
}

impl Code {
    /// The listed code that `text` is one of, and the name of the team that it gives.
    pub(super) fn find(text: &str) -> Option<(&'static Self, &str)> {
        if text.len() > MAX_CHARS {
            return None;
        }
        CODES.iter().find_map(|code| {
            let rest = text.strip_prefix(code.name)?;
            if rest.is_empty() {
                return Some((code, ""));
            }
            let suffix = rest.strip_prefix('-')?;
            Some((code, suffix.split('-').next().unwrap_or_default()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&'static str, &str)> {
        Code::find(text).map(|(code, team)| (code.name, team))
    }

    #[test]
    fn a_code_is_listed_by_its_name_and_names_its_team_after_it() {
        assert_eq!(found("sandbox-ok"), Some(("sandbox-ok", "")));
        assert_eq!(found("sandbox-ok-"), Some(("sandbox-ok", "")));
        assert_eq!(found("sandbox-ok-acme"), Some(("sandbox-ok", "acme")));
        assert_eq!(found("sandbox-ok-acme-second-try"), Some(("sandbox-ok", "acme")));
        assert_eq!(found("sandbox-no-webhook-acme"), Some(("sandbox-no-webhook", "acme")));
        for unknown in ["", "sandbox", "sandbox-okay", "sandbox-", "Sandbox-ok", " sandbox-ok"] {
            assert_eq!(found(unknown), None, "{unknown}");
        }
        assert_eq!(found(&format!("sandbox-ok-{}", "x".repeat(MAX_CHARS))), None);
    }

    #[test]
    fn no_listed_code_is_the_beginning_of_another() {
        for code in CODES {
            assert_eq!(found(code.name), Some((code.name, "")));
        }
    }
}
