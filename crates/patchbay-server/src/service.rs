//! The running service: from settings to the last answer.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use anyhow::{Context, bail};
use async_trait::async_trait;
use patchbay_application::Services;
use patchbay_application::integrations::SystemApp;
use patchbay_application::oauth::Addresses;
use patchbay_catalogue::ReloadableCatalogue;
use patchbay_domain::Vault;
use patchbay_http::{HttpOptions, HttpState, Limits, RateLimits, Readiness};
use patchbay_persistence::{Database, DieselKeyUses};
use tokio::time::timeout;

use crate::background::{BackgroundTasks, KeyUseKeeper};
use crate::catalogue;
use crate::files::replace_file;
use crate::jobs::Jobs;
use crate::listener::listen;
use crate::metrics::ServiceMeter;
use crate::open_files;
use crate::settings::{
    MetricsSettings, OAuthSettings, OutboundSettings, ProviderSettings, RateLimitSettings, ServerSettings,
    Settings,
};
use crate::signals::{Asked, Signals};
use crate::wiring::{Installation, Surroundings};

/// How long the database may take to close, however little of the grace is left.
const TIME_TO_CLOSE: Duration = Duration::from_secs(1);

/// How much longer than a request a lease lives: whoever holds it may still be writing when
/// its caller was told that it took too long.
const LEASE_BEYOND_REQUEST: Duration = Duration::from_secs(30);

/// A service that is ready to serve.
pub struct Service {
    parts: Parts,
    signals: Signals,
}

/// What a service is made of.
struct Parts {
    server: ServerSettings,
    rate_limit: RateLimitSettings,
    system_apps: Vec<SystemApp>,
    outbound: OutboundSettings,
    providers: ProviderSettings,
    oauth: OAuthSettings,
    catalogue: Arc<ReloadableCatalogue>,
    metrics: MetricsSettings,
    spans_exported: bool,
    listener: TcpListener,
    installation: Installation,
    vault: Arc<dyn Vault>,
}

impl Service {
    /// Prepares one over the providers of `catalogue`. Takes the address first, because that
    /// refusal is the quickest; then opens the database and checks the master keys. Ends the process when it is told to stop while
    /// it waits for the database: nothing has been answered yet.
    ///
    /// # Errors
    /// Everything that a service refuses to start on.
    pub async fn prepare(
        settings: Settings,
        catalogue: Arc<ReloadableCatalogue>,
        data_dir: &Path,
    ) -> anyhow::Result<Self> {
        let mut signals = Signals::listen()?;
        open_files::raise_limit();
        tokio::select! {
            parts = Parts::open(settings, catalogue, data_dir) => Ok(Self { parts: parts?, signals }),
            signal = signals.stop() => {
                tracing::info!(signal, "stopped before it was ready");
                std::process::exit(0);
            }
        }
    }

    /// What it serves.
    pub fn installation(&self) -> &Installation {
        &self.parts.installation
    }

    /// Serves until it is told to stop, by SIGTERM or SIGINT; SIGHUP has the catalogue of
    /// providers read again. `announce` hears the address
    /// as soon as it answers.
    ///
    /// # Errors
    /// When it cannot begin, or stops by itself.
    pub async fn run(
        mut self,
        announce: impl FnOnce(SocketAddr) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let background = BackgroundTasks::here();
        let catalogue = self.parts.catalogue.clone();
        let uses = Arc::new(DieselKeyUses::new(self.parts.installation.database().clone()));
        let Serving { server, listener, installation, state, jobs } = self.parts.serving(&background, &uses);
        let address = listener.local_addr().context("the listener has no address")?;
        let options = HttpOptions {
            workers: server.workers,
            shutdown_grace: server.shutdown_grace,
            keep_alive: server.keep_alive,
            max_connections: server.max_connections,
        };
        let serving = patchbay_http::server(listener, state, &options).context("cannot serve")?;
        let handle = serving.handle();
        let mut serving = actix_web::rt::spawn(serving);
        let uses = KeyUseKeeper::start(uses);

        let jobs = jobs.start();
        let counting = actix_web::rt::spawn(installation.metrics().keep_small());
        let address_file = server.address_file.map(|path| AddressFile::write(path, address)).transpose()?;
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
        catalogue::warn_of_dates(&catalogue.current(), installation.today());
        announce(address)?;

        tokio::select! {
            signal = until_stopped(&mut self.signals, &catalogue, &installation) => {
                tracing::info!(signal, "stopping");
            }
            ended = &mut serving => {
                ended.context("the server's task ended")?.context("the server ended")?;
                bail!("the server ended by itself");
            }
        }
        // Nothing new is begun by itself from here on.
        jobs.stop();
        tokio::select! {
            () = stop(&handle, server.shutdown_grace, &background, uses, &installation) => {}
            signal = self.signals.stop() => {
                tracing::warn!(signal, "stopping at once");
                drop(address_file);
                std::process::exit(1);
            }
        }
        counting.abort();
        tracing::info!("stopped");
        Ok(())
    }
}

