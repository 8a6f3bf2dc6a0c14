//! A server that is being measured: started, watched, and ended in every case.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::procfs;

/// How long a server may take to end after SIGTERM.
const END: Duration = Duration::from_secs(15);

/// How often the address file is looked for: adds at most this (and a timer's tick) to a start.
const LOOK: Duration = Duration::from_millis(1);

/// How much of a log an error quotes.
const LOG_TAIL_LINES: usize = 5;

/// A running server. Dropping it kills it, so an error or a signal leaves none behind.
pub(super) struct Server {
    child: Child,
    pid: u32,
    log: PathBuf,
}

impl Server {
    /// Starts it; what it says goes to the log.
    pub fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(log).context("opening the server's log")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .context("starting the server")?;
        let pid = child.id().context("the server ended at once")?;
        Ok(Self { child, pid, log: log.to_owned() })
    }

    /// Waits until the server has written its address.
    pub async fn address(&mut self, file: &Path) -> anyhow::Result<String> {
        loop {
            if let Some(address) = fs::read_to_string(file).ok().as_deref().and_then(parse_address) {
                return Ok(format!("http://{address}"));
            }
            if !self.is_running()? {
                bail!("the server ended: {}", self.log_tail());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Whether it has not ended by itself.
    pub fn is_running(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait().context("asking for the server")?.is_none())
    }

    /// Processor time used so far, in microseconds.
    pub fn processor_us(&self) -> anyhow::Result<u64> {
        procfs::processor_us(self.pid)
    }

    /// Resident memory now, in KiB.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        procfs::resident_kib(self.pid)
    }

    /// Ends it as an operator would.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw).context("an impossible process id")?;
        kill_process(pid, Signal::TERM).context("ending the server")?;
        let status = timeout(END, self.child.wait())
            .await
            .with_context(|| format!("the server did not end after SIGTERM: {}", self.log_tail()))?
            .context("waiting for the server's end")?;
        if !status.success() {
            bail!("the server ended badly ({status}): {}", self.log_tail());
        }
        Ok(())
    }

    /// The last lines of its log, for an error.
    pub fn log_tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(LOG_TAIL_LINES)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Server {
    /// Ends it for certain, before its files and its database are removed.
    fn drop(&mut self) {
        // There is no id any more once its end was seen.
        let running = self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        if let Some(pid) = running {
            kill_process(pid, Signal::KILL).ok(); // it may just have ended
            waitpid(Some(pid), WaitOptions::empty()).ok();
        }
    }
}

/// An address, with or without a scheme; `None` while there is none yet.
fn parse_address(text: &str) -> Option<SocketAddr> {
    let text = text.trim();
    text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_scheme_and_must_have_a_port() {
        let address = Some(SocketAddr::from(([127, 0, 0, 1], 8080)));
        assert_eq!(parse_address("127.0.0.1:8080\n"), address);
        assert_eq!(parse_address("http://127.0.0.1:8080/"), address);
        assert_eq!(parse_address("127.0.0.1:"), None);
        assert_eq!(parse_address(""), None);
    }

    #[tokio::test]
    async fn a_dropped_server_is_killed() {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("sleep");
        command.arg("600");
        let server = Server::start(command, &directory.path().join("log")).unwrap();
        let status = format!("/proc/{}/status", server.pid);
        drop(server);
        assert!(!Path::new(&status).exists(), "it still runs");
    }

    #[tokio::test]
    async fn a_server_that_ends_early_is_an_error_with_its_last_words() {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo no master key >&2; exit 1"]);
        let mut server = Server::start(command, &directory.path().join("log")).unwrap();
        let error = server.address(&directory.path().join("address")).await.unwrap_err();
        assert!(error.to_string().contains("no master key"), "{error}");
    }
}
