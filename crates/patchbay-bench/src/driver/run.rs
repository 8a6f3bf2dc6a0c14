//! The rounds, in their order.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use reqwest::Client;

use super::figures::{Round, Start};
use super::options::Options;
use super::plan::{Backend, Measurement};
use super::prepare;
use super::report::{Figures, Report};
use super::subject::{Running, Subject};
use super::wrk::{self, Load};

/// How long a server is left alone before its idle memory is read: part of what is measured.
const IDLE: Duration = Duration::from_millis(250);

/// Names of the load before a round and of the round itself; the seed is 0.
const WARM_UP_RUN: u8 = 1;
const MEASURED_RUN: u8 = 2;

/// Measures everything that was asked for and prints it. `false` when a limit was missed.
///
/// # Errors
/// When a side cannot be prepared, started, loaded or ended, or refuses part of the load.
pub async fn run(options: &Options) -> anyhow::Result<bool> {
    wrk::check(&options.wrk).await?;
    options.sides().into_iter().try_for_each(|side| prepare::program(options, side).map(drop))?;
    fs::create_dir_all(&options.directory).context("making the work directory")?;
    let directory = options.directory.canonicalize().context("finding the work directory")?;
    let work = tempfile::Builder::new().prefix("bench-").tempdir_in(directory);
    let work = work.context("making the work directory")?;
    let http = Client::builder().no_proxy().build().context("making the HTTP client")?;
    let mut figures = Figures::default();
    measure(options, &http, Backend::Sqlite, work.path(), &mut figures).await?;
    if options.postgres.is_some() {
        measure(options, &http, Backend::Postgres, work.path(), &mut figures).await?;
    }
    let report = Report::of(figures);
    if let Some(file) = &options.output {
        report.save(file)?;
    }
    io::stdout().write_all(report.text().as_bytes()).context("printing the tables")?;
    Ok(report.is_met())
}

async fn measure(
    options: &Options,
    http: &Client,
    backend: Backend,
    work: &Path,
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let mut subjects = Vec::new();
    for side in options.sides() {
        tell(&format!("{backend}: preparing {side} with {} rows", options.rows));
        subjects.push(prepare::subject(options, http, (side, backend), work).await?);
    }
    for _ in 0..options.starts {
        for subject in &subjects {
            figures.starts.push(start(http, subject).await?);
        }
    }
    for measurement in Measurement::all(backend, &options.connections) {
        for number in 1..=options.rounds {
            for subject in &subjects {
                let round = round(options, http, subject, measurement, number).await;
                let round =
                    round.with_context(|| format!("{measurement}, {}, round {number}", subject.side))?;
                tell(&progress(&round));
                figures.rounds.push(round);
            }
        }
    }
    Ok(())
}

async fn start(http: &Client, subject: &Subject) -> anyhow::Result<Start> {
    let (running, idle_kib) = started(http, subject).await?;
    let first_answer_us = microseconds(running.first_answer);
    running.server.stop().await?;
    Ok(Start { backend: subject.backend, side: subject.side, first_answer_us, idle_kib })
}

async fn round(
    options: &Options,
    http: &Client,
    subject: &Subject,
    measurement: Measurement,
    number: u32,
) -> anyhow::Result<Round> {
    let (running, idle_kib) = started(http, subject).await?;
    let load = Load {
        operation: measurement.operation,
        connections: measurement.connections,
        threads: options.load_threads,
        seconds: options.seconds,
        run: MEASURED_RUN,
    };
    if options.warm_up > 0 {
        let warm_up = Load { seconds: options.warm_up, run: WARM_UP_RUN, ..load };
        wrk::run(&options.wrk, &running.base, &subject.api, warm_up).await.context("warming up")?;
    }
    let before = running.server.processor_us()?;
    let outcome = wrk::run(&options.wrk, &running.base, &subject.api, load).await?;
    let processor_us = running.server.processor_us()?.saturating_sub(before);
    let loaded_kib = running.server.resident_kib()?;
    let first_answer_us = microseconds(running.first_answer);
    running.server.stop().await?;
    let side = subject.side;
    Ok(Round { measurement, side, number, outcome, processor_us, idle_kib, loaded_kib, first_answer_us })
}

/// A server after its first answer, and its memory once it has settled.
async fn started(http: &Client, subject: &Subject) -> anyhow::Result<(Running, u64)> {
    let running = subject.start(http).await?;
    tokio::time::sleep(IDLE).await;
    let idle_kib = running.server.resident_kib()?;
    Ok((running, idle_kib))
}

fn progress(round: &Round) -> String {
    format!(
        "{}, {} round {}: {:.0} requests/s, p99 {:.2} ms, {:.1} us of processor a request",
        round.measurement,
        round.side,
        round.number,
        round.requests_per_second(),
        round.p99_ms(),
        round.processor_us_per_request(),
    )
}

/// Tells how far it is, beside the results.
fn tell(line: &str) {
    writeln!(io::stderr(), "{line}").ok(); // nobody may be listening
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
