//! What only the inside of the crate shows.

mod plans;
