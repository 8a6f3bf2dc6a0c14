//! How fast the holder of one key may send requests.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use patchbay_domain::{ApiKeyId, RequestsPerMinute};

use super::standing::{Policy, Standing};

/// How many keys are remembered at the most: about 20 MB.
const CAPACITY: u64 = 65_536;

/// A key's rate: so many requests at once, and then so many a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: NonZeroU32,
    /// A minute, evenly.
    pub per_minute: RequestsPerMinute,
}

impl Rate {
    /// The time that one request costs.
    pub fn interval(self) -> Duration {
        Duration::from_secs(60) / self.per_minute.get().get()
    }

    fn quota(self) -> Quota {
        let one = NonZeroU32::MIN;
        let quota = Quota::with_period(self.interval()).unwrap_or_else(|| Quota::per_second(one));
        quota.allow_burst(self.burst)
    }
}

/// A bucket of requests for each key (GCRA).
///
/// The least lately used of many is forgotten; should it be asked for again, it starts
/// full.
pub struct KeyLimits<C: Clock = MonotonicClock> {
    usual: Option<RequestsPerMinute>,
    burst: NonZeroU32,
    buckets: Cache<ApiKeyId, Arc<Bucket<C>>>,
    clock: C,
}

struct Bucket<C: Clock> {
    rate: Rate,
    limiter: RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>,
    policy: Policy,
}

impl<C: Clock + Clone + Send + Sync + 'static> KeyLimits<C>
where
    C::Instant: Send + Sync,
{
    /// The `usual` rate is that of keys without one of their own; `None` sets them free.
    pub fn new(usual: Option<RequestsPerMinute>, burst: NonZeroU32, clock: C) -> Self {
        let buckets = Cache::builder().max_capacity(CAPACITY).eviction_policy(EvictionPolicy::lru()).build();
        Self { usual, burst, buckets, clock }
    }

    /// Takes a request out of the key's bucket, if there is one in it. `None` for a key
    /// without a limit.
    pub fn take(&self, key: ApiKeyId, own: Option<RequestsPerMinute>) -> Option<Standing> {
        let bucket = self.bucket(key, self.rate(own)?);
        Some(match bucket.limiter.check() {
            Ok(left) => bucket.policy.standing(left.remaining_burst_capacity(), None),
            Err(until) => bucket.policy.standing(0, Some(until.wait_time_from(self.clock.now()))),
        })
    }

    /// A rate that was chosen for one key is meant for whole minutes: it lets no more
    /// through at once than it does in one.
    fn rate(&self, own: Option<RequestsPerMinute>) -> Option<Rate> {
        match own {
            Some(per_minute) => Some(Rate { per_minute, burst: self.burst.min(per_minute.get()) }),
            None => self.usual.map(|per_minute| Rate { per_minute, burst: self.burst }),
        }
    }

    fn bucket(&self, key: ApiKeyId, rate: Rate) -> Arc<Bucket<C>> {
        if let Some(bucket) = self.buckets.get(&key).filter(|bucket| bucket.rate == rate) {
            return bucket;
        }
        let full = || {
            let limiter = RateLimiter::direct_with_clock(rate.quota(), self.clock.clone());
            Arc::new(Bucket { rate, limiter: limiter.with_middleware(), policy: Policy::of(rate) })
        };
        self.buckets.entry(key).or_insert_with_if(full, |old| old.rate != rate).into_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use uuid::Uuid;

    const NOW: Option<Duration> = None;

    fn per_minute(number: u32) -> Option<RequestsPerMinute> {
        RequestsPerMinute::new(number)
    }

    fn key(number: u128) -> ApiKeyId {
        ApiKeyId::from_uuid(Uuid::from_u128(number))
    }

    fn limits(usual: u32, burst: u32) -> (KeyLimits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let burst = NonZeroU32::new(burst).unwrap();
        (KeyLimits::new(per_minute(usual), burst, clock.clone()), clock)
    }

    /// How long the holder has to wait, for each of so many requests.
    fn waits(
        limits: &KeyLimits<FakeRelativeClock>,
        key: ApiKeyId,
        own: Option<RequestsPerMinute>,
        requests: usize,
    ) -> Vec<Option<Duration>> {
        (0..requests).map(|_| limits.take(key, own).unwrap().wait()).collect()
    }

    #[test]
    fn a_full_bucket_is_spent_at_once_and_fills_evenly() {
        let (limits, clock) = limits(30, 3);
        let two_seconds = Some(Duration::from_secs(2));
        assert_eq!(waits(&limits, key(1), None, 4), [NOW, NOW, NOW, two_seconds]);
        assert_eq!(waits(&limits, key(2), None, 1), [NOW], "each key has its own");
        clock.advance(Duration::from_millis(1999));
        assert_eq!(waits(&limits, key(1), None, 1), [Some(Duration::from_millis(1))]);
        clock.advance(Duration::from_millis(1));
        assert_eq!(waits(&limits, key(1), None, 2), [NOW, two_seconds]);
        clock.advance(Duration::from_secs(3600));
        assert_eq!(waits(&limits, key(1), None, 4), [NOW, NOW, NOW, two_seconds]);
    }

    #[test]
    fn a_refused_request_costs_nothing() {
        let (limits, clock) = limits(60, 1);
        waits(&limits, key(1), None, 100);
        clock.advance(Duration::from_secs(1));
        assert_eq!(waits(&limits, key(1), None, 1), [NOW]);
    }

    #[test]
    fn a_limit_of_the_keys_own_wins_and_also_bounds_its_burst() {
        let (limits, _) = limits(6000, 200);
        let waits = waits(&limits, key(1), per_minute(2), 3);
        assert_eq!(waits, [NOW, NOW, Some(Duration::from_secs(30))]);
        let (limits, _) = self::limits(1, 1);
        assert!(self::waits(&limits, key(1), per_minute(600), 1) == [NOW]);
        assert_eq!(self::waits(&limits, key(1), per_minute(600), 1), [Some(Duration::from_millis(100))]);
    }

    #[test]
    fn a_limit_that_has_changed_holds_from_the_next_request_on() {
        let (limits, _) = limits(6000, 200);
        waits(&limits, key(1), per_minute(1), 2);
        assert_eq!(waits(&limits, key(1), per_minute(3), 4)[2..], [NOW, Some(Duration::from_secs(20))]);
    }

    #[test]
    fn without_a_limit_nothing_is_said() {
        let (limits, _) = limits(0, 1);
        assert!(limits.take(key(1), None).is_none());
        assert!(limits.take(key(1), per_minute(1)).is_some());
    }
}
