//! The load driver.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use patchbay_bench::driver::{Options, run};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run_until_signal(&options).await {
        Ok(met) if met || !options.enforce => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            writeln!(io::stderr(), "bench: {error:#}").ok(); // nobody may be listening
            ExitCode::FAILURE
        }
    }
}

/// A signal drops the run, and with it every server, load generator and database that it started.
async fn run_until_signal(options: &Options) -> anyhow::Result<bool> {
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        met = run(options) => met,
        _ = interrupted.recv() => anyhow::bail!("interrupted"),
        _ = terminated.recv() => anyhow::bail!("terminated"),
    }
}
