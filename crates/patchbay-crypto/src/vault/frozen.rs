//! Values sealed in the past, by another implementation (libsodium) from the description
//! of the format alone.

use patchbay_domain::{OrganisationId, SealedField};
use serde_json::Value;

use super::*;

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../../tests/vectors/sealed-v1.json")).unwrap()
}

fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member].as_str().unwrap()
}

fn place(vector: &Value) -> SecretPlace {
    SecretPlace {
        organisation: OrganisationId::from_uuid(text(vector, "organisation").parse().unwrap()),
        row: text(vector, "row").parse().unwrap(),
        field: SealedField::from_code(text(vector, "field")).unwrap(),
    }
}

fn vault(vector: &Value) -> KeyRingVault {
    let entry = SecretString::from(format!("{}:{}", text(vector, "key_id"), text(vector, "key")));
    KeyRingVault::new(KeyRing::parse([&entry]).unwrap())
}

#[test]
fn values_sealed_in_the_past_open_for_ever_so_these_vectors_are_never_edited_only_added_to() {
    let vectors = vectors();
    assert!(vectors.len() >= 6);
    for vector in &vectors {
        let key_id = KeyId::parse(text(vector, "key_id")).unwrap();
        let sealed = Sealed::new(key_id, hex::decode(text(vector, "envelope")).unwrap());
        let opened = vault(vector).open(&place(vector), &sealed).unwrap();
        assert_eq!(opened.expose_secret(), text(vector, "plaintext"), "{vector}");
    }
}

#[test]
fn sealing_with_the_nonce_of_a_frozen_value_gives_the_very_same_bytes() {
    for vector in &vectors() {
        let envelope = hex::decode(text(vector, "envelope")).unwrap();
        let nonce = *envelope::decode(&envelope).unwrap().nonce;
        let secret = text(vector, "plaintext").into();
        let sealed = vault(vector).seal_with(&mut Fixed(nonce), &place(vector), &secret).unwrap();
        assert_eq!(sealed.envelope(), envelope, "{vector}");
    }
}

/// A generator that gives one nonce.
struct Fixed([u8; envelope::NONCE_BYTES]);

impl rand::TryRng for Fixed {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}
