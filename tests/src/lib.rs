//! What the black-box suites stand on: they start the real binary, each with a database of
//! its own, and speak to it over HTTP and on its command line.
//!
//! Nothing here knows Patchbay's code: what is asserted is what a client, an operator or a
//! thief of the disk would see. The binary is the one beside the test's own executable
//! (`target/debug/patchbay`), or the one that `PATCHBAY_BIN` names. PostgreSQL is the server
//! that `PATCHBAY_TEST_POSTGRES` names; `tests/with-postgres` makes one.
//!
//! Assertions panic; what else can fail comes back as an error, so that a test may end with
//! `?` and show the whole chain of causes.
#![expect(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "an error or a panic of the harness is a failing test, whatever its cause"
)]

mod aloochat;
mod collector;
mod command_line;
mod contract;
mod custom;
mod database;
mod demo;
mod fixture;
mod http;
mod installation;
mod leak;
mod manifest_host;
mod novu;
mod novu_table;
mod patchbay;
mod poll;
mod sandbox;
mod server;
mod service;
mod settings;
mod shape;
mod slack;
mod telex;
mod tenant;
mod tour;
mod wire;

pub use aloochat::{ALOOCHAT_PREFIX, AlooChat};
pub use collector::Collector;
pub use command_line::{CommandLine, CommandOutput};
pub use database::{Backend, Database};
pub use demo::Demo;
pub use fixture::{Fixture, aloochat_fixture, novu_fixture, patchbay_fixture, telex_fixture};
pub use http::{Answer, Http, Request};
pub use installation::{Installation, InstallationBuilder, master_key, master_key_bytes};
pub use leak::{Marker, Place};
pub use manifest_host::ManifestHost;
pub use novu::{NOVU_PREFIX, Novu, id_of};
pub use novu_table::{NovuMember, NovuProvider, novu_providers};
pub use patchbay::{PATCHBAY_PREFIX, Patchbay};
pub use poll::eventually;
pub use sandbox::{Sandbox, SandboxCall};
pub use server::Server;
pub use service::Service;
pub use settings::Settings;
pub use shape::{difference, is_milliseconds, is_timestamp, is_uuid};
pub use telex::{TELEX_PREFIXES, Telex};
pub use tenant::{ApiKey, Tenant};
pub use tour::{Step, five_minute_tour, shows};
pub use wire::Wire;
