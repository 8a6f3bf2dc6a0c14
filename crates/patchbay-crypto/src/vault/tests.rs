use std::error::Error;

use patchbay_domain::{IntegrationId, OrganisationId, SealedField};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::random::tests::Broken;

const ONE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const TWO: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn vault(entries: &[(&str, &str)]) -> KeyRingVault {
    let entry = |(id, key): &(&str, &str)| SecretString::from(format!("{id}:{key}"));
    KeyRingVault::new(KeyRing::parse(&entries.iter().map(entry).collect::<Vec<_>>()).unwrap())
}

fn place(organisation: u128, row: u128) -> SecretPlace {
    SecretPlace::credentials(
        OrganisationId::from_uuid(Uuid::from_u128(organisation)),
        IntegrationId::from_uuid(Uuid::from_u128(row)),
    )
}

fn malformed_as(error: &VaultError) -> Option<MalformedEnvelope> {
    error.source().and_then(|source| source.downcast_ref()).copied()
}

#[test]
fn what_is_sealed_opens_at_its_place() {
    let vault = vault(&[("k1", ONE)]);
    for text in ["", "xoxb-planted", "Пароль 🦀", &"long ".repeat(20_000)] {
        let sealed = vault.seal(&place(1, 2), &text.into()).unwrap();
        assert_eq!(vault.open(&place(1, 2), &sealed).unwrap().expose_secret(), text);
    }
}

#[test]
fn the_same_secret_is_never_sealed_to_the_same_bytes() {
    let vault = vault(&[("k1", ONE)]);
    let [one, other] = [(); 2].map(|()| vault.seal(&place(1, 2), &"planted".into()).unwrap());
    assert_ne!(one.envelope(), other.envelope());
}

#[test]
fn an_envelope_shows_nothing_of_the_secret() {
    let sealed = vault(&[("k1", ONE)]).seal(&place(1, 2), &"planted-secret".into()).unwrap();
    assert!(!sealed.envelope().windows(7).any(|window| window == b"planted"));
}

#[test]
fn a_value_moved_to_another_organisation_row_or_field_does_not_open() {
    let vault = vault(&[("k1", ONE)]);
    let home = place(1, 2);
    let elsewhere = [
        place(2, 2),
        place(1, 1),
        place(2, 1),
        SecretPlace { field: SealedField::Canary, ..home },
        SecretPlace::canary(),
    ];
    for (from, to) in elsewhere.iter().flat_map(|other| [(home, *other), (*other, home)]) {
        let sealed = vault.seal(&from, &"planted".into()).unwrap();
        let error = vault.open(&to, &sealed).unwrap_err();
        assert!(matches!(error, VaultError::Unopenable), "{from:?} to {to:?}: {error:?}");
    }
}

#[test]
fn an_envelope_with_any_one_bit_changed_does_not_open() {
    let vault = vault(&[("k1", ONE), ("k0", ONE), ("i1", ONE)]);
    let sealed = vault.seal(&place(1, 2), &"planted".into()).unwrap();
    for position in 0..sealed.envelope().len() {
        for bit in 0..8 {
            let mut envelope = sealed.envelope().to_vec();
            envelope[position] ^= 1 << bit;
            // Whoever changes an envelope can change the key id beside it as well.
            let own_id = envelope::decode(&envelope).map_or_else(|_| sealed.key_id().clone(), |e| e.key_id);
            for key_id in [sealed.key_id().clone(), own_id] {
                let changed = Sealed::new(key_id, envelope.clone());
                assert!(vault.open(&place(1, 2), &changed).is_err(), "byte {position}, bit {bit}");
            }
        }
    }
}

#[test]
fn an_envelope_cut_or_prolonged_does_not_open() {
    let vault = vault(&[("k1", ONE)]);
    let sealed = vault.seal(&place(1, 2), &"planted".into()).unwrap();
    let whole = sealed.envelope();
    for length in 0..whole.len() {
        let cut = Sealed::new(sealed.key_id().clone(), &whole[..length]);
        assert!(vault.open(&place(1, 2), &cut).is_err(), "{length} bytes");
    }
    let longer = Sealed::new(sealed.key_id().clone(), [whole, &[0]].concat());
    assert!(matches!(vault.open(&place(1, 2), &longer), Err(VaultError::Unopenable)));
}

