//! `rate_limit.*`: how many requests are let through.

use std::num::NonZeroU32;

use ipnet::IpNet;
use patchbay_domain::RequestsPerMinute;
use patchbay_http::RateLimitOptions;

use super::parse::whole_number;
use super::reader::Reader;

/// More at once than this is as good as no limit.
const LARGEST_BURST: u32 = 1_000_000;

/// `rate_limit.*`: how many requests are let through.
#[derive(Debug)]
pub struct RateLimitSettings {
    /// How many a key may make in a minute; `None` sets no limit.
    pub requests_per_minute: Option<RequestsPerMinute>,
    /// How many of them at once.
    pub burst: NonZeroU32,
    /// How many refused keys a minute are taken from one address; `None` takes all.
    pub failed_auth_per_minute: Option<NonZeroU32>,
}

impl RateLimitSettings {
    /// The same for the HTTP interface, with the proxies that it is behind.
    pub fn options(&self, trusted_proxies: Vec<IpNet>) -> RateLimitOptions {
        let Self { requests_per_minute, burst, failed_auth_per_minute } = *self;
        RateLimitOptions { requests_per_minute, burst, failed_auth_per_minute, trusted_proxies }
    }

    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let per_minute = whole_number(0..=RequestsPerMinute::MAX);
        let requests = reader.required("rate_limit.requests_per_minute", per_minute);
        let burst = reader.required("rate_limit.burst", whole_number(1..=LARGEST_BURST));
        let failed = reader.required("rate_limit.failed_auth_per_minute", whole_number(0..=LARGEST_BURST));
        Some(Self {
            requests_per_minute: RequestsPerMinute::new(requests?),
            burst: NonZeroU32::new(burst?)?,
            failed_auth_per_minute: NonZeroU32::new(failed?),
        })
    }
}
