//! What is known of providers.

use patchbay_domain::ProviderId;

/// What is known of a provider's OAuth, as data. Places in an answer are JSON pointers
/// (RFC 6901).
#[derive(Debug)]
pub(super) struct OAuthProvider {
    /// Which provider.
    pub(super) id: fn() -> ProviderId,
    /// Where codes are exchanged.
    pub(super) token_url: &'static str,
    /// Where an access token, sent as bearer, is ended.
    pub(super) revoke_url: Option<&'static str>,
    /// Where an answer says `true` if all went well.
    pub(super) ok: Option<&'static str>,
    /// Where it names its error.
    pub(super) error: &'static str,
    /// Errors that are the code's fault.
    pub(super) code_refused: &'static [&'static str],
    /// Errors that are the fault of the installation's own application.
    pub(super) client_refused: &'static [&'static str],
    /// Errors that pass by themselves.
    pub(super) out_of_order: &'static [&'static str],
    /// Errors that ask for fewer requests.
    pub(super) throttled: &'static [&'static str],
    /// Errors that say that a token to be ended has ended already.
    pub(super) ended: &'static [&'static str],
    /// Where the tokens are, and whatever else is secret, by the name they are kept under.
    pub(super) tokens: &'static [(&'static str, &'static str)],
    /// Where the scopes are, and what stands between them.
    pub(super) scopes: (&'static str, char),
    /// Where the access token's life is, in seconds.
    pub(super) lifetime: &'static str,
    /// Where the account is named.
    pub(super) account: &'static str,
    /// Where facts of the connection are, by the name they are kept under.
    pub(super) facts: &'static [(&'static str, &'static str)],
}

/// Every provider that is known.
pub(super) const PROVIDERS: &[OAuthProvider] = &[SLACK];

/// Slack, from its documentation of `oauth.v2.access`, `auth.revoke` and their errors.
const SLACK: OAuthProvider = OAuthProvider {
    id: ProviderId::slack,
    token_url: "https://slack.com/api/oauth.v2.access",
    revoke_url: Some("https://slack.com/api/auth.revoke"),
    ok: Some("/ok"),
    error: "/error",
    code_refused: &["invalid_code", "code_already_used", "code_expired", "bad_redirect_uri"],
    client_refused: &["invalid_client_id", "bad_client_secret", "invalid_client", "access_denied"],
    out_of_order: &["internal_error", "fatal_error", "service_unavailable", "request_timeout"],
    throttled: &["ratelimited", "rate_limited"],
    ended: &["token_revoked", "token_expired", "invalid_auth", "not_authed", "account_inactive"],
    tokens: &[
        ("access_token", "/access_token"),
        ("refresh_token", "/refresh_token"),
        ("user_token", "/authed_user/access_token"),
        // Whoever knows this address can post there: no token is asked for.
        ("webhook_url", "/incoming_webhook/url"),
    ],
    scopes: ("/scope", ','),
    lifetime: "/expires_in",
    account: "/team/id",
    facts: &[
        ("team_id", "/team/id"),
        ("team_name", "/team/name"),
        ("webhook_channel", "/incoming_webhook/channel"),
        ("webhook_channel_id", "/incoming_webhook/channel_id"),
        ("webhook_configuration_url", "/incoming_webhook/configuration_url"),
    ],
};
