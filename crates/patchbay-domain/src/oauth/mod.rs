//! OAuth: people allow connections at their providers, and what was granted is kept fresh.

mod authorization;
mod exchanger;
mod one_time;
mod refresh;
mod scopes;

pub use authorization::{Authorization, AuthorizationDirectory, AuthorizationWrite, Browser};
pub use exchanger::{AuthorizationCode, AuthorizationRequest, ExchangeError, Granted, OAuthExchanger};
pub use one_time::{OneTimeSecrets, SecretDigest};
pub use refresh::{
    Fence, RefreshAttempt, RefreshRepository, RefreshSchedule, RefreshTerms, RefreshWrite, TokenRefresh,
};
pub use scopes::{AskedScopes, OAuthScope, TooManyScopes};
#[cfg(feature = "testing")]
pub use {
    authorization::MockAuthorizationDirectory,
    exchanger::MockOAuthExchanger,
    one_time::MockOneTimeSecrets,
    refresh::{MockRefreshRepository, MockRefreshSchedule},
};
