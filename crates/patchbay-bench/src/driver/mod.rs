//! The driver: starts the reference and the service in turn, loads both alike, and compares.

mod figures;
mod options;
mod plan;
mod postgres;
mod prepare;
mod process;
mod procfs;
mod report;
mod run;
mod seed;
mod store;
mod subject;
mod verdict;
mod wrk;

pub use options::Options;
pub use run::run;
