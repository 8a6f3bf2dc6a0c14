//! The running service: from settings to the last answer.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use anyhow::{Context, bail};
use async_trait::async_trait;
use patchbay_application::integrations::SystemApp;
use patchbay_domain::Vault;
use patchbay_http::{HttpOptions, HttpState, Limits, Readiness};
use patchbay_persistence::Database;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::files::replace_file;
use crate::listener::listen;
use crate::settings::{OutboundSettings, ServerSettings, Settings};
use crate::wiring::Installation;

/// How long the database may take to close, however little of the grace is left.
const TIME_TO_CLOSE: Duration = Duration::from_secs(1);

/// A service that is ready to serve.
pub struct Service {
    parts: Parts,
    signals: Signals,
}

/// What a service is made of.
struct Parts {
    server: ServerSettings,
    system_apps: Vec<SystemApp>,
    outbound: OutboundSettings,
    listener: TcpListener,
    installation: Installation,
    vault: Arc<dyn Vault>,
}

impl Service {
    /// Takes the address first, because that refusal is the quickest; then opens the
    /// database and checks the master keys. Ends the process when it is told to stop while
    /// it waits for the database: nothing has been answered yet.
    ///
    /// # Errors
    /// Everything that a service refuses to start on.
    pub async fn prepare(settings: Settings, data_dir: &Path) -> anyhow::Result<Self> {
        let mut signals = Signals::listen()?;
        tokio::select! {
            parts = Parts::open(settings, data_dir) => Ok(Self { parts: parts?, signals }),
            signal = signals.next() => {
                tracing::info!(signal, "stopped before it was ready");
                std::process::exit(0);
            }
        }
    }

    /// What it serves.
    pub fn installation(&self) -> &Installation {
        &self.parts.installation
    }

    /// Serves until it is told to stop, by SIGTERM or SIGINT. `announce` hears the address
    /// as soon as it answers.
    ///
    /// # Errors
    /// When it cannot begin, or stops by itself.
    pub async fn run(
        mut self,
        announce: impl FnOnce(SocketAddr) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Parts { server, system_apps, outbound, listener, installation, vault } = self.parts;
        let address = listener.local_addr().context("the listener has no address")?;
        let state = Arc::new(HttpState {
            services: installation.services(&vault, outbound, system_apps),
            readiness: Arc::new(DatabaseReadiness(installation.database().clone())),
            ids: installation.ids(),
            limits: Limits { body_bytes: server.body_limit_bytes, request_timeout: server.request_timeout },
        });
        let options = HttpOptions { workers: server.workers, shutdown_grace: server.shutdown_grace };
        let serving = patchbay_http::server(listener, state, &options).context("cannot serve")?;
        let handle = serving.handle();
        let mut serving = actix_web::rt::spawn(serving);

        let address_file = server.address_file.map(|path| AddressFile::write(path, address)).transpose()?;
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
        announce(address)?;

        tokio::select! {
            signal = self.signals.next() => tracing::info!(signal, "stopping"),
            ended = &mut serving => {
                ended.context("the server's task ended")?.context("the server ended")?;
                bail!("the server ended by itself");
            }
        }
        tokio::select! {
            () = stop(&handle, server.shutdown_grace, &installation) => {}
            signal = self.signals.next() => {
                tracing::warn!(signal, "stopping at once");
                drop(address_file);
                std::process::exit(1);
            }
        }
        tracing::info!("stopped");
        Ok(())
    }
}

impl Parts {
    async fn open(settings: Settings, data_dir: &Path) -> anyhow::Result<Self> {
        let Settings { server, database, master_keys, outbound, system_apps, .. } = settings;
        let listener = listen(&server.host, server.port)?;
        let (keys, warning) = master_keys.open()?;
        if let Some(warning) = warning {
            tracing::warn!("{warning}");
        }
        let installation = Installation::found(&database, data_dir).await?;
        match installation.vault(keys).await {
            Ok(vault) => Ok(Self { server, system_apps, outbound, listener, installation, vault }),
            Err(refusal) => {
                installation.close().await;
                Err(refusal)
            }
        }
    }
}

/// Accepts nothing more, lets what is in flight finish within `grace`, closes the database.
async fn stop(handle: &ServerHandle, grace: Duration, installation: &Installation) {
    let begun = Instant::now();
    if timeout(grace, handle.stop(true)).await.is_err() {
        tracing::warn!("requests in flight did not finish in time");
    }
    let left = grace.saturating_sub(begun.elapsed()).max(TIME_TO_CLOSE);
    if timeout(left, installation.close()).await.is_err() {
        tracing::warn!("the database did not finish in time");
    }
}

/// What tells the service to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals cannot be listened to");
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// The file that says where the service listens; gone when this is dropped.
struct AddressFile(PathBuf);

impl AddressFile {
    fn write(path: PathBuf, address: SocketAddr) -> anyhow::Result<Self> {
        let written = replace_file(&path, format!("{address}\n").as_bytes());
        written.with_context(|| format!("server.address_file {} cannot be written", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "server.address_file cannot be removed");
        }
    }
}

/// Ready is: the database answers, and its schema is the one that this version knows.
struct DatabaseReadiness(Database);

#[async_trait]
impl Readiness for DatabaseReadiness {
    async fn check(&self) -> Result<(), String> {
        match self.0.pending_migrations().await {
            Ok(pending) if pending.is_empty() => Ok(()),
            Ok(pending) => Err(format!("pending migrations: {}", pending.join(", "))),
            Err(error) => {
                let cause = std::error::Error::source(&error).map(tracing::field::display);
                tracing::warn!(cause, "{error}");
                Err(error.to_string())
            }
        }
    }
}
