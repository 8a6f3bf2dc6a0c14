//! How much a key may ask for.

use std::num::NonZeroU32;
use std::str::FromStr;

/// How many requests a key may make in a minute: 1 to 60,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestsPerMinute(NonZeroU32);

impl RequestsPerMinute {
    /// The most that can be said: one in each microsecond.
    pub const MAX: u32 = 60_000_000;

    /// That many, if it is one of the numbers that can be said.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) if number.get() <= Self::MAX => Some(Self(number)),
            _ => None,
        }
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> NonZeroU32 {
        self.0
    }
}

impl FromStr for RequestsPerMinute {
    type Err = InvalidRequestsPerMinute;

    fn from_str(text: &str) -> Result<Self, InvalidRequestsPerMinute> {
        text.parse().ok().and_then(Self::new).ok_or(InvalidRequestsPerMinute)
    }
}

/// A text that names no number of requests that a key may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a whole number from 1 to {}", RequestsPerMinute::MAX)]
pub struct InvalidRequestsPerMinute;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_make_at_least_one_request_and_no_more_than_can_be_counted() {
        assert_eq!(RequestsPerMinute::new(1).map(|one| one.get().get()), Some(1));
        assert_eq!("60000000".parse(), Ok(RequestsPerMinute(NonZeroU32::new(60_000_000).unwrap())));
        for wrong in ["0", "60000001", "4294967296", "-1", "1.5", "", "many"] {
            assert_eq!(wrong.parse::<RequestsPerMinute>(), Err(InvalidRequestsPerMinute), "{wrong}");
        }
    }
}
