//! Under construction.

mod architecture;
