//! The text of API keys.

use patchbay_domain::{BoxError, KeyHash, KeyKind, KeyScheme, MintedKey};
use rand::TryCryptoRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::random;

const RANDOM_BYTES: usize = 28;
const RANDOM_DIGITS: usize = 2 * RANDOM_BYTES;
const CHECKSUM_DIGITS: usize = 8;
/// How many of the random digits tell keys apart.
const SHOWN_DIGITS: usize = 8;

/// Keys whose text is the kind's prefix, 56 random hex digits and the CRC-32 (ISO-HDLC) of
/// all of that in eight more.
///
/// The checksum lets a mistyped key be refused without a look at the database; it protects
/// nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomKeyScheme;

impl KeyScheme for RandomKeyScheme {
    fn mint(&self, kind: KeyKind) -> Result<MintedKey, BoxError> {
        mint_with(&mut SysRng, kind)
    }

    fn read(&self, presented: &SecretString) -> Option<KeyHash> {
        let text = presented.expose_secret();
        is_well_formed(text).then(|| hash(text))
    }
}

fn mint_with(source: &mut impl TryCryptoRng, kind: KeyKind) -> Result<MintedKey, BoxError> {
    let random = Zeroizing::new(hex::encode(random::bytes::<RANDOM_BYTES>(source)?));
    let body = Zeroizing::new([kind.prefix(), &random].concat());
    let text = Zeroizing::new([body.as_str(), &checksum(&body)].concat());
    let prefix = text.chars().take(kind.prefix().len() + SHOWN_DIGITS).collect();
    Ok(MintedKey { prefix, hash: hash(&text), text: SecretString::from(text.as_str()) })
}

fn is_well_formed(text: &str) -> bool {
    let Some(digits) = KeyKind::ALL.iter().find_map(|kind| text.strip_prefix(kind.prefix())) else {
        return false;
    };
    let is_lower_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    digits.len() == RANDOM_DIGITS + CHECKSUM_DIGITS
        && digits.bytes().all(is_lower_hex)
        && text
            .split_at_checked(text.len() - CHECKSUM_DIGITS)
            .is_some_and(|(body, sum)| checksum(body) == sum)
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

fn hash(text: &str) -> KeyHash {
    KeyHash::from_bytes(Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use serde_json::Value;

    use super::*;
    use crate::random::tests::Broken;

    fn read(text: &str) -> Option<KeyHash> {
        RandomKeyScheme.read(&text.into())
    }

    fn minted(kind: KeyKind) -> MintedKey {
        RandomKeyScheme.mint(kind).unwrap()
    }

    #[test]
    fn a_minted_key_of_each_kind_reads_back_as_its_hash() {
        for kind in KeyKind::ALL {
            let key = minted(*kind);
            let text = key.text.expose_secret();
            assert_eq!(text.len(), kind.prefix().len() + 64);
            assert_eq!(read(text), Some(key.hash));
            assert_eq!(key.prefix, text[..kind.prefix().len() + 8]);
            assert!(key.prefix.starts_with(kind.prefix()));
        }
    }

    #[test]
    fn no_two_keys_are_alike() {
        assert!(minted(KeyKind::Generic).hash != minted(KeyKind::Generic).hash);
    }

    #[test]
    fn a_minted_key_shows_no_text_in_debug_output() {
        let key = minted(KeyKind::Generic);
        let (shown, text) = (format!("{key:?}"), key.text.expose_secret());
        assert!(!shown.contains(&text[key.prefix.len()..]), "{shown}");
    }

    #[test]
    fn without_random_bytes_there_is_no_key() {
        assert_eq!(mint_with(&mut Broken, KeyKind::Generic).unwrap_err().to_string(), "no entropy");
    }

    #[test]
    fn keys_handed_out_in_the_past_are_read_for_ever_so_these_vectors_are_never_edited_only_added_to() {
        let vectors: Vec<Value> =
            serde_json::from_str(include_str!("../tests/vectors/api-keys-v1.json")).unwrap();
        assert!(vectors.len() >= KeyKind::ALL.len());
        for vector in &vectors {
            let text = vector["text"].as_str().unwrap();
            let hash = read(text).map(|hash| hex::encode(hash.as_bytes()));
            assert_eq!(hash.as_deref(), vector["sha256"].as_str(), "{vector}");
        }
    }

    #[test]
    fn a_key_with_white_space_other_letters_or_another_prefix_is_refused() {
        let key = minted(KeyKind::Zapier);
        let text = key.text.expose_secret();
        let digits = text.strip_prefix("zap_").unwrap();
        let crc = |body: String| format!("{body}{}", checksum(&body));
        for wrong in [
            String::new(),
            digits.to_owned(),
            format!(" {text}"),
            format!("{text}\n"),
            text.to_uppercase(),
            format!("ck_{digits}"),
            // Right checksums over wrong forms.
            crc(format!("xyz_{}", &digits[..56])),
            crc(format!("zap_{}", "A".repeat(56))),
            crc(format!("zap_{}", "é".repeat(28))),
            crc(format!("zap_{}", &digits[..55])),
            crc(format!("zap_0{}", &digits[..56])),
        ] {
            assert!(read(&wrong).is_none(), "{wrong}");
        }
    }

    fn kind() -> impl Strategy<Value = KeyKind> {
        select(KeyKind::ALL)
    }

    proptest! {
        #[test]
        fn any_single_changed_character_is_refused(kind in kind(), position: Index, other: char) {
            let key = minted(kind);
            let mut text: Vec<char> = key.text.expose_secret().chars().collect();
            let position = position.index(text.len());
            prop_assume!(text[position] != other);
            text[position] = other;
            prop_assert!(read(&text.into_iter().collect::<String>()).is_none());
        }

        #[test]
        fn any_single_changed_hex_digit_is_refused(
            kind in kind(), position: Index, other in select(b"0123456789abcdef".as_slice()),
        ) {
            let key = minted(kind);
            let mut text = key.text.expose_secret().as_bytes().to_vec();
            let position = kind.prefix().len() + position.index(64);
            prop_assume!(text[position] != other);
            text[position] = other;
            prop_assert!(read(&String::from_utf8(text).unwrap()).is_none());
        }

        #[test]
        fn arbitrary_text_is_refused_without_a_panic(text: String, kind in kind()) {
            prop_assert!(read(&text).is_none());
            prop_assert!(read(&[kind.prefix(), &text].concat()).is_none());
        }

        #[test]
        fn text_of_the_right_length_in_bytes_is_refused_without_a_panic(
            start in 0_usize..8, kind in kind(), wide in select(&['é', '€', '🦀']),
        ) {
            let mut text = "0".repeat(start);
            while text.len() + wide.len_utf8() <= 64 {
                text.push(wide);
            }
            text.push_str(&"0".repeat(64 - text.len()));
            prop_assert!(read(&[kind.prefix(), &text].concat()).is_none());
        }
    }
}
