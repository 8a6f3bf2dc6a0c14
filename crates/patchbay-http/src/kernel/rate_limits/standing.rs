//! What the holder of a key is told of its limit.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use super::per_key::Rate;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// In which headers an API tells the holder of a key of its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimitHeaders {
    /// `RateLimit-Policy` and `RateLimit`, as draft 10 of the `RateLimit` headers has them.
    Structured,
    /// `RateLimit-Limit`, `-Remaining`, `-Reset` and `-Policy`, as its drafts up to the 6th had
    /// them. The limit is that of a minute; as the policy says, not all of it at once.
    Separate,
}

/// What is promised to the holder of a key.
///
/// In the structured form `q` is the bucket's size, the most that may be sent at once, and `w`
/// the whole seconds in which an empty bucket is full again. So `q` requests in any `w` seconds
/// are always let through, which a quota for each minute could not say: it would promise them
/// all at once.
pub struct Policy {
    promises: Arc<Promises>,
    rate: Rate,
}

/// The headers that are the same for every request under one rate.
struct Promises {
    structured: Option<HeaderValue>,
    separate: Option<HeaderValue>,
    limit: HeaderValue,
}

impl Policy {
    /// The promise that a rate makes.
    pub fn of(rate: Rate) -> Self {
        let Rate { burst, per_minute } = rate;
        let structured = format!(r#""default";q={burst};w={}"#, fill_time(rate, burst.get()));
        let per_minute = per_minute.get();
        let separate = format!(r#"{per_minute};w=60;burst={burst};comment="token bucket""#);
        let promises = Promises {
            structured: structured.try_into().ok(),
            separate: separate.try_into().ok(),
            limit: per_minute.get().into(),
        };
        Self { promises: Arc::new(promises), rate }
    }

    /// Where a holder stands with so many requests left, who has to wait for the next one.
    pub fn standing(&self, left: u32, wait: Option<Duration>) -> Standing {
        let missing = self.rate.burst.get().saturating_sub(left);
        Standing { promises: self.promises.clone(), left, full_in: fill_time(self.rate, missing), wait }
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
    promises: Arc<Promises>,
    left: u32,
    full_in: u64,
    wait: Option<Duration>,
}

impl Standing {
    /// How long until a request will be let through; `None` when this one was.
    pub const fn wait(&self) -> Option<Duration> {
        self.wait
    }

    fn tell(&self, form: RateLimitHeaders, headers: &mut HeaderMap) {
        match form {
            RateLimitHeaders::Structured => {
                if let (Some(policy), Some(standing)) = (&self.promises.structured, self.structured()) {
                    headers.insert(POLICY, policy.clone());
                    headers.insert(STANDING, standing);
                }
            }
            RateLimitHeaders::Separate => {
                headers.insert(LIMIT, self.promises.limit.clone());
                headers.insert(REMAINING, self.left.into());
                headers.insert(RESET, self.full_in.into());
                if let Some(policy) = &self.promises.separate {
                    headers.insert(POLICY, policy.clone());
                }
            }
        }
    }

    /// `"default";r=199;t=2`: how many are left, and in how many seconds the bucket is full
    /// again if no more are sent.
    fn structured(&self) -> Option<HeaderValue> {
        let mut text = [0; 64];
        let mut rest = &mut text[..];
        write!(rest, r#""default";r={};t={}"#, self.left, self.full_in).ok()?;
        let free = rest.len();
        HeaderValue::from_bytes(&text[..text.len() - free]).ok()
    }
}

/// Tells the holder of a key where they stand, if that was looked at.
pub fn announce<B>(form: RateLimitHeaders, response: &mut ServiceResponse<B>) {
    let standing = response.request().extensions_mut().remove::<Standing>();
    if let Some(standing) = standing {
        standing.tell(form, response.headers_mut());
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
            assert_eq!(policy(per_minute, burst).promises.structured.as_ref().unwrap(), expected);
        }
    }

    #[test]
    fn separate_headers_tell_the_limit_of_a_minute_and_the_bucket() {
        let told = |per_minute, burst, left| {
            let mut headers = HeaderMap::new();
            policy(per_minute, burst).standing(left, None).tell(RateLimitHeaders::Separate, &mut headers);
            assert!(!headers.contains_key(STANDING));
            let value = |name| headers.get(name).unwrap().to_str().unwrap().to_owned();
            [LIMIT, REMAINING, RESET, POLICY].map(value)
        };
        let bucket = r#"6000;w=60;burst=200;comment="token bucket""#;
        assert_eq!(told(6000, 200, 199), ["6000", "199", "1", bucket]);
        assert_eq!(told(6000, 200, 200), ["6000", "200", "0", bucket]);
        assert_eq!(told(60, 5, 0), ["60", "0", "5", r#"60;w=60;burst=5;comment="token bucket""#]);
        assert_eq!(told(1, 1_000_000, 0)[2], "60000000");
    }

    #[test]
    fn the_standing_tells_what_is_left_and_when_all_is_there_again() {
        let policy = policy(60, 5);
        let header = |left| policy.standing(left, None).structured().unwrap();
        assert_eq!(header(4), r#""default";r=4;t=1"#);
        assert_eq!(header(0), r#""default";r=0;t=5"#);
        assert_eq!(header(5), r#""default";r=5;t=0"#);
        assert_eq!(self::policy(6000, 200).standing(0, None).structured().unwrap(), r#""default";r=0;t=2"#);
    }

    #[test]
    fn the_longest_standing_fits() {
        let promises = policy(1, 1).promises;
        let standing = Standing { promises, left: u32::MAX, full_in: u64::MAX, wait: None };
        assert!(standing.structured().is_some());
    }

    #[test]
    fn seconds_are_rounded_up() {
        for (nanoseconds, seconds) in [(0, 0), (1, 1), (1_000_000_000, 1), (1_000_000_001, 2)] {
            assert_eq!(whole_seconds(Duration::from_nanos(nanoseconds)), seconds);
        }
    }
}
