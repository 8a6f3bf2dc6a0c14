//! Reading a key ring from `ID:BASE64` entries.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_domain::{InvalidText, KeyId};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{KeyRing, MasterKey};

/// Why an entry is no master key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// It lacks the colon between id and key.
    #[error("not of the form ID:BASE64")]
    Form,
    /// What is before the colon is no key id.
    #[error("its id {0}")]
    Id(#[source] InvalidText),
    /// What is after the colon is not standard base64 with padding.
    #[error("its key is not standard base64")]
    Base64,
    /// The key does not have [`MasterKey::BYTES`] bytes.
    #[error("its key has {bytes} bytes instead of {}", MasterKey::BYTES)]
    Length {
        /// How many it has.
        bytes: usize,
    },
    /// An earlier entry has the same id.
    #[error("entry {first} has the same id")]
    DuplicateId {
        /// The position of the earlier entry.
        first: usize,
    },
}

/// An entry that is no master key. Shows nothing of the key, nor a text that failed to be
/// an id, for that may be a key in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadEntry {
    /// Which entry, from 1; in a file, which line.
    pub position: usize,
    /// Its id, where that much could be read.
    pub id: Option<KeyId>,
    /// What is wrong with it.
    #[source]
    pub fault: EntryFault,
}

impl fmt::Display for BadEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "master key {}", self.position)?;
        if let Some(id) = &self.id {
            write!(f, " ({id})")?;
        }
        write!(f, ": {}", self.fault)
    }
}

/// Why entries are no key ring.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyRing {
    /// There is no entry.
    #[error("no master key is given")]
    Empty,
    /// These entries, in order, are no master keys.
    #[error("{}", join(.0))]
    Entries(Vec<BadEntry>),
}

fn join(entries: &[BadEntry]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl KeyRing {
    /// Reads a ring from `ID:BASE64-OF-32-BYTES` entries (standard base64, padded), the key
    /// that seals first. White space around an entry does not count.
    ///
    /// # Errors
    /// [`InvalidKeyRing`] with every bad entry, by position and id; never with a key.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a SecretString>) -> Result<Self, InvalidKeyRing> {
        Self::read((1..).zip(entries.into_iter().map(ExposeSecret::expose_secret)))
    }

    /// Reads a ring from the text of a file with one entry a line. Blank lines do not
    /// count; positions are line numbers.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_lines(text: &SecretString) -> Result<Self, InvalidKeyRing> {
        let lines = (1..).zip(text.expose_secret().lines());
        Self::read(lines.filter(|(_, line)| !line.trim().is_empty()))
    }

    fn read<'a>(entries: impl Iterator<Item = (usize, &'a str)>) -> Result<Self, InvalidKeyRing> {
        let mut seen: Vec<(usize, KeyId)> = Vec::new();
        let mut keys = Vec::new();
        let mut bad = Vec::new();
        for (position, entry) in entries {
            let (id, material) = match split(entry.trim()) {
                Ok(parts) => parts,
                Err(fault) => {
                    bad.push(BadEntry { position, id: None, fault });
                    continue;
                }
            };
            let duplicate = seen.iter().find(|(_, other)| *other == id);
            let read = match duplicate {
                Some((first, _)) => Err(EntryFault::DuplicateId { first: *first }),
                None => decode(material),
            };
            seen.push((position, id.clone()));
            match read {
                Ok(material) => keys.push(MasterKey::new(id, &material)),
                Err(fault) => bad.push(BadEntry { position, id: Some(id), fault }),
            }
        }
        if !bad.is_empty() {
            return Err(InvalidKeyRing::Entries(bad));
        }
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or(InvalidKeyRing::Empty)?;
        Ok(Self { active, older: keys.collect() })
    }
}

fn split(entry: &str) -> Result<(KeyId, &str), EntryFault> {
    let (id, material) = entry.split_once(':').ok_or(EntryFault::Form)?;
    Ok((KeyId::parse(id).map_err(EntryFault::Id)?, material))
}

