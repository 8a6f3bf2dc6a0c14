//! Fake third parties on loopback, to try and to test Patchbay without a network.
//!
//! A [`Sandbox`] is one small HTTP server in which every fake lives below its real paths, so
//! that a setting which replaces a provider's scheme and host is all that leads there. What
//! a fake answers depends on what it is asked with and on nothing else: no clock, no chance.
//! State is in memory, bounded, and belongs to one sandbox.
//!
//! Another third party is one more implementation of the trait `Fake` and one more line in
//! the list of them. `GET /` lists what there is, out of the tables that decide it.

mod bounded;
mod desk;
mod fake;
mod manifests;
mod reply;
mod server;
mod slack;

pub use server::{DEFAULT_PORT, RunningSandbox, Sandbox};
pub use slack::{CLIENT_ID as SLACK_CLIENT_ID, CLIENT_SECRET as SLACK_CLIENT_SECRET};
