//! Patchbay's way out.
//!
//! [`GuardedClient`] is the one HTTP client of the service: every request that leaves it
//! goes through there, whoever chose the URL. On top of it stand the adapters of the
//! domain's ports that ask something of a third party.

mod asking;
mod manifest;
mod oauth;
mod outbound;
#[cfg(test)]
mod testing;
mod verification;

pub use manifest::HttpManifestFetcher;
pub use oauth::{HttpOAuthExchanger, OAuthClient};
pub use outbound::{
    ForbiddenHeader, GuardedClient, InvalidOrigin, Method, OutboundError, OutboundPolicy, OutboundRequest,
    OutboundResponse, OutboundUrl, Refused, TrustedOrigin, is_public,
};
pub use verification::HttpCredentialVerifier;
