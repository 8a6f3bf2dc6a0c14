//! How often one address may present keys that are refused.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock, Reference};
use moka::sync::Cache;

/// How long refused keys count together, from the first of them on.
const WINDOW: Duration = Duration::from_secs(60);

/// How many addresses are remembered at the most: about 15 MB.
const CAPACITY: u64 = 65_536;

/// Counts refused keys by the address that presented them. One that has presented too many
/// is shut out, whatever it presents, until a minute after the first of them.
///
/// Memory is bounded, so addresses are forgotten, and a flood must not be able to have its
/// own forgotten. Whom the cache keeps is therefore decided by how often they were asked
/// for (`TinyLFU`), not by how lately: to displace an address that failed *n* times, other
/// ones must have failed about as often, and as many of them as the cache holds.
///
/// An IPv6 address counts as its /64, because whoever has one has all of that.
pub struct FailedAuth<C: Clock = MonotonicClock> {
    limit: NonZeroU32,
    windows: Cache<IpAddr, Arc<Window>>,
    /// Until when somebody is shut out: before that, and only then, requests are looked at.
    somebody_until: AtomicU64,
    clock: C,
    start: C::Instant,
}

/// The refused keys of one address.
struct Window {
    /// In nanoseconds since the start.
    ends: u64,
    refused: AtomicU32,
}

impl<C: Clock> FailedAuth<C> {
    /// Shuts out after `limit` refused keys.
    pub fn new(limit: NonZeroU32, clock: C) -> Self {
        Self::with_capacity(limit, clock, CAPACITY)
    }

    fn with_capacity(limit: NonZeroU32, clock: C, capacity: u64) -> Self {
        Self {
            limit,
            windows: Cache::builder().max_capacity(capacity).time_to_live(WINDOW).build(),
            somebody_until: AtomicU64::new(0),
            start: clock.now(),
            clock,
        }
    }

    /// For how much longer the address is shut out; `None` when it is not.
    pub fn shut_out(&self, address: impl FnOnce() -> Option<IpAddr>) -> Option<Duration> {
        let now = self.now();
        if now >= self.somebody_until.load(Ordering::Relaxed) {
            return None;
        }
        let window = self.windows.get(&counted(address()?))?;
        let is_out = window.refused.load(Ordering::Relaxed) >= self.limit.get() && now < window.ends;
        is_out.then(|| Duration::from_nanos(window.ends - now))
    }

    /// Counts a refused key.
    pub fn count(&self, address: IpAddr) {
        let now = self.now();
        let begin = || Arc::new(Window { ends: now.saturating_add(nanoseconds(WINDOW)), refused: 0.into() });
        let entry = self.windows.entry(counted(address));
        let window = entry.or_insert_with_if(begin, |window| window.ends <= now).into_value();
        if window.refused.fetch_add(1, Ordering::Relaxed) >= self.limit.get() - 1 {
            self.somebody_until.fetch_max(window.ends, Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        self.clock.now().duration_since(self.start).as_u64()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What is counted together.
fn counted(address: IpAddr) -> IpAddr {
    const PREFIX: u128 = !0 << 64;
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & PREFIX).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::net::Ipv4Addr;

    fn guard(limit: u32, capacity: u64) -> (FailedAuth<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (FailedAuth::with_capacity(NonZeroU32::new(limit).unwrap(), clock.clone(), capacity), clock)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn out(guard: &FailedAuth<FakeRelativeClock>, address: IpAddr) -> Option<u64> {
        guard.shut_out(|| Some(address)).map(|time| time.as_secs())
    }

    #[test]
    fn an_address_is_shut_out_after_its_last_refused_key_until_the_minute_is_over() {
        let (guard, clock) = guard(3, 100);
        let (one, other) = (ip("198.51.100.1"), ip("198.51.100.2"));
        for _ in 0..2 {
            guard.count(one);
            guard.count(other);
            clock.advance(Duration::from_secs(10));
        }
        assert_eq!((out(&guard, one), out(&guard, other)), (None, None));
        guard.count(one);
        assert_eq!((out(&guard, one), out(&guard, other)), (Some(40), None));
        clock.advance(Duration::from_secs(39));
        assert_eq!(out(&guard, one), Some(1));
        clock.advance(Duration::from_secs(1));
        assert_eq!(out(&guard, one), None);
        // The next minute begins with the next refused key.
        clock.advance(Duration::from_secs(1000));
        for _ in 0..3 {
            assert_eq!(out(&guard, one), None);
            guard.count(one);
        }
        assert_eq!(out(&guard, one), Some(60));
    }

    #[test]
    fn an_ipv6_address_counts_as_its_network_and_an_ipv4_address_in_any_dress() {
        let (guard, _) = guard(2, 100);
        guard.count(ip("2001:db8:0:1::1"));
        guard.count(ip("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert!(out(&guard, ip("2001:db8:0:1:5::")).is_some());
        assert_eq!(out(&guard, ip("2001:db8:0:2::1")), None);
        guard.count(ip("198.51.100.1"));
        guard.count(ip("::ffff:198.51.100.1"));
        assert!(out(&guard, ip("198.51.100.1")).is_some());
        assert_eq!(out(&guard, ip("198.51.100.2")), None);
    }

    #[test]
    fn while_nobody_is_shut_out_nobody_is_looked_at() {
        let (guard, _) = guard(2, 100);
        guard.count(ip("198.51.100.1"));
        assert_eq!(guard.shut_out(|| panic!("the address is asked for")), None);
    }

    #[test]
    fn a_flood_from_many_addresses_neither_grows_the_memory_nor_frees_one_that_is_shut_out() {
        const CAPACITY: u64 = 1000;
        let (guard, _) = guard(60, CAPACITY);
        let flooding = ip("198.51.100.1");
        (0..60).for_each(|_| guard.count(flooding));
        for other in 0..20_000_u32 {
            guard.count(Ipv4Addr::from_bits(0x0A00_0000 + other).into());
            if other % 100 == 0 {
                assert!(out(&guard, flooding).is_some(), "after {other} others");
            }
        }
        guard.windows.run_pending_tasks();
        assert!(guard.windows.entry_count() <= CAPACITY);
        assert!(out(&guard, flooding).is_some());
    }
}
