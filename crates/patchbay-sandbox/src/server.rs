//! The server that all fakes live in.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::rt::task::JoinHandle;
use actix_web::web::{Data, PayloadConfig, to};
use actix_web::{App, HttpServer};
use patchbay_catalogue::ReloadableCatalogue;

use crate::desk::{self, Desk};
use crate::manifests;
use crate::provider::{self, Providers};

/// The port that a sandbox has when nobody says otherwise.
pub const DEFAULT_PORT: u16 = 8090;

/// How many clients may be connected at once; others wait.
const MAX_CONNECTIONS: usize = 256;

/// The largest body that is read, in bytes: more than the longest code has, encoded as a form.
const MAX_BODY: usize = 64 * 1024;

/// A sandbox that has its port and does not answer yet.
#[derive(Debug)]
pub struct Sandbox {
    listener: TcpListener,
    address: SocketAddr,
}

impl Sandbox {
    /// Takes a port of 127.0.0.1; 0 takes a free one. It is never reached from elsewhere.
    ///
    /// # Errors
    /// When the port cannot be had, as when another program has it.
    pub fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where it is found, as `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers from now on, until it is stopped, and plays the providers that the catalogue has
    /// at each moment. Needs a running `actix_web::rt::System`, and leaves signals alone.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub fn start(self, catalogue: Arc<ReloadableCatalogue>) -> io::Result<RunningSandbox> {
        let url = self.url();
        let desk = Data::new(Desk::new(&url));
        let providers = Data::new(Providers::of(catalogue));
        let app = move || {
            App::new()
                .app_data(desk.clone())
                .app_data(providers.clone())
                .app_data(PayloadConfig::new(MAX_BODY))
                .configure(desk::mount)
                .configure(manifests::mount)
                .default_service(to(provider::play))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .max_connections(MAX_CONNECTIONS)
            // Whoever closes a connection wants no answer: one that hangs ends there.
            .h1_allow_half_closed(false)
            .disable_signals()
            .listen(self.listener)?
            .run();
        let handle = server.handle();
        Ok(RunningSandbox { url, handle, task: actix_web::rt::spawn(server) })
    }
}

/// A sandbox that answers.
pub struct RunningSandbox {
    url: String,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl RunningSandbox {
    /// Where it is found, as `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until it ends by itself, which it should not.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }

    /// Ends it at once, with the answers that are under way.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}
