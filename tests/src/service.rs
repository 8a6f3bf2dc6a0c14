//! The service, running.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::process::{Child, Command};

use crate::{
    Backend, CommandOutput, Database, Http, Installation, InstallationBuilder, Place, Telex, Tenant,
    eventually,
};

/// A process that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Says how the installation of a service differs from the usual one.
pub type ServiceBuilder = InstallationBuilder;

/// A running Patchbay with an installation of its own. Dropped, it is killed.
#[derive(Debug)]
pub struct Service {
    // Dropped in this order: the process before the database that it uses.
    process: Child,
    address: SocketAddr,
    installation: Installation,
}

impl Service {
    /// Starts to describe a service on `backend`.
    #[must_use]
    pub fn builder(backend: Backend) -> ServiceBuilder {
        InstallationBuilder::on(backend)
    }

    /// Starts the usual service on `backend`.
    pub async fn on(backend: Backend) -> Result<Self> {
        Self::builder(backend).start().await
    }

    /// Starts a service on a prepared installation and waits until it answers.
    pub async fn start(installation: Installation) -> Result<Self> {
        let (process, address) = launch(&installation).await?;
        Ok(Self { process, address, installation })
    }

    /// What it runs on.
    #[must_use]
    pub const fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Its database, seen from outside.
    #[must_use]
    pub const fn database(&self) -> &Database {
        self.installation.database()
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

    /// Speaks Telex to it, below `prefix`, about `tenant` and with `key`.
    #[must_use]
    pub fn telex(&self, prefix: &str, tenant: &Tenant, key: &str) -> Telex {
        Telex::new(self.http(), prefix, &tenant.id, key)
    }

    /// Makes an organisation on the command line.
    pub async fn organisation(&self, name: &str) -> Result<Tenant> {
        self.installation.organisation(name).await
    }

    /// Runs another command of the binary, with the same configuration, to its end.
    pub async fn command(&self, arguments: &[&str]) -> Result<CommandOutput> {
        self.installation.command(arguments).await
    }

    /// Sets a setting for every command and start from now on.
    pub fn configure(&mut self, key: &str, value: &str) -> Result<()> {
        self.installation.configure(key, value)
    }

    /// Everything that it said since it was first started, on both of its outputs.
    pub fn logs(&self) -> Result<String> {
        let said = self.log_files()?.into_iter().map(|place| place.text());
        Ok(said.collect())
    }

    /// The same, byte for byte.
    pub fn log_files(&self) -> Result<Vec<Place>> {
        let folder = self.installation.commands().folder();
        let read = |name: &str| Ok(Place::new(name, std::fs::read(folder.join(name))?));
        ["stdout.log", "stderr.log"].into_iter().map(read).collect()
    }

    /// Kills it at once (`SIGKILL`), as a power cut would.
    pub async fn kill9(&mut self) -> Result<()> {
        self.process.start_kill()?;
        self.process.wait().await?;
        Ok(())
    }

    /// Asks it to end (`SIGTERM`) and does not wait.
    pub async fn ask_to_end(&self) -> Result<()> {
        let id = self.process.id().context("it has ended already")?;
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await?;
        ensure!(sent.success(), "SIGTERM could not be sent");
        Ok(())
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        Ok(ended.context("the service does not end")??)
    }

    /// Asks it to end, and waits until it has.
    pub async fn terminate(&mut self) -> Result<ExitStatus> {
        self.ask_to_end().await?;
        self.ended().await
    }

    /// Starts it again: it has ended before, or is asked to first. The address is new.
    pub async fn restart(&mut self) -> Result<()> {
        if self.process.try_wait()?.is_none() {
            let status = self.terminate().await?;
            ensure!(status.success(), "it ended with {status}:\n{}", self.logs()?);
        }
        (self.process, self.address) = launch(&self.installation).await?;
        Ok(())
    }
}

async fn launch(installation: &Installation) -> Result<(Child, SocketAddr)> {
    let address_file = installation.address_file();
    if address_file.exists() {
        std::fs::remove_file(&address_file)?;
    }
    let folder = installation.commands().folder();
    let log = |name: &str| OpenOptions::new().create(true).append(true).open(folder.join(name));
    let (stdout, stderr) = (log("stdout.log")?, log("stderr.log")?);
    let mut process = installation.commands().prepare(&["serve"])?.stdout(stdout).stderr(stderr).spawn()?;

    let mut address = None;
    let started = eventually("the service writes its address and answers", || {
        let ended = process.try_wait();
        address = bound_address(&address_file);
        async move {
            if let Some(status) = ended? {
                bail!("it ended with {status}");
            }
            let Some(address) = address else { return Ok(false) };
            let answer = Http::to(address).get("/healthz").send().await;
            Ok(answer.is_ok_and(|answer| answer.status == 200))
        }
    });
    let said = || std::fs::read_to_string(folder.join("stderr.log")).unwrap_or_default();
    started.await.with_context(|| format!("`patchbay serve` did not start; it said:\n{}", said()))?;
    Ok((process, address.context("an answer without an address")?))
}

fn bound_address(file: &Path) -> Option<SocketAddr> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}
