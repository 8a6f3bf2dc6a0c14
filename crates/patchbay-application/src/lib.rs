//! Patchbay's use cases: who may do what, in which order, and what is recorded of it.
//!
//! A use case is one struct with named dependencies (ports of the domain) and one `run`,
//! whose first line is the permission check. It takes and returns domain types. Reading
//! sees the caller's [`Scope`](patchbay_domain::Scope) only; writing ends in one
//! [`UnitOfWork::commit`](patchbay_domain::UnitOfWork::commit).

mod authenticate;
mod background;
mod caller;
mod disclosure;
mod environments;
mod error;
mod faults;
pub mod idempotency;
pub mod integrations;
mod listed;
pub mod oauth;
pub mod operator;
mod precondition;
mod providers;
mod reach;
mod record;
mod retry;
mod services;
pub mod settings;
#[cfg(test)]
mod testing;
mod turns;
pub mod verification;

pub use authenticate::Authenticate;
pub use background::{Background, Pause};
pub use caller::Caller;
pub use disclosure::{Disclosed, Reveal, Shown};
pub use environments::Environments;
pub use error::{AppError, AuthRefusal, Conflict, Entity, Missing, UnusableManifest};
pub use faults::{Fault, FaultReason, Faults, JsonType, Location, RefusedValue};
pub use listed::Listed;
pub use precondition::{Expected, Read, VersionSeen};
pub use providers::{ProviderNamed, Providers};
pub use reach::Reach;
pub use services::{Ports, Services};
