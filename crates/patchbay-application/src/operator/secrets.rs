//! The master keys and what is sealed under them.

use std::sync::Arc;

use patchbay_domain::{
    RepositoryError, SealedPosition, SealedStore, SecretPlace, StoredSecret, Vault, VaultError,
};

/// How many sealed values one read takes.
const BATCH: u32 = 500;

/// How often a rotation walks over everything while others keep writing under an old key.
const PASSES: usize = 10;

/// What is sealed as the canary. Its text means nothing; that it opens says everything.
const CANARY: &str = "patchbay";

/// Why the master keys cannot be used with this store.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// They do not open what the store holds.
    #[error("the master keys do not open what the database holds: {0}")]
    Wrong(#[source] VaultError),
    /// Nothing can be sealed with them.
    #[error("the master key cannot seal: {0}")]
    Unusable(#[source] VaultError),
    /// The store does not answer.
    #[error("the master keys cannot be checked: {0}")]
    Store(#[from] RepositoryError),
}

/// Checks at start-up that the master keys are those that the store was filled with.
pub struct CheckMasterKeys {
    /// Holds the canary.
    pub store: Arc<dyn SealedStore>,
    /// Holds the master keys.
    pub vault: Arc<dyn Vault>,
}

impl CheckMasterKeys {
    /// Opens the canary; plants it in a store that has none.
    ///
    /// # Errors
    /// [`MasterKeyError::Wrong`] when it does not open.
    pub async fn run(&self) -> Result<(), MasterKeyError> {
        let place = SecretPlace::canary();
        let canary = if let Some(canary) = self.store.canary().await? {
            canary
        } else {
            let planted = self.vault.seal(&place, &CANARY.into()).map_err(MasterKeyError::Unusable)?;
            self.store.plant_canary(&planted).await?
        };
        self.vault.open(&place, &canary).map(drop).map_err(MasterKeyError::Wrong)
    }
}

/// What a verification found.
#[derive(Debug, Default)]
pub struct Verified {
    /// How many values opened.
    pub opened: u64,
    /// The values that did not, and why.
    pub failed: Vec<(SecretPlace, VaultError)>,
}

/// Opens every sealed value of the installation.
pub struct VerifySecrets {
    /// Holds the values.
    pub store: Arc<dyn SealedStore>,
    /// Opens them.
    pub vault: Arc<dyn Vault>,
}

impl VerifySecrets {
    /// Opens everything and says what did not open.
    ///
    /// # Errors
    /// What the store says.
    pub async fn run(&self) -> Result<Verified, RepositoryError> {
        let mut verified = Verified::default();
        let mut walk = Walk::over(&*self.store);
        while let Some(batch) = walk.next().await? {
            for secret in batch {
                match self.vault.open(&secret.place, &secret.sealed) {
                    Ok(_) => verified.opened += 1,
                    Err(why) => verified.failed.push((secret.place, why)),
                }
            }
        }
        Ok(verified)
    }
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// How many values were sealed anew.
    pub resealed: u64,
    /// How many were under the active key already.
    pub already_current: u64,
}

/// Why a rotation did not finish. What it sealed anew stays so; it can be run again.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// A value does not open.
    #[error("{} of {} does not open: {why}", .place.field.as_str(), .place.row)]
    Unopenable {
        /// Where it is.
        place: SecretPlace,
        /// Why not.
        #[source]
        why: VaultError,
    },
    /// Something keeps sealing under an old key.
    #[error("{0} values are still sealed under an old key: is a process running with the old order of keys?")]
    Unfinished(u64),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] RepositoryError),
}

/// Seals every value of the installation anew under the active master key, while the
/// service runs.
pub struct RotateSecrets {
    /// Holds the values.
    pub store: Arc<dyn SealedStore>,
    /// Opens and seals them.
    pub vault: Arc<dyn Vault>,
}

impl RotateSecrets {
    /// Walks over everything until nothing is left under another key. The canary comes last:
    /// as long as it is under an old key, that key is needed.
    ///
    /// # Errors
    /// See [`RotationError`].
    pub async fn run(&self) -> Result<Rotated, RotationError> {
        let mut rotated = self.pass().await?;
        for _ in 1..PASSES {
            if self.left().await? == 0 {
                return Ok(rotated);
            }
            rotated.resealed += self.pass().await?.resealed;
        }
        match self.left().await? {
            0 => Ok(rotated),
            left => Err(RotationError::Unfinished(left)),
        }
    }

    async fn left(&self) -> Result<u64, RepositoryError> {
        self.store.count_not_under(&self.vault.active_key()).await
    }

    async fn pass(&self) -> Result<Rotated, RotationError> {
        let active = self.vault.active_key();
        let mut rotated = Rotated::default();
        let mut walk = Walk::over(&*self.store);
        while let Some(batch) = walk.next().await? {
            for secret in batch {
                if *secret.sealed.key_id() == active {
                    rotated.already_current += 1;
                } else if self.reseal(&secret).await? {
                    rotated.resealed += 1;
                }
            }
        }
        Ok(rotated)
    }

