//! Sealing and opening.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use patchbay_domain::{KeyId, Sealed, SecretPlace, Vault, VaultError};
use rand::TryCryptoRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::envelope::{self, MalformedEnvelope};
use crate::{KeyRing, MasterKey, random};

/// Seals secrets with XChaCha20-Poly1305 under the keys of a [`KeyRing`].
///
/// Each value has a random nonce of 192 bits, so any number of values may be sealed under
/// one key. A value is bound to its place and to its key's name: elsewhere, or under
/// another name, it does not open. How long a secret is can be seen from its envelope.
#[derive(Debug)]
pub struct KeyRingVault {
    keys: KeyRing,
}

impl KeyRingVault {
    /// Seals under the first of `keys` and opens under all of them.
    #[must_use]
    pub const fn new(keys: KeyRing) -> Self {
        Self { keys }
    }

    fn seal_with(
        &self,
        source: &mut impl TryCryptoRng,
        place: &SecretPlace,
        secret: &SecretString,
    ) -> Result<Sealed, VaultError> {
        let key = self.keys.active();
        let nonce = random::bytes(source).map_err(VaultError::Sealing)?;
        let aad = envelope::associated_data(key.id(), place);
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &aad };
        let sealed = cipher(key)
            .encrypt((&*nonce).into(), payload)
            .map_err(|_| VaultError::Sealing("the value is too long".into()))?;
        let envelope = envelope::encode(key.id(), &nonce, &sealed)
            .ok_or_else(|| VaultError::Sealing("the key id is too long".into()))?;
        Ok(Sealed::new(key.id().clone(), envelope))
    }
}

impl Vault for KeyRingVault {
    fn seal(&self, place: &SecretPlace, secret: &SecretString) -> Result<Sealed, VaultError> {
        self.seal_with(&mut SysRng, place, secret)
    }

    fn open(&self, place: &SecretPlace, sealed: &Sealed) -> Result<SecretString, VaultError> {
        let envelope = envelope::decode(sealed.envelope()).map_err(malformed)?;
        if envelope.key_id != *sealed.key_id() {
            return Err(malformed(MalformedEnvelope::OtherKeyId));
        }
        let Some(key) = self.keys.find(&envelope.key_id) else {
            return Err(VaultError::UnknownKey(envelope.key_id));
        };
        let aad = envelope::associated_data(key.id(), place);
        let payload = Payload { msg: envelope.sealed, aad: &aad };
        let opened =
            cipher(key).decrypt(envelope.nonce.into(), payload).map_err(|_| VaultError::Unopenable)?;
        let opened = Zeroizing::new(opened);
        let text = std::str::from_utf8(&opened).map_err(|_| malformed(MalformedEnvelope::NotText))?;
        Ok(SecretString::from(text))
    }

    fn active_key(&self) -> KeyId {
        self.keys.active().id().clone()
    }
}

fn cipher(key: &MasterKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.material().into())
}

fn malformed(why: MalformedEnvelope) -> VaultError {
    VaultError::Malformed(why.into())
}

#[cfg(test)]
mod frozen;
#[cfg(test)]
mod tests;
