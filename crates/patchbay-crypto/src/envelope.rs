//! The bytes of a sealed value, format 1.
//!
//! ```text
//! envelope        = %x01 · length of key id (1 byte) · key id · nonce (24 bytes) · sealed text · tag (16 bytes)
//! associated data = for each of { %x01, key id, field, organisation, row }: its length (8 bytes, big endian) · itself
//! ```
//!
//! The associated data is not stored: it is known from where the value is, so a value that
//! was moved does not open. The lengths keep two different places from reading the same.
//! The format never changes; a new one takes another first byte.

use patchbay_domain::{KeyId, SecretPlace};

pub(crate) const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const FORMAT: u8 = 1;

/// Why bytes are no envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedEnvelope {
    /// There are too few bytes.
    #[error("the envelope is too short")]
    TooShort,
    /// The format is one that this version does not know.
    #[error("the envelope has the unknown format {0}")]
    UnknownFormat(u8),
    /// Where the id of the master key belongs is something else.
    #[error("the envelope names no master key")]
    NoKeyId,
    /// The envelope names another master key than what is stored beside it.
    #[error("the envelope names another master key than its row")]
    OtherKeyId,
    /// It opened, and is not text.
    #[error("the opened value is not text")]
    NotText,
}

/// The parts of an envelope.
pub(crate) struct Envelope<'a> {
    pub(crate) key_id: KeyId,
    pub(crate) nonce: &'a [u8; NONCE_BYTES],
    /// The sealed text and its tag.
    pub(crate) sealed: &'a [u8],
}

/// Puts an envelope together; `None` for a key id that is longer than any.
pub(crate) fn encode(key_id: &KeyId, nonce: &[u8; NONCE_BYTES], sealed: &[u8]) -> Option<Box<[u8]>> {
    let id = key_id.as_str().as_bytes();
    let length = u8::try_from(id.len()).ok()?;
    Some([&[FORMAT, length], id, nonce, sealed].concat().into_boxed_slice())
}

/// Takes an envelope apart. Every byte of it belongs to a part.
pub(crate) fn decode(envelope: &[u8]) -> Result<Envelope<'_>, MalformedEnvelope> {
    let too_short = MalformedEnvelope::TooShort;
    let (&format, rest) = envelope.split_first().ok_or(too_short)?;
    if format != FORMAT {
        return Err(MalformedEnvelope::UnknownFormat(format));
    }
    let (&length, rest) = rest.split_first().ok_or(too_short)?;
    let (id, rest) = rest.split_at_checked(length.into()).ok_or(too_short)?;
    let id = std::str::from_utf8(id).map_err(|_| MalformedEnvelope::NoKeyId)?;
    let key_id = KeyId::parse(id).map_err(|_| MalformedEnvelope::NoKeyId)?;
    let (nonce, sealed) = rest.split_first_chunk().ok_or(too_short)?;
    if sealed.len() < TAG_BYTES {
        return Err(too_short);
    }
    Ok(Envelope { key_id, nonce, sealed })
}

/// What a sealed value is bound to.
pub(crate) fn associated_data(key_id: &KeyId, place: &SecretPlace) -> Vec<u8> {
    let organisation = place.organisation.as_uuid();
    let parts = [
        [FORMAT].as_slice(),
        key_id.as_str().as_bytes(),
        place.field.as_str().as_bytes(),
        organisation.as_bytes(),
        place.row.as_bytes(),
    ];
    parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes(), *part].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_id() -> KeyId {
        KeyId::parse("k-1").unwrap()
    }

    fn fault(envelope: &[u8]) -> MalformedEnvelope {
        decode(envelope).err().unwrap()
    }

    #[test]
    fn what_is_put_together_is_taken_apart() {
        let envelope = encode(&key_id(), &[7; NONCE_BYTES], &[9; 20]).unwrap();
        let parts = decode(&envelope).unwrap();
        assert_eq!((parts.key_id, parts.nonce, parts.sealed), (key_id(), &[7; NONCE_BYTES], &[9; 20][..]));
    }

    #[test]
    fn an_envelope_cut_anywhere_before_its_tag_is_whole_is_too_short() {
        let envelope = encode(&key_id(), &[7; NONCE_BYTES], &[9; TAG_BYTES]).unwrap();
        assert!(decode(&envelope).is_ok());
        for end in 0..envelope.len() {
            assert_eq!(fault(&envelope[..end]), MalformedEnvelope::TooShort, "{end}");
        }
    }

    #[test]
    fn a_format_or_a_key_id_that_is_none_is_said_to_be() {
        let mut envelope = encode(&key_id(), &[7; NONCE_BYTES], &[9; TAG_BYTES]).unwrap();
        for wrong in [b' ', 0xff] {
            envelope[2] = wrong;
            assert_eq!(fault(&envelope), MalformedEnvelope::NoKeyId);
        }
        envelope[1] = 0;
        assert_eq!(fault(&envelope), MalformedEnvelope::NoKeyId);
        envelope[0] = 2;
        assert_eq!(fault(&envelope), MalformedEnvelope::UnknownFormat(2));
    }
}
