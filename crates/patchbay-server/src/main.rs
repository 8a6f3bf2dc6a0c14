//! Patchbay, the self-hosted integrations service: its program.
//!
//! The only place that knows every other crate: it reads the settings, puts adapters
//! behind the ports, and runs one command.

mod adapters;
mod background;
mod catalogue;
mod cli;
mod commands;
mod files;
mod jobs;
mod listener;
mod metrics;
mod open_files;
mod output;
mod service;
mod settings;
mod signals;
mod telemetry;
mod traces;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Requests are made of many small pieces, which threads hand to each other: the system's
/// allocator takes a seventh of all processor time for them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Wrong usage ends in the parser, with 2; `--help` and `--version` with 0.
fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}
