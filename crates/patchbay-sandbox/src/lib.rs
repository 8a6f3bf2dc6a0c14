//! Fake third parties on loopback, to try and to test Patchbay without a network.
//!
//! A [`Sandbox`] is one small HTTP server. Every provider of the catalogue is played below a
//! path that begins with its id, out of its entry alone: what an entry says of requests and of
//! the meaning of answers is used the other way round. So a new entry is played without a line
//! of code, and a setting that replaces a provider's scheme and host is all that leads there.
//! What an entry cannot tell, such as what its ids look like, may stand in a table beside it in
//! `src/examples`.
//!
//! What a fake answers depends on what it is asked with and on nothing else: no clock, no
//! chance. The credential, or the code, names the behaviour in words; `GET /` lists them. State
//! is in memory, bounded, and belongs to one sandbox.

mod bounded;
mod desk;
mod manifests;
mod provider;
mod reply;
mod server;

pub use provider::{CLIENT_ID, CLIENT_SECRET};
pub use server::{DEFAULT_PORT, RunningSandbox, Sandbox};
