//! How times are written.

use chrono::{DateTime, SecondsFormat, Utc};

/// RFC 3339 in UTC with six digits of fraction, which is what every store keeps.
pub fn timestamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The same with three digits, as the clients of an API may know it.
pub fn timestamp_in_ms(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
