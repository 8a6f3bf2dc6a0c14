//! Looking for secrets where none may be.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

/// Some bytes and where they were found: a file, a log, an answer.
#[derive(Clone, Debug)]
pub struct Place {
    name: String,
    bytes: Vec<u8>,
}

impl Place {
    /// What stands in `name`.
    #[must_use]
    pub fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes: bytes.into() }
    }

    /// The bytes as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// A secret to look for, in every spelling that a leak might have: as it is, as hex digits,
/// as base64 and turned round.
#[derive(Debug)]
pub struct Marker {
    name: String,
    spellings: Vec<(&'static str, Vec<u8>)>,
}

impl Marker {
    /// How many bytes at each end of a secret may be shown: a key's prefix is stored to tell
    /// keys apart (11 to 13 characters), a mask shows the last four.
    const SHOWN_START: usize = 13;
    const SHOWN_END: usize = 4;

    /// Looks for the middle of a secret, so that one that was cut short is found too. What
    /// may be shown of it by right is not looked for.
    #[must_use]
    pub fn of_text(name: &str, secret: &str) -> Self {
        let middle = secret.len().checked_sub(Self::SHOWN_START + Self::SHOWN_END);
        assert!(middle >= Some(16), "{name} is too short to be looked for");
        Self::of_bytes(name, &secret.as_bytes()[Self::SHOWN_START..secret.len() - Self::SHOWN_END])
    }

    /// Looks for all of these bytes.
    #[must_use]
    pub fn of_bytes(name: &str, secret: &[u8]) -> Self {
        let mut spellings = vec![
            ("plain", secret.to_vec()),
            ("hex", hex::encode(secret).into_bytes()),
            ("upper-case hex", hex::encode_upper(secret).into_bytes()),
            ("reversed", secret.iter().rev().copied().collect()),
        ];
        for shift in 0..3 {
            spellings.push(("base64", inner_base64(&BASE64_STANDARD, secret, shift)));
            spellings.push(("base64 for URLs", inner_base64(&BASE64_URL_SAFE, secret, shift)));
        }
        Self { name: name.to_owned(), spellings }
    }

    /// Says where, and in which spelling, the secret was found.
    #[must_use]
    pub fn found_in(&self, places: &[Place]) -> Vec<String> {
        let found = |(spelling, bytes): &(&str, Vec<u8>)| {
            let holds = |place: &&Place| place.bytes.windows(bytes.len()).any(|window| window == bytes);
            let says = |place: &Place| format!("{} ({spelling}) in {}", self.name, place.name);
            places.iter().filter(holds).map(says).collect::<Vec<_>>()
        };
        self.spellings.iter().flat_map(found).collect()
    }
}

/// The digits of base64 that depend on `secret` alone when `shift` bytes (modulo three) of
/// something else stand before it, and anything behind.
fn inner_base64(engine: &impl Engine, secret: &[u8], shift: usize) -> Vec<u8> {
    let shifted = [vec![0; shift], secret.to_vec()].concat();
    let whole = shifted.len() / 3 * 3;
    let digits = engine.encode(&shifted[..whole]).into_bytes();
    let foreign = (shift * 8).div_ceil(6);
    digits[foreign..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "xoxb-planted-0123456789-credential-abcdef";

    fn found(bytes: impl Into<Vec<u8>>) -> bool {
        let marker = Marker::of_text("planted", SECRET);
        !marker.found_in(&[Place::new("somewhere", bytes)]).is_empty()
    }

    #[test]
    fn a_planted_secret_is_found_in_every_spelling() {
        assert!(found(format!("…{SECRET}…")));
        assert!(found(format!("\\x{}", hex::encode(SECRET))));
        assert!(found(hex::encode_upper(format!("before {SECRET} after"))));
        assert!(found(SECRET.chars().rev().collect::<String>()));
        for before in ["", "a", "ab", "abc", "abcd"] {
            for after in ["", "z", "zy", "zyx"] {
                let text = format!("{before}{SECRET}{after}");
                assert!(found(BASE64_STANDARD.encode(&text)), "{text}");
                assert!(found(BASE64_URL_SAFE.encode(&text)), "{text}");
            }
        }
    }

    #[test]
    fn a_secret_that_was_cut_short_is_found() {
        assert!(found(&SECRET[..SECRET.len() - 4]));
    }

    #[test]
    fn bytes_that_are_no_text_are_found_too() {
        let secret: Vec<u8> = (100..132).chain([0xff, 0xfe]).collect();
        let marker = Marker::of_bytes("key", &secret);
        let around = [vec![1, 2, 3], secret, vec![0]].concat();
        assert_eq!(marker.found_in(&[Place::new("wal", around)]), ["key (plain) in wal"]);
    }

    #[test]
    fn what_may_be_shown_is_not_taken_for_the_secret() {
        let shown = format!("{} ********{}", &SECRET[..13], &SECRET[SECRET.len() - 4..]);
        assert!(!found(shown));
        assert!(!found("nothing of the kind"));
    }
}
