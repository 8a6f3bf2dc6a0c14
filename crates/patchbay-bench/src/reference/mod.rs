//! The reference ("L"): what actix-web and Diesel can do when nothing else is asked of them.
//!
//! It knows no authentication, no validation, no sealing and no dialect: one read by primary key, one keyset
//! page, one insert that is acknowledged after its commit. The service's figures are quoted as parts of these.

mod database;
mod reads;
mod row;
mod server;
mod writes;

pub use database::{Database, RowStore, UnknownDatabase};
pub use row::{ANSWER_BYTES, FIRST_SEQUENCE, NewRow, Row, row_id};
pub use server::{Options, ReadPath, serve};
