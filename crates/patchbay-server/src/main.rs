//! Patchbay, the self-hosted integrations service: its program.

mod adapters;
mod cli;
mod files;
mod output;
mod settings;
mod telemetry;

fn main() {}
