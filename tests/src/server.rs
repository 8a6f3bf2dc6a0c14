//! A process of the binary that serves, under `patchbay serve` or `patchbay dev`.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::{Child, Command};

use crate::demo::demo_key;
use crate::{CommandLine, Demo, Http, Place, eventually};

/// A process that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that serves. Dropped, it is killed. What it says is added to two files in the
/// folder that it runs in.
#[derive(Debug)]
pub struct Server {
    process: Child,
    address: SocketAddr,
    outputs: [PathBuf; 2],
}

impl Server {
    /// Starts `patchbay COMMAND` and waits until it has written `address_file` and answers.
    pub async fn start(commands: &CommandLine, command: &str, address_file: &Path) -> Result<Self> {
        if address_file.exists() {
            std::fs::remove_file(address_file)?;
        }
        let outputs = ["stdout", "stderr"].map(|name| commands.folder().join(format!("{command}.{name}")));
        let open = |file: &PathBuf| OpenOptions::new().create(true).append(true).open(file);
        let (stdout, stderr) = (open(&outputs[0])?, open(&outputs[1])?);
        let mut process = commands.prepare(&[command])?.stdout(stdout).stderr(stderr).spawn()?;
        let address = answering(&mut process, address_file).await;
        let said = || std::fs::read_to_string(&outputs[1]).unwrap_or_default();
        let address =
            address.with_context(|| format!("`patchbay {command}` did not start; it said:\n{}", said()))?;
        Ok(Self { process, address, outputs })
    }

    /// Starts `patchbay dev` in a folder, on a free port.
    pub async fn dev(folder: &Path) -> Result<Self> {
        let address_file = folder.join("address");
        let commands = CommandLine::in_folder(folder)
            .with_variable("PATCHBAY__SERVER__PORT", "0")
            .with_variable("PATCHBAY__SERVER__ADDRESS_FILE", &address_file.display().to_string());
        Self::start(&commands, "dev", &address_file).await
    }

    /// What `patchbay dev` prints when it is started for the first time; waits until it has.
    pub async fn demo(&self) -> Result<Demo> {
        let printed = || async { Ok(demo_key(&self.logs()?).is_ok()) };
        eventually("organisation and key are printed", printed).await?;
        demo_key(&self.logs()?)
    }

    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Speaks to it over HTTP.
    #[must_use]
    pub fn http(&self) -> Http {
        Http::to(self.address)
    }

    /// Everything that was printed to standard output and to standard error, also by
    /// processes of the same command before this one.
    pub fn outputs(&self) -> Result<[Place; 2]> {
        let read = |file: &PathBuf| {
            Ok::<_, std::io::Error>(Place::new(&file.display().to_string(), std::fs::read(file)?))
        };
        Ok([read(&self.outputs[0])?, read(&self.outputs[1])?])
    }

    /// The same as one text.
    pub fn logs(&self) -> Result<String> {
        let [stdout, stderr] = self.outputs()?;
        Ok(stdout.text() + &stderr.text())
    }

    /// How many bytes of memory it has in use: what the system calls its resident set.
    pub fn memory(&self) -> Result<usize> {
        let id = self.process.id().context("it has ended already")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
        Ok(kibibytes.context("no VmRSS")?.trim().parse::<usize>()? * 1024)
    }

    /// Whether it has not ended yet.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.process.try_wait()?.is_none())
    }

    /// Kills it at once (`SIGKILL`), as the kernel does when memory runs out.
    pub async fn kill9(&mut self) -> Result<()> {
        self.process.start_kill()?;
        self.process.wait().await?;
        Ok(())
    }

    /// Asks it to end (`SIGTERM`) and does not wait.
    pub async fn ask_to_end(&self) -> Result<()> {
        ask_to_end(&self.process).await
    }

    /// Tells it to read its files again (`SIGHUP`) and does not wait.
    pub async fn hang_up(&self) -> Result<()> {
        hang_up(&self.process).await
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        ended(&mut self.process).await
    }

    /// Asks it to end, and waits until it has.
    pub async fn terminate(&mut self) -> Result<ExitStatus> {
        self.ask_to_end().await?;
        self.ended().await
    }
}

/// Asks a process to end (`SIGTERM`) and does not wait.
pub async fn ask_to_end(process: &Child) -> Result<()> {
    send(process, "TERM").await
}

/// Tells a process to read its files again (`SIGHUP`) and does not wait.
pub async fn hang_up(process: &Child) -> Result<()> {
    send(process, "HUP").await
}

async fn send(process: &Child, signal: &str) -> Result<()> {
    let id = process.id().context("it has ended already")?;
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {id}")]).status().await?;
    ensure!(sent.success(), "SIG{signal} could not be sent");
    Ok(())
}

/// Waits until a process has ended.
pub async fn ended(process: &mut Child) -> Result<ExitStatus> {
    let ended = tokio::time::timeout(PATIENCE, process.wait()).await;
    Ok(ended.context("the process does not end")??)
}

/// Waits for the address, and for an answer from there.
async fn answering(process: &mut Child, address_file: &Path) -> Result<SocketAddr> {
    let mut address = None;
    eventually("the service writes its address and answers", || {
        let ended = process.try_wait();
        address = std::fs::read_to_string(address_file).ok().and_then(|text| text.trim().parse().ok());
        async move {
            if let Some(status) = ended? {
                bail!("it ended with {status}");
            }
            let Some(address) = address else { return Ok(false) };
            let answer = Http::to(address).get("/healthz").send().await;
            Ok(answer.is_ok_and(|answer| answer.status == 200))
        }
    })
    .await?;
    address.context("an answer without an address")
}
