//! The load generator: wrk, with a script that is written for each round.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::plan::Operation;
use super::subject::Api;

/// What the script does; the settings of the round stand before it.
const SCRIPT: &str = include_str!("load.lua");

/// Starts the line of the result.
const MARK: &str = "bench-result ";

/// How long an answer may take before it counts as a time-out, in seconds.
const ANSWER_S: u32 = 10;

/// How much longer than its load wrk may run: reading ids, last answers.
const GRACE: Duration = Duration::from_secs(30);

/// Fewer requests than this leave fewer than 50 beyond the 99th percentile: too few to judge by.
const ENOUGH_FOR_P99: u64 = 5_000;

/// How one load runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub operation: Operation,
    pub connections: u32,
    pub threads: u32,
    pub seconds: u32,
    /// Two digits that no other load on the same database has; 0 is the seed's.
    pub run: u8,
}

/// What wrk saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Outcome {
    pub requests: u64,
    pub duration_us: u64,
    /// Of all answers, heads included.
    pub bytes: u64,
    pub p50_us: u64,
    pub p99_us: u64,
    pub socket_errors: u64,
    /// Answers with a status from 400 on.
    pub refused: u64,
    /// Answers that took longer than the latency table reaches.
    pub timeouts: u64,
}

impl Outcome {
    /// Whether the 99th percentile may be judged by.
    pub const fn has_trusted_tail(&self) -> bool {
        self.requests >= ENOUGH_FOR_P99 && self.timeouts == 0
    }
}

/// Asks wrk for its name, to fail before anything is prepared.
pub(super) async fn check(program: &Path) -> anyhow::Result<()> {
    let version = Command::new(program).arg("--version").stdin(Stdio::null()).output().await;
    match version {
        Ok(output) if String::from_utf8_lossy(&output.stdout).starts_with("wrk ") => Ok(()),
        Ok(_) => bail!("{} is not wrk", program.display()),
        Err(error) => Err(error).context("wrk cannot be started; on Debian: apt-get install wrk"),
    }
}

/// Runs one load to its end.
///
/// Answers that refuse and broken connections are errors: such a round measured something else.
pub(super) async fn run(program: &Path, base: &str, api: &Api, load: Load) -> anyhow::Result<Outcome> {
    fs::write(&api.script, script(api, load)).context("writing the load script")?;
    let threads = load.threads.min(load.connections);
    let mut command = Command::new(program);
    command
        .args(["--threads", &threads.to_string(), "--connections", &load.connections.to_string()])
        .args(["--duration", &format!("{}s", load.seconds), "--timeout", &format!("{ANSWER_S}s")])
        .args(["--latency", "--script"])
        .arg(&api.script)
        .arg(base)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let bound = Duration::from_secs(load.seconds.into()) + GRACE;
    let output = tokio::time::timeout(bound, command.output())
        .await
        .context("wrk did not end in time")?
        .context("running wrk")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Some(outcome) = parse(&said) else {
        bail!("wrk failed ({}): {said}{}", output.status, String::from_utf8_lossy(&output.stderr));
    };
    ensure!(outcome.requests > 0, "nothing was answered within the round");
    ensure!(
        outcome.refused == 0,
        "{} of {} answers were refusals; if a rate limit is on: --setting rate_limit.requests_per_minute=0",
        outcome.refused,
        outcome.requests
    );
    ensure!(outcome.socket_errors == 0, "{} connections broke", outcome.socket_errors);
    Ok(outcome)
}

fn script(api: &Api, load: Load) -> String {
    let mut headers = String::from("[\"Content-Type\"] = \"application/json\"");
    for (name, value) in &api.headers {
        write!(headers, ", [{}] = {}", quoted(name), quoted(value)).ok(); // a String takes everything
    }
    let ids = match load.operation {
        Operation::Get => format!("ids = {}, ", quoted(&api.ids.display().to_string())),
        Operation::Create => String::new(),
    };
    let path = quoted(&api.rows_path);
    format!("settings = {{ path = {path}, {ids}run = {}, headers = {{ {headers} }} }}\n{SCRIPT}", load.run)
}

/// A Lua string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn parse(output: &str) -> Option<Outcome> {
    let line = output.lines().find_map(|line| line.strip_prefix(MARK))?;
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const OUTPUT: &str = r#"Running 5s test @ http://127.0.0.1:40123
  2 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.69ms    1.02ms  21.44ms   86.71%
  154321 requests in 5.01s, 70.06MB read
Requests/sec:  30802.59
bench-result {"requests":154321,"duration_us":5010000,"bytes":73463808,"p50_us":1490,"p99_us":5710,"socket_errors":0,"refused":2,"timeouts":1}
"#;

    fn api() -> Api {
        Api {
            rows_path: "/rows".to_owned(),
            headers: vec![("Authorization".to_owned(), "Bearer a\"b\\c".to_owned())],
            ids: PathBuf::from("/rounds/ids"),
            script: PathBuf::from("/rounds/script.lua"),
        }
    }

    #[test]
    fn the_result_is_found_in_what_wrk_prints() {
        let expected = Outcome {
            requests: 154_321,
            duration_us: 5_010_000,
            bytes: 73_463_808,
            p50_us: 1_490,
            p99_us: 5_710,
            socket_errors: 0,
            refused: 2,
            timeouts: 1,
        };
        assert_eq!(parse(OUTPUT), Some(expected));
    }

    #[test]
    fn output_without_a_whole_result_is_none() {
        assert_eq!(parse("unable to connect to 127.0.0.1:1 Connection refused\n"), None);
        assert_eq!(parse("bench-result {\"requests\":1}\n"), None);
        assert_eq!(parse("bench-result {\"requests\":"), None);
    }

    #[test]
    fn a_tail_is_trusted_with_enough_answers_and_none_too_late() {
        let late = parse(OUTPUT).unwrap();
        let good = Outcome { timeouts: 0, ..late };
        assert!(good.has_trusted_tail());
        assert!(!late.has_trusted_tail());
        assert!(!Outcome { requests: 4_999, ..good }.has_trusted_tail());
    }

    #[test]
    fn only_a_read_is_given_ids_and_every_value_is_quoted() {
        let load = Load { operation: Operation::Get, connections: 64, threads: 2, seconds: 5, run: 2 };
        let first_line = |load| script(&api(), load).lines().next().unwrap().to_owned();
        assert_eq!(
            first_line(load),
            r#"settings = { path = "/rows", ids = "/rounds/ids", run = 2, headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer a\"b\\c" } }"#
        );
        assert!(!first_line(Load { operation: Operation::Create, ..load }).contains("ids"));
    }
}
