//! Asking providers whether connections work: when somebody wants to know, soon after
//! something of a connection has changed, and once a day.

mod checked;
mod due;
mod first;
mod verify;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{
    Changes, Health, Integration, IntegrationId, Provider, Status, Verification, VerificationClass,
};

pub use checked::{Checked, GetChecked};
pub use due::VerifyDue;
pub(crate) use first::accepted;
pub use verify::VerifyIntegration;
pub(crate) use verify::found_out;

/// How long after it was asked a provider is asked again.
const BETWEEN: TimeDelta = TimeDelta::hours(24);

/// How much earlier or later that may be, in seconds, so that what was made together is not
/// asked together for ever.
const SPREAD_S: i64 = 2 * 60 * 60;

/// How long whoever asks at once has for it, before it is somebody's turn.
const SOON: TimeDelta = TimeDelta::minutes(1);

/// When the provider of an integration is asked again that was asked at `now`.
fn next(id: IntegrationId, now: DateTime<Utc>) -> DateTime<Utc> {
    let (_, random) = id.as_uuid().as_u64_pair();
    let within = random % SPREAD_S.unsigned_abs();
    now + BETWEEN + TimeDelta::seconds(i64::try_from(within).unwrap_or_default() - SPREAD_S / 2)
}

/// When a provider is asked that is being asked at once, in case this comes to nothing.
pub(crate) fn soon(now: DateTime<Utc>) -> DateTime<Utc> {
    now + SOON
}

/// Adds to `changes` that something of `of` is new, so that nobody knows whether it works: its
/// provider is asked at once, where there is something to ask it.
pub(crate) fn ask_soon(
    changes: Changes,
    of: &Integration,
    provider: &Provider,
    now: DateTime<Utc>,
) -> Changes {
    if !provider.is_verifiable {
        return changes;
    }
    let due_at = (of.parts().status == Status::Active).then_some(now);
    changes.health(of, Health::unknown(), due_at)
}

/// When the provider of `of` is asked again after it was asked: not about what is paused, nor
/// about what there was nothing to ask, nor while a person has to connect it anew.
pub(crate) fn turn_after(
    verification: &Verification,
    of: &Integration,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let is_askable =
        !matches!(verification.class, VerificationClass::Skipped | VerificationClass::ReconnectNeeded);
    (is_askable && of.parts().status == Status::Active).then(|| next(of.id(), now))
}

/// Adds to `changes` what came of asking the provider of `of` before they were made.
pub(crate) fn verified(
    changes: Changes,
    of: &Integration,
    verification: &Verification,
    now: DateTime<Utc>,
) -> Changes {
    let health = Health::unknown().after(verification, now);
    changes.health(of, health, turn_after(verification, of, now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;
    use uuid::Uuid;

    #[test]
    fn the_next_time_is_about_a_day_away_and_another_for_each() {
        let times: Vec<_> = (0..100u128)
            .map(|n| {
                next(IntegrationId::from_uuid(Uuid::from_u128(n * 0x1234_5678_9abc_def1)), at(0)) - at(0)
            })
            .collect();
        assert!(
            times.iter().all(|time| (TimeDelta::hours(23)..=TimeDelta::hours(25)).contains(time)),
            "{times:?}"
        );
        let mut different = times.clone();
        different.sort();
        different.dedup();
        assert!(different.len() > 90, "{different:?}");
    }
}
