//! What the holder of a key is told of its limit.

use std::io::Write;
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::per_key::Rate;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// What is promised to the holder of a key, as draft 10 of the `RateLimit` headers has it.
///
/// `q` is the bucket's size, the most that may be sent at once, and `w` the whole seconds
/// in which an empty bucket is full again. So `q` requests in any `w` seconds are always
/// let through, which a quota for each minute could not say: it would promise them all at
/// once.
pub struct Policy {
    header: Option<HeaderValue>,
    rate: Rate,
}

impl Policy {
    /// The promise that a rate makes.
    pub fn of(rate: Rate) -> Self {
        let text = format!(r#""default";q={};w={}"#, rate.burst, fill_time(rate, rate.burst.get()));
        Self { header: text.try_into().ok(), rate }
    }

    /// Where a holder stands with so many requests left, who has to wait for the next one.
    pub fn standing(&self, left: u32, wait: Option<Duration>) -> Standing {
        let missing = self.rate.burst.get().saturating_sub(left);
        Standing { policy: self.header.clone(), left, full_in: fill_time(self.rate, missing), wait }
    }
}

/// How long so many requests take to come into the bucket, in whole seconds.
fn fill_time(rate: Rate, requests: u32) -> u64 {
    whole_seconds(rate.interval() * requests)
}

/// Rounded up: a promise that is kept too early is kept.
pub fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

/// Where the holder of a key stands.
pub struct Standing {
    policy: Option<HeaderValue>,
    left: u32,
    full_in: u64,
    wait: Option<Duration>,
}

impl Standing {
    /// How long until a request will be let through; `None` when this one was.
    pub const fn wait(&self) -> Option<Duration> {
        self.wait
    }

    /// `"default";r=199;t=2`: how many are left, and in how many seconds the bucket is full
    /// again if no more are sent.
    fn header(&self) -> Option<HeaderValue> {
        let mut text = [0; 64];
        let mut rest = &mut text[..];
        write!(rest, r#""default";r={};t={}"#, self.left, self.full_in).ok()?;
        let free = rest.len();
        HeaderValue::from_bytes(&text[..text.len() - free]).ok()
    }
}

/// Tells the holder of a key where they stand, if that was looked at.
pub fn announce<B>(response: &mut ServiceResponse<B>) {
    let Some(standing) = response.request().extensions_mut().remove::<Standing>() else { return };
    let headers = response.headers_mut();
    if let (Some(policy), Some(header)) = (&standing.policy, standing.header()) {
        headers.insert(POLICY, policy.clone());
        headers.insert(STANDING, header);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use patchbay_domain::RequestsPerMinute;
    use std::num::NonZeroU32;

    fn policy(per_minute: u32, burst: u32) -> Policy {
        let per_minute = RequestsPerMinute::new(per_minute).unwrap();
        Policy::of(Rate { per_minute, burst: NonZeroU32::new(burst).unwrap() })
    }

    #[test]
    fn the_policy_promises_a_bucket_and_the_time_in_which_it_fills() {
        for (per_minute, burst, expected) in [
            (6000, 200, r#""default";q=200;w=2"#),
            (60, 60, r#""default";q=60;w=60"#),
            (7, 1, r#""default";q=1;w=9"#),
            (60_000_000, 1, r#""default";q=1;w=1"#),
            (1, 1_000_000, r#""default";q=1000000;w=60000000"#),
        ] {
            assert_eq!(policy(per_minute, burst).header.unwrap(), expected);
        }
    }

    #[test]
    fn the_standing_tells_what_is_left_and_when_all_is_there_again() {
        let policy = policy(60, 5);
        let header = |left| policy.standing(left, None).header().unwrap();
        assert_eq!(header(4), r#""default";r=4;t=1"#);
        assert_eq!(header(0), r#""default";r=0;t=5"#);
        assert_eq!(header(5), r#""default";r=5;t=0"#);
        assert_eq!(self::policy(6000, 200).standing(0, None).header().unwrap(), r#""default";r=0;t=2"#);
    }

    #[test]
    fn the_longest_standing_fits() {
        let standing = Standing { policy: None, left: u32::MAX, full_in: u64::MAX, wait: None };
        assert!(standing.header().is_some());
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (nanoseconds, seconds) in [(0, 0), (1, 1), (1_000_000_000, 1), (1_000_000_001, 2)] {
            assert_eq!(whole_seconds(Duration::from_nanos(nanoseconds)), seconds);
        }
    }
}
