//! The service, running on an installation of its own.

use anyhow::{Result, ensure};

use crate::{
    AlooChat, Backend, CommandOutput, Database, Http, Installation, InstallationBuilder, Novu, Patchbay,
    Server, Telex, Tenant,
};

/// A running Patchbay with an installation of its own. Dropped, it is killed.
#[derive(Debug)]
pub struct Service {
    // Dropped in this order: the process before the database that it uses.
    server: Server,
    installation: Installation,
}

impl Service {
    /// Starts to describe a service on `backend`.
    #[must_use]
    pub fn builder(backend: Backend) -> InstallationBuilder {
        InstallationBuilder::on(backend)
    }

    /// Starts the usual service on `backend`.
    pub async fn on(backend: Backend) -> Result<Self> {
        Self::builder(backend).start().await
    }

    /// Starts a service on a prepared installation and waits until it answers.
    pub async fn start(installation: Installation) -> Result<Self> {
        Ok(Self { server: launch(&installation).await?, installation })
    }

    /// Its process.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Its process, to kill or to end.
    pub const fn server_mut(&mut self) -> &mut Server {
        &mut self.server
    }

    /// Its database, seen from outside.
    #[must_use]
    pub const fn database(&self) -> &Database {
        self.installation.database()
    }

    /// Speaks to it over HTTP.
    #[must_use]
    pub fn http(&self) -> Http {
        self.server.http()
    }

    /// Speaks Telex to it, below `prefix`, about `tenant` and with `key`.
    #[must_use]
    pub fn telex(&self, prefix: &str, tenant: &Tenant, key: &str) -> Telex {
        Telex::new(self.http(), prefix, &tenant.id, key)
    }

    /// Speaks AlooChat to it with `key`.
    #[must_use]
    pub fn aloochat(&self, key: &str) -> AlooChat {
        AlooChat::new(self.http(), key)
    }

    /// Speaks Novu to it with `key`.
    #[must_use]
    pub fn novu(&self, key: &str) -> Novu {
        Novu::new(self.http(), key)
    }

    /// Speaks the native API to it with `key`.
    #[must_use]
    pub fn patchbay(&self, key: &str) -> Patchbay {
        Patchbay::new(self.http(), key)
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

    /// Starts another process on the same installation.
    pub async fn beside(&self) -> Result<Server> {
        let address_file = self.installation.address_file().with_extension("beside");
        let commands = self.installation.commands().clone();
        let commands =
            commands.with_variable("PATCHBAY__SERVER__ADDRESS_FILE", &address_file.display().to_string());
        Server::start(&commands, "serve", &address_file).await
    }

    /// Starts it again: it has ended before, or is asked to first. The address is new.
    pub async fn restart(&mut self) -> Result<()> {
        if self.server.is_running()? {
            let status = self.server.terminate().await?;
            ensure!(status.success(), "it ended with {status}:\n{}", self.server.logs()?);
        }
        self.server = launch(&self.installation).await?;
        Ok(())
    }
}

async fn launch(installation: &Installation) -> Result<Server> {
    Server::start(installation.commands(), "serve", &installation.address_file()).await
}