impl Parts {
    async fn open(
        settings: Settings,
        catalogue: Arc<ReloadableCatalogue>,
        data_dir: &Path,
    ) -> anyhow::Result<Self> {
        let Settings {
            server,
            rate_limit,
            database,
            master_keys,
            outbound,
            providers,
            oauth,
            metrics,
            telemetry,
            system_apps,
            ..
        } = settings;
        let listener = listen(&server.host, server.port)?;
        let faults = providers.faults(&catalogue.current());
        if !faults.is_empty() {
            bail!("{}", faults.join("; "));
        }
        let (keys, warning) = master_keys.open()?;
        if let Some(warning) = warning {
            tracing::warn!("{warning}");
        }
        let installation = Installation::found(&database, data_dir).await?;
        match installation.vault(keys).await {
            Ok(vault) => Ok(Self {
                server,
                rate_limit,
                system_apps,
                outbound,
                providers,
                oauth,
                catalogue,
                metrics,
                spans_exported: telemetry.otlp_endpoint.is_some(),
                listener,
                installation,
                vault,
            }),
            Err(refusal) => {
                installation.close().await;
                Err(refusal)
            }
        }
    }

    /// Puts the use cases together, over what works beside the requests.
    fn serving(self, background: &BackgroundTasks, uses: &Arc<DieselKeyUses>) -> Serving {
        let Self { server, installation, .. } = self;
        let addresses = Addresses {
            public_url: public_url(&server, &self.listener),
            redirect_uris: self.providers.redirect_uris(),
            allowed_returns: self.oauth.allowed_redirects,
        };
        let rate_limits = RateLimits::new(self.rate_limit.options(server.trusted_proxies.clone()));
        let ports = installation.ports(Surroundings {
            vault: self.vault,
            catalogue: self.catalogue,
            outbound: self.outbound,
            providers: self.providers,
            system_apps: self.system_apps,
            addresses,
            uses: uses.clone(),
            background: Arc::new(background.clone()),
            lease: server.request_timeout + LEASE_BEYOND_REQUEST,
        });
        let jobs = installation.jobs(&ports);
        let state = Arc::new(HttpState {
            services: Services::over(&ports),
            addresses: ports.addresses.clone(),
            readiness: Arc::new(DatabaseReadiness(installation.database().clone())),
            ids: installation.ids(),
            clock: ports.clock.clone(),
            limits: Limits { body_bytes: server.body_limit_bytes, request_timeout: server.request_timeout },
            rate_limits,
            meter: Arc::new(ServiceMeter {
                metrics: installation.metrics(),
                database: installation.database().clone(),
                background: background.clone(),
            }),
            metrics_token: self.metrics.token,
            spans_exported: self.spans_exported,
        });
        Serving { server, listener: self.listener, installation, state, jobs }
    }
}

/// Waits until it is told to stop, and names what told it. Until then it reads the catalogue of
/// providers again whenever it is told to: some milliseconds, on the thread that waits for
/// signals and answers nobody.
async fn until_stopped(
    signals: &mut Signals,
    catalogue: &ReloadableCatalogue,
    installation: &Installation,
) -> &'static str {
    loop {
        match signals.next().await {
            Asked::Stop(signal) => return signal,
            Asked::Reload => catalogue::reload(catalogue, installation.today()),
        }
    }
}

/// Where browsers find the service; at its own address where nothing is said, with the port that
/// it has.
fn public_url(server: &ServerSettings, listener: &TcpListener) -> String {
    let port = listener.local_addr().map_or(server.port, |address| address.port());
    let host = if server.host.contains(':') { format!("[{}]", server.host) } else { server.host.clone() };
    server.public_url.clone().unwrap_or_else(|| format!("http://{host}:{port}"))
}

/// What a service serves with.
struct Serving {
    server: ServerSettings,
    listener: TcpListener,
    installation: Installation,
    state: Arc<HttpState>,
    jobs: Jobs,
}

/// Accepts nothing more, lets what is in flight finish within `grace`, closes the database.
async fn stop(
    handle: &ServerHandle,
    grace: Duration,
    background: &BackgroundTasks,
    uses: KeyUseKeeper,
    installation: &Installation,
) {
    let begun = Instant::now();
    if timeout(grace, handle.stop(true)).await.is_err() {
        tracing::warn!("requests in flight did not finish in time");
    }
    background.finish(grace.saturating_sub(begun.elapsed())).await;
    uses.finish(grace.saturating_sub(begun.elapsed()).max(TIME_TO_CLOSE)).await;
    let left = grace.saturating_sub(begun.elapsed()).max(TIME_TO_CLOSE);
    if timeout(left, installation.close()).await.is_err() {
        tracing::warn!("the database did not finish in time");
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
