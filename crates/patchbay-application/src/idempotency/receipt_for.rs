//! What a use case leaves of the request that it serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use patchbay_domain::{
    Changes, Fingerprint, IntegrationId, OrganisationId, Receipt, ReceiptId, ReceiptState, ReceiptWrite,
    SecretPlace, Vault,
};
use secrecy::SecretString;

use super::StoredAnswer;
use super::answer::Content;
use crate::AppError;

/// A named request that was not here before, on its way.
#[derive(Debug)]
pub struct PendingReceipt {
    pub(super) id: ReceiptId,
    pub(super) organisation: OrganisationId,
    pub(super) key: SecretString,
    pub(super) fingerprint: Fingerprint,
    pub(super) begun_at: DateTime<Utc>,
    /// Whether something outside was begun for it, which is known in the store.
    started: AtomicBool,
}

impl PendingReceipt {
    pub(super) const fn new(
        id: ReceiptId,
        organisation: OrganisationId,
        key: SecretString,
        fingerprint: Fingerprint,
        begun_at: DateTime<Utc>,
    ) -> Self {
        Self { id, organisation, key, fingerprint, begun_at, started: AtomicBool::new(false) }
    }

    pub(super) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    /// The write that keeps `answer`, in the place of the started receipt where there is one.
    pub(super) fn answered(
        &self,
        answer: &StoredAnswer,
        about: Option<IntegrationId>,
        vault: &dyn Vault,
    ) -> Result<ReceiptWrite, AppError> {
        let receipt = self.receipt(ReceiptState::Done, about, Some(answer), vault)?;
        Ok(if self.is_started() { ReceiptWrite::Finish(receipt) } else { ReceiptWrite::Keep(receipt) })
    }

    fn receipt(
        &self,
        state: ReceiptState,
        about: Option<IntegrationId>,
        answer: Option<&StoredAnswer>,
        vault: &dyn Vault,
    ) -> Result<Receipt, AppError> {
        let place = SecretPlace::receipt(self.organisation, self.id);
        Ok(Receipt {
            id: self.id,
            organisation_id: self.organisation,
            about,
            state,
            fingerprint: self.fingerprint,
            content: vault.seal(&place, &Content::to_text(&self.key, answer))?,
            created_at: self.begun_at,
        })
    }
}

type Render<T> = Arc<dyn Fn(&T) -> Result<StoredAnswer, AppError> + Send + Sync>;

/// What a use case with the outcome `T` leaves of the request that it serves: nothing, unless
/// the request is one that is to have its effect once.
pub struct ReceiptFor<T>(Option<(Arc<PendingReceipt>, Render<T>)>);

impl<T> Clone for ReceiptFor<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> ReceiptFor<T> {
    /// No receipt is asked for.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// A receipt for `pending`, if there is any; its answer will be what `render` makes of the
    /// outcome.
    #[must_use]
    pub fn of(
        pending: Option<Arc<PendingReceipt>>,
        render: impl Fn(&T) -> Result<StoredAnswer, AppError> + Send + Sync + 'static,
    ) -> Self {
        Self(pending.map(|pending| (pending, Arc::new(render) as Render<T>)))
    }

    /// The same for a use case whose outcome has this one in it.
    pub(crate) fn within<U: 'static>(&self, outcome_of: fn(&U) -> &T) -> ReceiptFor<U>
    where
        T: 'static,
    {
        let wrapped = |(pending, render): (Arc<PendingReceipt>, Render<T>)| {
            let render: Render<U> = Arc::new(move |outer: &U| render(outcome_of(outer)));
            (pending, render)
        };
        ReceiptFor(self.0.clone().map(wrapped))
    }

    /// Adds the receipt to the changes that make the outcome.
    pub(crate) fn keep(
        &self,
        changes: Changes,
        outcome: &T,
        about: IntegrationId,
        vault: &dyn Vault,
    ) -> Result<Changes, AppError> {
        let Some((pending, render)) = &self.0 else { return Ok(changes) };
        Ok(changes.receipt(pending.answered(&render(outcome)?, Some(about), vault)?))
    }

    /// Adds to the changes before something outside is begun that it was.
    pub(crate) fn start(&self, changes: Changes, vault: &dyn Vault) -> Result<Changes, AppError> {
        let Some((pending, _)) = &self.0 else { return Ok(changes) };
        let receipt = pending.receipt(ReceiptState::Started, None, None, vault)?;
        Ok(changes.receipt(ReceiptWrite::Keep(receipt)))
    }

    /// Adds to the changes after something outside came to nothing that it may be begun again.
    pub(crate) fn forget(&self, changes: Changes) -> Changes {
        match &self.0 {
            Some((pending, _)) if pending.started.swap(false, Ordering::AcqRel) => {
                changes.receipt(ReceiptWrite::Forget { id: pending.id, created_at: pending.begun_at })
            }
            _ => changes,
        }
    }

    /// Notes that those changes were saved.
    pub(crate) fn started(&self) {
        if let Some((pending, _)) = &self.0 {
            pending.started.store(true, Ordering::Release);
        }
    }
}
