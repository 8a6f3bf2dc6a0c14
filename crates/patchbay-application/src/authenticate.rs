//! How a caller becomes known.

use std::sync::Arc;

use patchbay_domain::{Clock, KeyLookup, KeyScheme};
use secrecy::SecretString;

use crate::{AppError, AuthRefusal, Caller};

/// Finds out who presents a key.
pub struct Authenticate {
    /// Reads the text of keys.
    pub scheme: Arc<dyn KeyScheme>,
    /// Knows the keys.
    pub keys: Arc<dyn KeyLookup>,
    /// Tells which have ended.
    pub clock: Arc<dyn Clock>,
}

impl Authenticate {
    /// The caller that `presented` belongs to.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] when it is no live key. A text whose checksum is wrong
    /// is refused without asking the store.
    pub async fn run(&self, presented: &SecretString) -> Result<Caller, AppError> {
        let refused = |why| Err(AppError::Unauthenticated(why));
        let Some(hash) = self.scheme.read(presented) else { return refused(AuthRefusal::Malformed) };
        let Some(owner) = self.keys.find_by_hash(&hash).await? else { return refused(AuthRefusal::Unknown) };
        if owner.key.revoked_at.is_some() {
            return refused(AuthRefusal::Revoked);
        }
        if !owner.key.is_live(self.clock.now()) {
            return refused(AuthRefusal::Expired);
        }
        Ok(Caller::holder(&owner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_key_owner, at};
    use chrono::TimeDelta;
    use futures::executor::block_on;
    use patchbay_domain::testing::FixedClock;
    use patchbay_domain::{KeyHash, KeyOwner, MockKeyLookup, MockKeyScheme, RepositoryError};

    fn authenticate(found: Result<Option<KeyOwner>, RepositoryError>) -> Result<Caller, AppError> {
        let mut scheme = MockKeyScheme::new();
        scheme.expect_read().return_const(KeyHash::from_bytes([1; 32]));
        let mut keys = MockKeyLookup::new();
        keys.expect_find_by_hash().once().return_once(|_| found.map(|owner| owner.map(Arc::new)));
        let clock = Arc::new(FixedClock::at(at(100)));
        block_on(Authenticate { scheme: Arc::new(scheme), keys: Arc::new(keys), clock }.run(&"ck_".into()))
    }

    fn refusal(found: Option<KeyOwner>) -> AuthRefusal {
        match authenticate(Ok(found)) {
            Err(AppError::Unauthenticated(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_holder_of_a_live_key_is_known() {
        let owner = a_key_owner();
        let caller = authenticate(Ok(Some(owner.clone()))).unwrap();
        assert_eq!(caller.organisation(), owner.organisation.id);
        assert_eq!(caller.home(), owner.organisation.default_environment);
    }

    #[test]
    fn a_text_that_cannot_be_a_key_is_refused_without_asking_the_store() {
        let mut scheme = MockKeyScheme::new();
        scheme.expect_read().return_const(None);
        let (keys, clock) = (Arc::new(MockKeyLookup::new()), Arc::new(FixedClock::default()));
        let outcome = block_on(Authenticate { scheme: Arc::new(scheme), keys, clock }.run(&"junk".into()));
        assert!(matches!(outcome, Err(AppError::Unauthenticated(AuthRefusal::Malformed))), "{outcome:?}");
    }

    #[test]
    fn unknown_revoked_and_expired_keys_are_refused() {
        assert_eq!(refusal(None), AuthRefusal::Unknown);

        let mut revoked = a_key_owner();
        revoked.key.revoked_at = Some(at(99));
        assert_eq!(refusal(Some(revoked)), AuthRefusal::Revoked);

        let mut expired = a_key_owner();
        expired.key.expires_at = Some(at(100));
        assert_eq!(refusal(Some(expired.clone())), AuthRefusal::Expired);
        expired.key.expires_at = Some(at(100) + TimeDelta::microseconds(1));
        assert!(authenticate(Ok(Some(expired))).is_ok());
    }

    #[test]
    fn a_store_that_does_not_answer_is_no_refusal() {
        let outcome = authenticate(Err(RepositoryError::Busy));
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }
}
