//! Patchbay's storage: the repository ports on SQLite and PostgreSQL.
//!
//! One set of Diesel queries serves both. Database work runs on threads of its own
//! ([`Database`]); no one else knows.

mod database;

pub use database::{ConnectError, Database, DatabaseOptions};
