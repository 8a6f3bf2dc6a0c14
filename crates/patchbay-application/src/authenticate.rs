//! How a caller becomes known.

use std::sync::Arc;

use patchbay_domain::{Clock, KeyLookup, KeyScheme, KeyUses};
use secrecy::SecretString;

use crate::{AppError, AuthRefusal, Caller};

/// Finds out who presents a key.
pub struct Authenticate {
    /// Reads the text of keys.
    pub scheme: Arc<dyn KeyScheme>,
    /// Knows the keys.
    pub keys: Arc<dyn KeyLookup>,
    /// Hears which are used.
    pub uses: Arc<dyn KeyUses>,
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
        let now = self.clock.now();
        if !owner.key.is_live(now) {
            return refused(AuthRefusal::Expired);
        }
        if owner.key.is_use_news(now) {
            self.uses.note(owner.key.id, now);
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
    use patchbay_domain::{KeyHash, KeyOwner, MockKeyLookup, MockKeyScheme, MockKeyUses, RepositoryError};

    fn authenticate_noting(
        uses: MockKeyUses,
        found: Result<Option<KeyOwner>, RepositoryError>,
    ) -> Result<Caller, AppError> {
        let mut scheme = MockKeyScheme::new();
        scheme.expect_read().return_const(KeyHash::from_bytes([1; 32]));
        let mut keys = MockKeyLookup::new();
        keys.expect_find_by_hash().once().return_once(|_| found.map(|owner| owner.map(Arc::new)));
        let (keys, uses) = (Arc::new(keys), Arc::new(uses));
        let clock = Arc::new(FixedClock::at(at(100)));
        block_on(Authenticate { scheme: Arc::new(scheme), keys, uses, clock }.run(&"ck_".into()))
    }

    fn authenticate(found: Result<Option<KeyOwner>, RepositoryError>) -> Result<Caller, AppError> {
        let mut uses = MockKeyUses::new();
        uses.expect_note().return_const(());
        authenticate_noting(uses, found)
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
        let authenticate = Authenticate {
            scheme: Arc::new(scheme),
            keys: Arc::new(MockKeyLookup::new()),
            uses: Arc::new(MockKeyUses::new()),
            clock: Arc::new(FixedClock::default()),
        };
        let outcome = block_on(authenticate.run(&"junk".into()));
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
    fn a_use_is_noted_when_the_last_one_that_is_known_was_a_minute_ago() {
        for (last_used_at, noted) in [(None, 1), (Some(at(40)), 1), (Some(at(41)), 0), (Some(at(200)), 0)] {
            let mut owner = a_key_owner();
            owner.key.last_used_at = last_used_at;
            let id = owner.key.id;
            let mut uses = MockKeyUses::new();
            uses.expect_note()
                .times(noted)
                .withf(move |key, now| (*key, *now) == (id, at(100)))
                .return_const(());
            authenticate_noting(uses, Ok(Some(owner))).unwrap();
        }
    }

    #[test]
    fn a_refused_key_was_not_used() {
        let mut expired = a_key_owner();
        expired.key.expires_at = Some(at(100));
        assert!(authenticate_noting(MockKeyUses::new(), Ok(Some(expired))).is_err());
        assert!(authenticate_noting(MockKeyUses::new(), Ok(None)).is_err());
    }

    #[test]
    fn a_store_that_does_not_answer_is_no_refusal() {
        let outcome = authenticate(Err(RepositoryError::Busy));
        assert!(matches!(outcome, Err(AppError::Busy(_))), "{outcome:?}");
    }
}
