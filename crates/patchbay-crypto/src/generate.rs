//! New master keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use patchbay_domain::{BoxError, KeyId};
use rand::TryCryptoRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::{MasterKey, random};

/// Makes a new master key: its id, `k` and eight random hex digits, and its 32 random bytes
/// in standard base64.
///
/// # Errors
/// Says why the operating system has no random bytes.
pub fn generate_master_key() -> Result<(KeyId, SecretString), BoxError> {
    generate(&mut SysRng)
}

/// The entry `ID:BASE64` by which a master key is given to [`KeyRing::parse`](crate::KeyRing::parse).
#[must_use]
pub fn master_key_entry(id: &KeyId, key: &SecretString) -> SecretString {
    let entry = Zeroizing::new([id.as_str(), ":", key.expose_secret()].concat());
    SecretString::from(entry.as_str())
}

fn generate(source: &mut impl TryCryptoRng) -> Result<(KeyId, SecretString), BoxError> {
    let id = KeyId::parse(&format!("k{}", hex::encode(random::bytes::<4>(source)?)))?;
    let material = random::bytes::<{ MasterKey::BYTES }>(source)?;
    let base64 = Zeroizing::new(STANDARD.encode(material));
    Ok((id, SecretString::from(base64.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyRing;
    use crate::random::tests::Broken;

    #[test]
    fn a_new_master_key_makes_a_ring_with_the_ones_before_it() {
        let made: Vec<_> = (0..3).map(|_| generate_master_key().unwrap()).collect();
        let entries: Vec<_> = made.iter().map(|(id, key)| master_key_entry(id, key)).collect();
        let ring = KeyRing::parse(&entries).unwrap();
        let ids: Vec<_> = ring.iter().map(MasterKey::id).collect();
        assert_eq!(ids, made.iter().map(|(id, _)| id).collect::<Vec<_>>());
        assert_ne!(ring.iter().next().unwrap().material(), ring.iter().nth(1).unwrap().material());
    }

    #[test]
    fn its_id_is_a_k_and_eight_hex_digits() {
        let (id, _) = generate_master_key().unwrap();
        let digits = id.as_str().strip_prefix('k').unwrap();
        assert!(digits.len() == 8 && digits.chars().all(|c| c.is_ascii_hexdigit()), "{id}");
    }

    #[test]
    fn without_random_bytes_there_is_no_key() {
        assert_eq!(generate(&mut Broken).unwrap_err().to_string(), "no entropy");
    }
}
