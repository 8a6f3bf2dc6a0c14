//! The load driver.

use std::process::ExitCode;

use clap::Parser;
use patchbay_bench::driver::{Options, run};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // A signal drops the run, and with it every server, load generator and database it started.
    let met = tokio::select! {
        met = run(&options) => met?,
        _ = interrupted.recv() => anyhow::bail!("interrupted"),
        _ = terminated.recv() => anyhow::bail!("terminated"),
    };
    Ok(if options.enforce && !met { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
