//! OAuth as entries describe it: the page that asks a person, the exchange of what that gives,
//! and giving it back.

pub(super) mod authorize;
mod client;
pub(super) mod codes;
pub(super) mod disconnect;
mod giving;
mod memory;
mod page;
mod problem;
mod proof;
pub(super) mod token;

pub(super) use memory::{Memory, State};

/// The client id of the application that the sandbox knows at every provider.
pub const CLIENT_ID: &str = "sandbox-client";
/// The client secret of that application: no secret, for nothing is behind it.
pub const CLIENT_SECRET: &str = "sandbox-secret";