#[test]
fn values_of_older_keys_open_while_new_ones_are_sealed_under_the_first() {
    let old = vault(&[("old", ONE)]).seal(&place(1, 2), &"planted".into()).unwrap();
    let rotated = vault(&[("new", TWO), ("old", ONE)]);
    assert_eq!(rotated.open(&place(1, 2), &old).unwrap().expose_secret(), "planted");

    let new = rotated.seal(&place(1, 2), &"planted".into()).unwrap();
    assert_eq!(new.key_id().as_str(), "new");
    assert_eq!(rotated.active_key(), *new.key_id());
    assert_eq!(vault(&[("new", TWO)]).open(&place(1, 2), &new).unwrap().expose_secret(), "planted");
}

#[test]
fn a_value_of_a_key_that_was_not_given_names_the_key() {
    let sealed = vault(&[("old", ONE)]).seal(&place(1, 2), &"planted".into()).unwrap();
    match vault(&[("new", ONE)]).open(&place(1, 2), &sealed) {
        Err(VaultError::UnknownKey(id)) => assert_eq!(id.as_str(), "old"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_key_of_the_same_name_does_not_open() {
    let sealed = vault(&[("k1", ONE)]).seal(&place(1, 2), &"planted".into()).unwrap();
    assert!(matches!(vault(&[("k1", TWO)]).open(&place(1, 2), &sealed), Err(VaultError::Unopenable)));
}

#[test]
fn an_envelope_that_disagrees_with_its_row_about_the_key_is_malformed() {
    let vault = vault(&[("k1", ONE), ("k2", TWO)]);
    let sealed = vault.seal(&place(1, 2), &"planted".into()).unwrap();
    let relabelled = Sealed::new(KeyId::parse("k2").unwrap(), sealed.envelope());
    let error = vault.open(&place(1, 2), &relabelled).unwrap_err();
    assert_eq!(malformed_as(&error), Some(MalformedEnvelope::OtherKeyId), "{error:?}");
}

#[test]
fn an_envelope_of_a_later_format_is_malformed() {
    let vault = vault(&[("k1", ONE)]);
    let mut envelope = vault.seal(&place(1, 2), &"planted".into()).unwrap().envelope().to_vec();
    envelope[0] = 2;
    let error = vault.open(&place(1, 2), &Sealed::new(vault.active_key(), envelope)).unwrap_err();
    assert_eq!(malformed_as(&error), Some(MalformedEnvelope::UnknownFormat(2)), "{error:?}");
}

#[test]
fn opened_bytes_that_are_no_text_are_malformed_and_not_shown() {
    let vault = vault(&[("k1", ONE)]);
    let (id, nonce) = (vault.active_key(), [7; envelope::NONCE_BYTES]);
    let aad = envelope::associated_data(&id, &place(1, 2));
    let payload = Payload { msg: b"planted\xff", aad: &aad };
    let sealed = cipher(vault.keys.active()).encrypt((&nonce).into(), payload).unwrap();
    let sealed = Sealed::new(id.clone(), envelope::encode(&id, &nonce, &sealed).unwrap());
    let error = vault.open(&place(1, 2), &sealed).unwrap_err();
    assert_eq!(malformed_as(&error), Some(MalformedEnvelope::NotText), "{error:?}");
}

#[test]
fn without_random_bytes_nothing_is_sealed() {
    let error = vault(&[("k1", ONE)]).seal_with(&mut Broken, &place(1, 2), &"planted".into()).unwrap_err();
    assert!(matches!(&error, VaultError::Sealing(why) if why.to_string() == "no entropy"), "{error:?}");
}

#[test]
fn a_vault_shows_no_key_in_debug_output() {
    let shown = format!("{:?}", vault(&[("k1", ONE)]));
    assert!(shown.contains("k1") && !shown.contains("AQEB") && !shown.contains("1, 1"), "{shown}");
}

proptest! {
    #[test]
    fn any_text_opens_to_itself_at_any_place(text in any::<String>(), organisation: u128, row: u128) {
        let vault = vault(&[("k1", ONE)]);
        let sealed = vault.seal(&place(organisation, row), &text.as_str().into()).unwrap();
        let opened = vault.open(&place(organisation, row), &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text);
    }

    #[test]
    fn opening_arbitrary_bytes_is_an_error_and_never_a_panic(bytes: Vec<u8>) {
        let vault = vault(&[("k1", ONE)]);
        prop_assert!(vault.open(&place(1, 2), &Sealed::new(vault.active_key(), bytes)).is_err());
    }

    #[test]
    fn opening_arbitrary_bytes_after_a_true_head_is_an_error_and_never_a_panic(bytes: Vec<u8>) {
        let vault = vault(&[("k1", ONE)]);
        let envelope = [b"\x01\x02k1".as_slice(), &bytes].concat();
        prop_assert!(vault.open(&place(1, 2), &Sealed::new(vault.active_key(), envelope)).is_err());
    }
}
