//! How many requests are let through, and from whom.
//!
//! Everything here is kept by each process for itself: with several replicas behind one
//! address a limit holds for each of them.

mod client_address;
mod failed_auth;
mod per_key;
mod standing;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::{HttpMessage, HttpRequest};
use governor::clock::MonotonicClock;
use ipnet::IpNet;
use patchbay_application::{AppError, AuthRefusal, Caller};
use patchbay_domain::{Actor, RequestsPerMinute};

use super::Refusal;
use client_address::TrustedProxies;
use failed_auth::FailedAuth;
use per_key::KeyLimits;
use standing::whole_seconds;
pub use standing::{RateLimitHeaders, announce};

/// How much is let through.
#[derive(Clone, Debug)]
pub struct RateLimitOptions {
    /// How many requests a key may make in a minute that has no limit of its own; `None`
    /// does not limit it.
    pub requests_per_minute: Option<RequestsPerMinute>,
    /// How many of them at once.
    pub burst: NonZeroU32,
    /// How many refused keys, and links that lead nowhere, are taken from one address in a minute;
    /// `None` takes all.
    pub failed_auth_per_minute: Option<NonZeroU32>,
    /// The proxies that are believed when they say for whom they speak.
    pub trusted_proxies: Vec<IpNet>,
}

/// What is counted of requests, by key and by address, and what is refused for it.
pub struct RateLimits {
    per_key: KeyLimits,
    failed_auth: Option<FailedAuth>,
    proxies: TrustedProxies,
}

impl RateLimits {
    /// Counts from now on.
    #[must_use]
    pub fn new(options: RateLimitOptions) -> Self {
        let RateLimitOptions { requests_per_minute, burst, failed_auth_per_minute, trusted_proxies } =
            options;
        Self {
            per_key: KeyLimits::new(requests_per_minute, burst, MonotonicClock),
            failed_auth: failed_auth_per_minute.map(|limit| FailedAuth::new(limit, MonotonicClock)),
            proxies: TrustedProxies::new(trusted_proxies),
        }
    }

    /// Stops whoever has presented too many keys that were refused.
    pub(crate) fn admit_client(&self, request: &HttpRequest) -> Result<(), Refusal> {
        let Some(failed) = &self.failed_auth else { return Ok(()) };
        failed.shut_out(|| self.client(request)).map_or(Ok(()), |wait| Err(too_many(wait)))
    }

    /// Counts an attempt to become known that ended in `error`, if it is one to count: a
    /// key that was refused. No key at all is a mistake, and no guess.
    pub(crate) fn count_failure(&self, error: &AppError, request: &HttpRequest) {
        let refused = matches!(error, AppError::Unauthenticated(why) if *why != AuthRefusal::Missing);
        if let (true, Some(failed)) = (refused, &self.failed_auth)
            && let Some(client) = self.client(request)
        {
            failed.count(client);
        }
    }

    /// Counts a request of a known caller, stops it when its key's limit is reached, and
    /// leaves word of where the key stands for [`announce`].
    pub(crate) fn admit_caller(&self, caller: &Caller, request: &HttpRequest) -> Result<(), Refusal> {
        let Actor::Key(key) = caller.actor() else { return Ok(()) };
        let Some(standing) = self.per_key.take(key, caller.requests_per_minute()) else { return Ok(()) };
        let wait = standing.wait();
        request.extensions_mut().insert(standing);
        wait.map_or(Ok(()), |wait| Err(too_many(wait)))
    }

    fn client(&self, request: &HttpRequest) -> Option<IpAddr> {
        request.peer_addr().map(|peer| self.proxies.client(peer.ip(), request.headers()))
    }
}

/// At least a second: none at all would be an invitation.
fn too_many(wait: Duration) -> Refusal {
    Refusal::TooManyRequests { retry_after: whole_seconds(wait).max(1) }
}
