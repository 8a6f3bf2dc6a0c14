//! Requests that have their effect once, however often they are sent.
//!
//! A caller names such a request (the header `Idempotency-Key`, IETF draft
//! idempotency-key-header-07). [`BeginOnce`] looks whether it was here before. If not, the
//! use case that it runs leaves a receipt in the very changes that it makes: the answer as it
//! will be sent, rendered before the commit by what the interface handed in as
//! [`ReceiptFor`]. Nothing but both can be saved, so a second one is answered from the
//! receipt, or meets it when it tries to save.

mod answer;
mod begin;
mod receipt_for;
mod said;

pub use answer::StoredAnswer;
pub use begin::{BeginOnce, Begun, NamedRequest, PurgeReceipts};
pub use receipt_for::{PendingReceipt, ReceiptFor};
