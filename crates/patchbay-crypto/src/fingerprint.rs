//! Fingerprints of requests.

use hmac::{Hmac, KeyInit, Mac};
use patchbay_domain::{BoxError, Fingerprint, Fingerprinter};
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::random;

const KEY_BYTES: usize = 32;

/// Fingerprints by HMAC-SHA256 (RFC 2104), under keys of 256 random bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacFingerprinter;

impl Fingerprinter for HmacFingerprinter {
    fn new_key(&self) -> Result<SecretString, BoxError> {
        let key = random::bytes::<KEY_BYTES>(&mut SysRng)?;
        Ok(hex::encode(key.as_slice()).into())
    }

    fn fingerprint(&self, key: &SecretString, content: &[u8]) -> Result<Fingerprint, BoxError> {
        let mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes())?;
        Ok(Fingerprint(mac.chain_update(content).finalize().into_bytes().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 §4.3: a text for a key.
    #[test]
    fn the_fingerprint_is_the_one_of_the_specification() {
        let made = HmacFingerprinter.fingerprint(&"Jefe".into(), b"what do ya want for nothing?").unwrap();
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(made.0), expected);
    }

    #[test]
    fn keys_are_long_and_never_the_same() {
        let keys: Vec<_> = (0..100).map(|_| HmacFingerprinter.new_key().unwrap()).collect();
        let mut texts: Vec<_> = keys.iter().map(ExposeSecret::expose_secret).collect();
        texts.sort_unstable();
        texts.dedup();
        assert!(texts.len() == 100 && texts.iter().all(|text| text.len() == 2 * KEY_BYTES));
    }
}
