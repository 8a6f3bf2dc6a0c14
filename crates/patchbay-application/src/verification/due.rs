//! Asking the providers whose turn it is.

use std::sync::Arc;

use patchbay_domain::{Clock, OrganisationDirectory, VerificationSchedule};

use super::VerifyIntegration;
use crate::idempotency::ReceiptFor;
use crate::{AppError, turns};

/// Asks the providers of the integrations whose turn it is, those of every organisation.
pub struct VerifyDue {
    /// Knows whose turn it is.
    pub schedule: Arc<dyn VerificationSchedule>,
    /// Knows the organisations.
    pub organisations: Arc<dyn OrganisationDirectory>,
    /// Asks one.
    pub verify: VerifyIntegration,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl VerifyDue {
    /// Asks those that are due, some at the same time, and answers how many that were; fewer
    /// than there can be at once means that no other is due. One that fails does not
    /// keep the others from theirs, and is due again later.
    ///
    /// # Errors
    /// When it cannot be found out whose turn it is.
    pub async fn run(&self) -> Result<usize, AppError> {
        let now = self.clock.now();
        let due = self.schedule.claim(now, now + turns::LEASE, turns::BATCH).await?;
        let count = due.len();
        let verify = async |caller, id| self.verify.run(&caller, id, &ReceiptFor::none()).await.map(drop);
        turns::take(due, &*self.organisations, "verified", verify).await;
        Ok(count)
    }

    /// Whether `count` of [`run`](Self::run) means that there may be more.
    #[must_use]
    pub fn may_be_more(count: usize) -> bool {
        turns::may_be_more(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_sealed_integration, an_organisation, at, refreshing_nothing, vault};
    use futures::executor::block_on;
    use patchbay_domain::testing::{FixedClock, SequentialIds};
    use patchbay_domain::{
        Actor, DueIntegration, Health, IntegrationId, MockCredentialVerifier, MockHealthRepository,
        MockIntegrationRepository, MockOrganisationDirectory, MockUnitOfWork, MockVerificationSchedule,
        RepositoryError, Verification, VerificationClass,
    };
    use uuid::Uuid;

    fn due(id: u128) -> DueIntegration {
        let organisation = an_organisation();
        DueIntegration {
            organisation: organisation.id,
            environment: organisation.default_environment,
            integration: IntegrationId::from_uuid(Uuid::from_u128(id)),
        }
    }

    /// Asks those of `due`; of 0x2 nobody knows anything any more.
    fn running(due: Vec<DueIntegration>, work: MockUnitOfWork) -> Result<usize, AppError> {
        let mut schedule = MockVerificationSchedule::new();
        schedule.expect_claim().once().withf(|now, until, _| *until > *now).return_once(|_, _, _| Ok(due));
        let mut organisations = MockOrganisationDirectory::new();
        organisations.expect_find().returning(|_| Ok(Some(an_organisation())));
        let mut integrations = MockIntegrationRepository::new();
        integrations.expect_find().returning(|_, id| {
            Ok((id.as_uuid() != Uuid::from_u128(2)).then(|| a_sealed_integration("secret")))
        });
        let mut health = MockHealthRepository::new();
        health.expect_find().returning(|_, _| Ok(Health::unknown()));
        let mut verifier = MockCredentialVerifier::new();
        verifier.expect_verify().returning(|_| Verification::of(VerificationClass::Ok));
        let clock = Arc::new(FixedClock::default());
        let verify = VerifyIntegration {
            integrations: Arc::new(integrations),
            health: Arc::new(health),
            verifier: Arc::new(verifier),
            refresh: refreshing_nothing(),
            work: Arc::new(work),
            vault: Arc::new(vault()),
            clock: clock.clone(),
            ids: Arc::new(SequentialIds::default()),
        };
        let due =
            VerifyDue { schedule: Arc::new(schedule), organisations: Arc::new(organisations), verify, clock };
        block_on(due.run())
    }

    #[test]
    fn whoever_is_due_is_asked_by_the_service_itself() {
        let mut work = MockUnitOfWork::new();
        work.expect_commit().once().returning(|_, changes| {
            assert_eq!(changes.events[0].actor, Actor::Service);
            assert!(changes.health[0].due_at.unwrap() > at(60 * 60));
            Ok(())
        });
        assert_eq!(running(vec![due(1)], work).unwrap(), 1);
    }

    #[test]
    fn one_that_fails_does_not_keep_the_others_from_theirs() {
        let mut work = MockUnitOfWork::new();
        let mut first = true;
        work.expect_commit().times(3).returning(move |_, _| {
            if std::mem::take(&mut first) { Err(RepositoryError::Busy) } else { Ok(()) }
        });
        assert_eq!(running(vec![due(1), due(2), due(3), due(4)], work).unwrap(), 4);
    }

    #[test]
    fn only_a_full_batch_may_leave_others() {
        assert!(VerifyDue::may_be_more(32) && !VerifyDue::may_be_more(31));
    }
}
