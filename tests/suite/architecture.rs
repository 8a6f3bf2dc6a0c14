//! The rules of ARCHITECTURE.md, checked against the repository itself.
//!
//! Each rule is a function from what it reads to the violations it sees; beside the test
//! that there are none stands a test that a planted one is found.

mod crates;
mod document;
mod places;
mod ports;
mod repository;
mod tokens;
