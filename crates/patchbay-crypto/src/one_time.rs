//! Texts that nobody can guess.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use patchbay_domain::{BoxError, OneTimeSecrets, SecretDigest};
use rand::TryCryptoRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::random;

const BYTES: usize = 32;

/// Texts of 256 random bits in base64url (RFC 4648 §5) without padding, others that are derived
/// of them by HMAC-SHA256 (RFC 2104), and their SHA-256.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomOneTimeSecrets;

impl OneTimeSecrets for RandomOneTimeSecrets {
    fn mint(&self) -> Result<SecretString, BoxError> {
        mint_with(&mut SysRng)
    }

    fn derived(&self, secret: &SecretString, purpose: &str) -> SecretString {
        // A key may have any length, so there always is one.
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
        mac.map(|mac| text(&mac.chain_update(purpose).finalize().into_bytes())).unwrap_or_default()
    }

    fn digest(&self, secret: &SecretString) -> SecretDigest {
        SecretDigest(Sha256::digest(secret.expose_secret()).into())
    }
}

fn mint_with(source: &mut impl TryCryptoRng) -> Result<SecretString, BoxError> {
    Ok(text(random::bytes::<BYTES>(source)?.as_slice()))
}

fn text(bytes: &[u8]) -> SecretString {
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes));
    SecretString::from(text.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::tests::Broken;

    fn derived(secret: &str, purpose: &str) -> String {
        RandomOneTimeSecrets.derived(&secret.into(), purpose).expose_secret().to_owned()
    }

    #[test]
    fn a_new_one_has_43_characters_of_a_url_and_is_never_the_same() {
        let minted: BTreeSet<_> =
            (0..100).map(|_| RandomOneTimeSecrets.mint().unwrap().expose_secret().to_owned()).collect();
        assert_eq!(minted.len(), 100);
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(minted.iter().all(|text| text.len() == 43 && text.chars().all(fine)), "{minted:?}");
    }

    #[test]
    fn without_random_bytes_there_is_none() {
        assert_eq!(mint_with(&mut Broken).unwrap_err().to_string(), "no entropy");
    }

    /// The first is RFC 4231 §4.3, in base64url.
    #[test]
    fn what_is_derived_is_fixed_by_secret_and_purpose() {
        for (secret, purpose, expected) in [
            ("Jefe", "what do ya want for nothing?", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM"),
            ("nobody-guesses-this", "cookie", "MB5q4Cze4Vfrr4pdJg6zu8t7UJQBECoIsq9jbda897Y"),
            ("nobody-guesses-this", "state", "sXzqQeGuqbSA-Q_EbWoBPl_QDE_ICQrlpAjUQHFFaQo"),
        ] {
            assert_eq!(derived(secret, purpose), expected, "{purpose}");
        }
    }

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn the_digest_is_the_sha_256_of_the_text() {
        let digest = RandomOneTimeSecrets.digest(&"abc".into());
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(digest.0), expected);
    }
}
