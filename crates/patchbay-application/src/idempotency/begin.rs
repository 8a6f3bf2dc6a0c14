//! Whether a named request was here before, and what becomes of one that is refused.

use std::sync::Arc;

use chrono::TimeDelta;
use patchbay_domain::{
    Actor, Changes, Clock, Fingerprinter, Receipt, ReceiptArchive, ReceiptId, ReceiptRepository,
    ReceiptWrite, RepositoryError, UnitOfWork, Vault,
};
use uuid::Uuid;

use super::answer::Content;
use super::said::Said;
use super::{PendingReceipt, StoredAnswer};
use crate::{AppError, Caller, Conflict};

/// How long a receipt answers for its request.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);
/// How many receipts one write clears away: others want to write too.
const PURGED_AT_ONCE: u32 = 500;

/// A request that its caller has named.
#[derive(Clone, Copy, Debug)]
pub struct NamedRequest<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its path, as it was sent.
    pub path: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its query, as it was sent.
    pub query: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// What is to be done with a named request.
#[derive(Debug)]
pub enum Begun {
    /// It is new.
    First(Arc<PendingReceipt>),
    /// It was answered before: like this.
    Again(StoredAnswer),
}

/// Finds out whether a named request was here before.
pub struct BeginOnce {
    /// Knows who was here.
    pub receipts: Arc<dyn ReceiptRepository>,
    /// Tells whether it is the same.
    pub fingerprints: Arc<dyn Fingerprinter>,
    /// Opens the answer.
    pub vault: Arc<dyn Vault>,
    /// Keeps refusals.
    pub work: Arc<dyn UnitOfWork>,
    /// Tells which receipts count no more.
    pub clock: Arc<dyn Clock>,
}

impl BeginOnce {
    /// Whether the request was here before within a day.
    ///
    /// # Errors
    /// [`AppError::NameReused`] when another request had the name,
    /// [`Conflict::Running`] when the same one is at work, or was when its process ended: then
    /// it is not known what became of it.
    pub async fn run(&self, caller: &Caller, request: NamedRequest<'_>) -> Result<Begun, AppError> {
        let id = receipt_id(caller, request);
        match self.live(caller, id).await? {
            Some(receipt) => self.again(&receipt, request).map(Begun::Again),
            None => self.first(caller, id, request),
        }
    }

    fn first(&self, caller: &Caller, id: ReceiptId, request: NamedRequest<'_>) -> Result<Begun, AppError> {
        let key = self.fingerprints.new_key().map_err(AppError::Internal)?;
        let said = Said::canonical(request.query, request.body);
        let fingerprint = self.fingerprints.fingerprint(&key, said.bytes()).map_err(AppError::Internal)?;
        let (organisation, now) = (caller.organisation(), self.clock.now());
        Ok(Begun::First(Arc::new(PendingReceipt::new(id, organisation, key, fingerprint, now))))
    }

    /// What is answered to a request that met the receipt of the same one while it tried to
    /// save.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub async fn met(&self, caller: &Caller, request: NamedRequest<'_>) -> Result<StoredAnswer, AppError> {
        match self.live(caller, receipt_id(caller, request)).await? {
            Some(receipt) => self.again(&receipt, request),
            // On its way still, and in another transaction.
            None => Err(Conflict::Running.into()),
        }
    }

    /// Keeps `answer` of a request whose effect was [settled](AppError::is_settled) by a
    /// refusal: it is refused the same again.
    ///
    /// # Errors
    /// What the store says; [`Conflict::Twin`] when the same request was answered meanwhile.
    pub async fn refused(
        &self,
        caller: &Caller,
        pending: &PendingReceipt,
        answer: &StoredAnswer,
    ) -> Result<(), AppError> {
        let write = pending.answered(answer, None, &*self.vault)?;
        Ok(self.work.commit(caller.scope(), Changes::new().receipt(write)).await?)
    }

    /// The receipt, if its time is not over. One whose time is over makes room at once.
    async fn live(&self, caller: &Caller, id: ReceiptId) -> Result<Option<Receipt>, AppError> {
        let Some(receipt) = self.receipts.find(caller.scope(), id).await? else { return Ok(None) };
        if self.clock.now() < receipt.created_at + KEPT_FOR {
            return Ok(Some(receipt));
        }
        let forget = ReceiptWrite::Forget { id, created_at: receipt.created_at };
        self.work.commit(caller.scope(), Changes::new().receipt(forget)).await?;
        Ok(None)
    }

    fn again(&self, receipt: &Receipt, request: NamedRequest<'_>) -> Result<StoredAnswer, AppError> {
        let opened = self.vault.open(&receipt.place(), &receipt.content)?;
        let content = Content::read(&opened).map_err(AppError::Internal)?;
        let is_of = |said: Said| {
            let sent = self.fingerprints.fingerprint(&content.key, said.bytes());
            sent.map(|sent| sent == receipt.fingerprint).map_err(AppError::Internal)
        };
        // A receipt of an earlier version is one of the very bytes.
        let NamedRequest { query, body, .. } = request;
        if !is_of(Said::canonical(query, body))? && !is_of(Said::verbatim(query, body))? {
            return Err(AppError::NameReused);
        }
        content.answer.ok_or_else(|| Conflict::Running.into())
    }
}

/// The same for the same method, path and name of one key: UUIDv5 (RFC 9562 §5.5) in the
/// namespace of the key's id.
fn receipt_id(caller: &Caller, request: NamedRequest<'_>) -> ReceiptId {
    let namespace = match caller.actor() {
        Actor::Key(id) => id.as_uuid(),
        Actor::Operator | Actor::Service => Uuid::nil(),
    };
    let NamedRequest { method, path, name, .. } = request;
    ReceiptId::from_uuid(Uuid::new_v5(&namespace, format!("{method}\n{path}\n{name}").as_bytes()))
}

/// Clears away receipts whose time is over.
pub struct PurgeReceipts {
    /// Where they are.
    pub archive: Arc<dyn ReceiptArchive>,
    /// Tells which those are.
    pub clock: Arc<dyn Clock>,
}

impl PurgeReceipts {
    /// Clears them away, some at a time, and says how many there were.
    ///
    /// # Errors
    /// What the store says; what was cleared away until then stays so.
    pub async fn run(&self) -> Result<u64, RepositoryError> {
        let before = self.clock.now() - KEPT_FOR;
        let mut purged = 0;
        loop {
            let some = self.archive.purge(before, PURGED_AT_ONCE).await?;
            purged += some;
            if some < u64::from(PURGED_AT_ONCE) {
                return Ok(purged);
            }
        }
    }
}

#[cfg(test)]
mod tests;
