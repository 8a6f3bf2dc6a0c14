//! The master keys of an installation.

mod parse;

use patchbay_domain::KeyId;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};

pub use parse::{BadEntry, EntryFault, InvalidKeyRing};

/// A key that secrets are sealed under: 32 bytes with a name. Wiped from memory when
/// dropped, and never shown.
#[derive(Debug)]
pub struct MasterKey {
    id: KeyId,
    material: SecretBox<[u8; Self::BYTES]>,
}

impl MasterKey {
    /// How many bytes a master key has.
    pub const BYTES: usize = 32;

    fn new(id: KeyId, material: &Zeroizing<[u8; Self::BYTES]>) -> Self {
        Self { id, material: SecretBox::init_with_mut(|place: &mut [u8; Self::BYTES]| *place = **material) }
    }

    /// Its name.
    #[must_use]
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    pub(crate) fn material(&self) -> &[u8; Self::BYTES] {
        self.material.expose_secret()
    }
}

/// The master keys of an installation, at least one and no two of one name: the first
/// seals, all open.
#[derive(Debug)]
pub struct KeyRing {
    active: MasterKey,
    older: Vec<MasterKey>,
}

impl KeyRing {
    /// The key that seals.
    #[must_use]
    pub const fn active(&self) -> &MasterKey {
        &self.active
    }

    /// The key of that name.
    #[must_use]
    pub fn find(&self, id: &KeyId) -> Option<&MasterKey> {
        self.iter().find(|key| key.id() == id)
    }

    /// All keys, the one that seals first.
    pub fn iter(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.active).chain(&self.older)
    }
}
