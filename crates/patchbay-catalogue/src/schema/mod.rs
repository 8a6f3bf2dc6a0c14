//! What an entry says, as types: one file for each table.

mod answers;
mod assertion;
mod auth;
mod check;
mod disconnect;
mod entry;
mod exchange;
mod field;
mod identity;
mod limits;
mod pattern;
mod pointer;
pub(crate) mod reader;
mod refresh;
mod request;
mod sign;
mod sunset;
mod wire;

pub use answers::{AnswerMatch, BodyTest, Expectation, Reason, Rejection, StatusRule, Test, TokenReason};
pub use assertion::Assertion;
pub use auth::{AuthMethod, AuthType};
pub use check::Check;
pub use disconnect::Disconnect;
pub(crate) use entry::read_entry;
pub use entry::{BUILT_IN_NAMES, Entry, EntryValues, Named};
pub use exchange::{
    BodyFormat, CallbackCheck, CallbackCheckKind, ClientAuth, Exchange, Pkce, ScopeCheck, TokenPointers,
};
pub use field::{Field, NamedCheck, PatternLevel};
pub use identity::Identity;
pub use limits::{Backoff, Limits, Wait, WaitReading};
pub use pattern::{InvalidPattern, Pattern};
pub use pointer::{InvalidPointer, Pointer};
pub use refresh::{Refresh, RefreshMode, RefreshTrigger};
pub use request::{Body, Headers, Method};
pub use sign::{BasicSign, NamedSign, Proof, ProofKind, Sign};
pub use sunset::Sunset;
pub use wire::{DIALECTS, Role, Wire};
