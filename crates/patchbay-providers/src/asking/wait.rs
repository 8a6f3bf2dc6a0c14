//! How long a provider asks to wait.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use patchbay_catalogue::{Limits, WaitReading};
use serde_json::Value;

/// The longest that is believed.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// The date of HTTP in the three spellings that count (RFC 9110 §5.6.7).
const DATES: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// How long to wait after an answer that means "slow down": by the first header that can be
/// read, else by where backing off begins. `None` where nothing says. Never more than what
/// the entry lets anybody wait.
pub(crate) fn asked_for<'h>(
    limits: &Limits,
    header: impl Fn(&str) -> Option<&'h str>,
    now: DateTime<Utc>,
) -> Option<Duration> {
    let by_header = limits.wait.iter().find_map(|wait| read(wait.reading, header(&wait.header)?.trim(), now));
    let by_backoff = || limits.backoff.map(|backoff| Duration::from_millis(backoff.first_ms));
    let longest = limits.max_wait_s.map_or(A_DAY, Duration::from_secs);
    by_header.or_else(by_backoff).map(|wait| wait.min(longest))
}

fn read(reading: WaitReading, text: &str, now: DateTime<Utc>) -> Option<Duration> {
    match reading {
        WaitReading::Seconds => seconds(text),
        WaitReading::Milliseconds => text.parse().ok().map(Duration::from_millis),
        WaitReading::SecondsOrDate => seconds(text).or_else(|| Some(until(date(text)?, now))),
        WaitReading::EpochSeconds => Some(until(DateTime::from_timestamp(text.parse().ok()?, 0)?, now)),
        WaitReading::MetaUsageMinutes => usage(text),
    }
}

/// Seconds, perhaps with a fraction.
fn seconds(text: &str) -> Option<Duration> {
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = is_plain.then(|| text.parse().ok())??;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(A_DAY))
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    let read = |spelling| NaiveDateTime::parse_from_str(text, spelling).ok();
    DATES.into_iter().find_map(read).map(|date| date.and_utc())
}

/// Nothing is left of what is past.
fn until(then: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    then.signed_duration_since(now).to_std().unwrap_or_default()
}

/// The longest of the times in Meta's usage document; none of them is none at all.
fn usage(text: &str) -> Option<Duration> {
    let document: Value = serde_json::from_str(text).ok()?;
    let accounts = document.as_object()?.values().filter_map(Value::as_array).flatten();
    let minutes = accounts.filter_map(|usage| usage.get("estimated_time_to_regain_access")?.as_u64());
    let longest = minutes.max().filter(|minutes| *minutes > 0)?;
    Some(Duration::from_secs(longest.saturating_mul(60)))
}
