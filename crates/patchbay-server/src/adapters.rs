//! Time and ids as the operating system gives them.

use chrono::{DateTime, SubsecRound, Utc};
use patchbay_domain::{Clock, IdGenerator};
use uuid::Uuid;

/// The digits of a second that both databases keep.
const MICROSECONDS: u16 = 6;

/// The machine's clock, in whole microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter of the `Clock` port")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(MICROSECONDS)
    }
}

/// UUIDs of version 7, each greater than those before it in this process, even while the
/// machine's clock stands still or goes back.
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidV7Ids;

impl IdGenerator for UuidV7Ids {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter of the `IdGenerator` port")]
    fn uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Timelike;

    #[test]
    fn time_comes_in_whole_microseconds() {
        for _ in 0..1000 {
            assert_eq!(SystemClock.now().nanosecond() % 1000, 0);
        }
    }

    #[test]
    fn every_id_is_greater_than_those_before_it() {
        let made: Vec<Uuid> = (0..10_000).map(|_| UuidV7Ids.uuid()).collect();
        assert!(made.is_sorted_by(|one, next| one < next));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
