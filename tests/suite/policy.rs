//! Who may do what: every route, asked with every kind of key.
//!
//! `table` is written by hand. It is held against the router of a running service and against
//! the documents, so that a route cannot be added to one of the three alone.

mod answers;
mod coverage;
mod given;
mod table;