    /// Seals one value anew; `false` when it was changed meanwhile, which the next pass sees.
    async fn reseal(&self, secret: &StoredSecret) -> Result<bool, RotationError> {
        let place = secret.place;
        let unopenable = |why| RotationError::Unopenable { place, why };
        let plain = self.vault.open(&place, &secret.sealed).map_err(unopenable)?;
        let resealed = self.vault.seal(&place, &plain).map_err(unopenable)?;
        Ok(self.store.replace(secret, &resealed).await?)
    }
}

/// A walk over every sealed value, batch by batch.
struct Walk<'a> {
    store: &'a dyn SealedStore,
    after: Option<SealedPosition>,
    over: bool,
}

impl<'a> Walk<'a> {
    fn over(store: &'a dyn SealedStore) -> Self {
        Self { store, after: None, over: false }
    }

    async fn next(&mut self) -> Result<Option<Vec<StoredSecret>>, RepositoryError> {
        if self.over {
            return Ok(None);
        }
        let (batch, next) = self.store.walk(self.after.take(), BATCH).await?;
        self.over = next.is_none();
        self.after = next;
        Ok(Some(batch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use patchbay_domain::{KeyId, MockSealedStore, MockVault, Sealed};

    fn key(id: &str) -> KeyId {
        KeyId::parse(id).unwrap()
    }

    fn under(id: &str) -> Sealed {
        Sealed::new(key(id), *b"sealed")
    }

    fn stored(id: &str) -> StoredSecret {
        StoredSecret { place: SecretPlace::canary(), sealed: under(id) }
    }

    /// Opens what is under `new` and `old`; seals under `new`.
    fn vault() -> MockVault {
        let mut vault = MockVault::new();
        vault.expect_active_key().returning(|| key("new"));
        vault.expect_seal().returning(|_, _| Ok(under("new")));
        vault.expect_open().returning(|_, sealed| match sealed.key_id().as_str() {
            "new" | "old" => Ok("plain".into()),
            _ => Err(VaultError::UnknownKey(sealed.key_id().clone())),
        });
        vault
    }

    fn check(canary: Option<Sealed>) -> Result<(), MasterKeyError> {
        let mut store = MockSealedStore::new();
        store.expect_canary().return_once(|| Ok(canary));
        store.expect_plant_canary().returning(|planted| Ok(planted.clone()));
        block_on(CheckMasterKeys { store: Arc::new(store), vault: Arc::new(vault()) }.run())
    }

    #[test]
    fn a_store_without_a_canary_gets_one() {
        assert!(check(None).is_ok());
    }

    #[test]
    fn keys_that_do_not_open_the_canary_are_the_wrong_ones() {
        assert!(check(Some(under("old"))).is_ok());
        let outcome = check(Some(under("lost")));
        assert!(matches!(outcome, Err(MasterKeyError::Wrong(VaultError::UnknownKey(_)))), "{outcome:?}");
    }

    #[test]
    fn a_verification_opens_everything_and_names_what_does_not_open() {
        let mut store = MockSealedStore::new();
        let mut batches = vec![
            (vec![stored("lost"), stored("new")], None),
            (vec![stored("new"), stored("old")], Some(SealedPosition("half".to_owned()))),
        ];
        store.expect_walk().times(2).returning(move |_, _| Ok(batches.pop().unwrap()));
        let verify = VerifySecrets { store: Arc::new(store), vault: Arc::new(vault()) };
        let verified = block_on(verify.run()).unwrap();
        assert_eq!((verified.opened, verified.failed.len()), (3, 1));
    }

    #[test]
    fn a_rotation_walks_again_until_nothing_is_under_an_old_key() {
        let mut store = MockSealedStore::new();
        store.expect_walk().times(2).returning(|_, _| Ok((vec![stored("old"), stored("new")], None)));
        // The first pass loses against a writer; the second wins.
        let mut wins = vec![true, false];
        store.expect_replace().times(2).returning(move |_, _| Ok(wins.pop().unwrap()));
        let mut left = vec![0, 1];
        store.expect_count_not_under().returning(move |_| Ok(left.pop().unwrap()));
        let rotated =
            block_on(RotateSecrets { store: Arc::new(store), vault: Arc::new(vault()) }.run()).unwrap();
        assert_eq!(rotated, Rotated { resealed: 1, already_current: 1 });
    }

    #[test]
    fn a_rotation_stops_at_a_value_that_does_not_open() {
        let mut store = MockSealedStore::new();
        store.expect_walk().returning(|_, _| Ok((vec![stored("lost")], None)));
        let outcome = block_on(RotateSecrets { store: Arc::new(store), vault: Arc::new(vault()) }.run());
        assert!(matches!(outcome, Err(RotationError::Unopenable { .. })), "{outcome:?}");
    }

    #[test]
    fn a_rotation_against_a_process_with_the_old_order_of_keys_says_so() {
        let mut store = MockSealedStore::new();
        store.expect_walk().times(PASSES).returning(|_, _| Ok((vec![stored("old")], None)));
        store.expect_replace().returning(|_, _| Ok(true));
        store.expect_count_not_under().returning(|_| Ok(3));
        let outcome = block_on(RotateSecrets { store: Arc::new(store), vault: Arc::new(vault()) }.run());
        assert!(matches!(outcome, Err(RotationError::Unfinished(3))), "{outcome:?}");
    }
}
