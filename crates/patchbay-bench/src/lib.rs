//! What Patchbay's speed is measured with: a bare reference server on the same libraries, and a driver
//! that loads it and the real service in turn.
//!
//! Nothing here is shipped, and nothing here knows the service but by its command line and its HTTP API.

pub mod driver;
pub mod reference;