fn decode(base64: &str) -> Result<Zeroizing<[u8; MasterKey::BYTES]>, EntryFault> {
    // The decoder's own error quotes a byte of the key: it goes no further.
    let decoded = Zeroizing::new(STANDARD.decode(base64).map_err(|_| EntryFault::Base64)?);
    let exact = <[u8; MasterKey::BYTES]>::try_from(decoded.as_slice());
    exact.map(Zeroizing::new).map_err(|_| EntryFault::Length { bytes: decoded.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    fn parse(entries: &[&str]) -> Result<KeyRing, InvalidKeyRing> {
        let entries: Vec<_> = entries.iter().map(|entry| SecretString::from(*entry)).collect();
        KeyRing::parse(&entries)
    }

    fn faults(entries: &[&str]) -> Vec<(usize, Option<String>, EntryFault)> {
        match parse(entries).unwrap_err() {
            InvalidKeyRing::Entries(bad) => bad
                .into_iter()
                .map(|entry| (entry.position, entry.id.map(|id| id.to_string()), entry.fault))
                .collect(),
            InvalidKeyRing::Empty => Vec::new(),
        }
    }

    #[test]
    fn the_first_key_seals_and_every_key_is_found_by_its_id() {
        let ring = parse(&[&format!(" new:{ONE}\n"), &format!("old:{TWO}")]).unwrap();
        assert_eq!(ring.active().id().as_str(), "new");
        assert_eq!(ring.active().material(), &[1; 32]);
        let old = ring.find(&KeyId::parse("old").unwrap()).unwrap();
        assert_eq!(old.material(), &[2; 32]);
        assert!(ring.find(&KeyId::parse("other").unwrap()).is_none());
        assert_eq!(ring.iter().count(), 2);
    }

    #[test]
    fn a_file_has_one_entry_a_line_and_faults_name_the_line() {
        let ring = KeyRing::parse_lines(&format!("\nnew:{ONE}\r\n\n  old:{TWO}").into()).unwrap();
        assert_eq!(ring.iter().map(|key| key.id().as_str()).collect::<Vec<_>>(), ["new", "old"]);
        let error = KeyRing::parse_lines(&format!("\nnew:{ONE}\n\nold").into()).unwrap_err();
        assert_eq!(error.to_string(), "master key 4: not of the form ID:BASE64");
    }

    #[test]
    fn no_entry_is_no_ring() {
        assert_eq!(parse(&[]).unwrap_err(), InvalidKeyRing::Empty);
        assert_eq!(KeyRing::parse_lines(&" \n\n".into()).unwrap_err(), InvalidKeyRing::Empty);
    }

    #[test]
    fn every_bad_entry_is_named_with_its_own_fault() {
        let entries = [
            "plain",
            &format!("a:{ONE}"),
            "b:AQE=",
            "c:****",
            &format!("a:{TWO}"),
            &format!("d e:{TWO}"),
            "",
        ];
        let named = |id: &str| Some(id.to_owned());
        let allowed = "letters, digits, - and _";
        assert_eq!(
            faults(&entries),
            [
                (1, None, EntryFault::Form),
                (3, named("b"), EntryFault::Length { bytes: 2 }),
                (4, named("c"), EntryFault::Base64),
                (5, named("a"), EntryFault::DuplicateId { first: 2 }),
                (6, None, EntryFault::Id(InvalidText::Character { allowed })),
                (7, None, EntryFault::Form),
            ]
        );
    }

    #[test]
    fn only_standard_base64_of_32_bytes_is_a_key() {
        let url_safe = "a:-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_8=";
        assert_eq!(faults(&[url_safe]), [(1, Some("a".into()), EntryFault::Base64)]);
        let unpadded = format!("a:{}", ONE.trim_end_matches('='));
        assert_eq!(faults(&[&unpadded]), [(1, Some("a".into()), EntryFault::Base64)]);
        let longer = format!("a:{}", STANDARD.encode([1; 33]));
        assert_eq!(faults(&[&longer]), [(1, Some("a".into()), EntryFault::Length { bytes: 33 })]);
    }

    #[test]
    fn no_error_and_no_debug_output_shows_a_key() {
        let reversed = format!("{ONE}:new");
        let cut = format!("cut:{}", &ONE[..40]);
        let damaged = format!("damaged:{}!", &ONE[..43]);
        let error = parse(&[ONE, &reversed, &cut, &damaged]).unwrap_err();
        let ring = parse(&[&format!("new:{ONE}"), &format!("old:{TWO}")]).unwrap();
        for shown in [error.to_string(), format!("{error:?}"), format!("{ring:?}")] {
            assert!(!shown.contains("AQEB") && !shown.contains("AgIC"), "{shown}");
            assert!(!shown.contains("[1, 1") && !shown.contains("[2, 2"), "{shown}");
        }
    }

    #[test]
    fn a_master_key_is_wiped_when_it_is_dropped() {
        fn wiped<T: secrecy::zeroize::ZeroizeOnDrop>(_: &T) {}
        wiped(&parse(&[&format!("new:{ONE}")]).unwrap().active.material);
    }
}
