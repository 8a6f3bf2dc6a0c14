//! Patchbay's storage: the repository ports on SQLite and PostgreSQL.
//!
//! One set of Diesel queries serves both. Database work runs on threads of its own
//! ([`Database`]); no one else knows.

mod database;
mod migrations;
mod schema;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod test_support;

pub use database::{ConnectError, Database, DatabaseOptions};
