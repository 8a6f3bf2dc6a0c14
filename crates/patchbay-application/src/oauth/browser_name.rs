//! Telling the authorizations of one browser apart.

use std::fmt;

use patchbay_domain::SecretDigest;

/// What one authorization is called among those that a browser has under way at the same time:
/// the first eight hex digits of the SHA-256 of its state. It is no secret, and tells nothing of
/// the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrowserName([u8; 4]);

impl BrowserName {
    pub(super) const fn of(SecretDigest([a, b, c, d, ..]): SecretDigest) -> Self {
        Self([a, b, c, d])
    }
}

impl fmt::Display for BrowserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_how_the_digest_begins() {
        let mut digest = [0xff; 32];
        digest[..4].copy_from_slice(&[0x00, 0x1a, 0xb2, 0x0c]);
        assert_eq!(BrowserName::of(SecretDigest(digest)).to_string(), "001ab20c");
    }
}
