//! OAuth: sending people to providers, taking them back, and keeping what they allowed fresh.
//!
//! Whoever may change an integration begins an authorization and passes its link on
//! ([`BeginAuthorization`]). A browser that follows the link is sent to the provider
//! ([`StartAuthorization`]) and comes back with a code, which is exchanged
//! ([`FinishAuthorization`]). What was granted is refreshed before it ends ([`RefreshDue`]), and
//! wherever somebody is about to use it.

mod addresses;
mod begin;
mod browser_name;
mod due;
mod finish;
mod granting;
mod purge;
mod refresh;
mod start;
#[cfg(test)]
mod tests;

pub use addresses::Addresses;
pub use begin::{BeginAuthorization, Begun, ReturnTo, Wanted};
pub use browser_name::BrowserName;
pub use due::RefreshDue;
pub use finish::{FinishAuthorization, Finished, Returned};
pub use granting::Granting;
pub(crate) use granting::later;
pub use purge::PurgeAuthorizations;
pub use refresh::RefreshGrant;
pub use start::{Sent, StartAuthorization};
