//! A configured Patchbay that does not run yet: a folder, a configuration, a database.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;

use crate::{Backend, CommandLine, CommandOutput, Database, Service, Tenant};

/// The master key `ID:BASE64` that `id` stands for in the tests: the same for the same id.
#[must_use]
pub fn master_key(id: &str) -> String {
    format!("{id}:{}", BASE64_STANDARD.encode(master_key_bytes(id)))
}

/// The discard service, which no machine offers any more: connections are refused.
const NOTHING_THERE: &str = "127.0.0.1:9";

/// Where the entries of the providers lie that a service knows.
const PROVIDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/providers");

/// The providers that a service may ask by itself; an entry whose name begins with `_` is none.
fn providers() -> Vec<String> {
    let files = std::fs::read_dir(PROVIDERS).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let ids: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(".toml")?.to_owned())).collect();
    assert!(!ids.is_empty(), "no providers in {PROVIDERS}");
    ids.into_iter().filter(|id| !id.starts_with('_')).collect()
}

/// The bytes of [`master_key`].
#[must_use]
pub fn master_key_bytes(id: &str) -> Vec<u8> {
    let bytes = format!("{id:-<32}").into_bytes();
    assert_eq!(bytes.len(), 32, "the id of a test's master key has at most 32 characters");
    bytes
}

/// Says how an installation differs from the usual one.
#[derive(Debug)]
pub struct InstallationBuilder {
    backend: Backend,
    settings: BTreeMap<String, String>,
    environment: Vec<(String, String)>,
}

impl InstallationBuilder {
    /// The usual one: a free port, four connections, migrations at start, one master key,
    /// no limit of a key's requests, logs as JSON; every provider where nothing is, so that no test asks the network.
    #[must_use]
    pub fn on(backend: Backend) -> Self {
        let usual = [
            ("server.port", "0".to_owned()),
            ("database.auto_migrate", "true".to_owned()),
            // As many services as there are cores share one PostgreSQL.
            ("database.pool_size", "4".to_owned()),
            ("secrets.keys", format!("['{}']", master_key("k1"))),
            ("telemetry.log_format", "'json'".to_owned()),
            // One key does what many clients would, as fast as it can.
            ("rate_limit.requests_per_minute", "0".to_owned()),
        ];
        let nowhere = |id: &String| (format!("providers.{id}.base_url"), format!("'http://{NOTHING_THERE}'"));
        let usual = usual.into_iter().map(|(key, value)| (key.to_owned(), value));
        let settings = usual.chain(providers().iter().map(nowhere)).collect();
        Self { backend, settings, environment: Vec::new() }
    }

    /// Sets `key` (as `section.name`) to `value`, which is written in TOML.
    #[must_use]
    pub fn config(mut self, key: &str, value: &str) -> Self {
        self.settings.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Leaves a usual setting out.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.settings.remove(key);
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes the folder, the configuration file and the database, and starts nothing.
    pub fn prepare(self) -> Result<Installation> {
        let folder = TempDir::new()?;
        let file = folder.path().join("patchbay.toml");
        let mut commands = CommandLine::in_folder(folder.path()).with_configuration(&file);
        for (name, value) in &self.environment {
            commands = commands.with_variable(name, value);
        }
        let database = Database::create(self.backend, folder.path())?;
        let mut installation = Installation { database, commands, settings: self.settings, folder };
        let address_file = installation.address_file().display().to_string();
        installation.configure("server.address_file", &format!("'{address_file}'"))?;
        let url = installation.database.url();
        installation.configure("database.url", &format!("'{url}'"))?;
        Ok(installation)
    }

    /// Prepares the installation and starts the service.
    pub async fn start(self) -> Result<Service> {
        self.prepare()?.serve().await
    }
}

/// A configured Patchbay. Its folder and database go when it goes.
#[derive(Debug)]
pub struct Installation {
    // Dropped in this order: the database before the folder that may hold it.
    database: Database,
    commands: CommandLine,
    settings: BTreeMap<String, String>,
    folder: TempDir,
}

impl Installation {
    /// Its database, seen from outside.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Its command line.
    #[must_use]
    pub const fn commands(&self) -> &CommandLine {
        &self.commands
    }

    /// Where the service writes the address that it is bound to.
    #[must_use]
    pub fn address_file(&self) -> PathBuf {
        self.folder.path().join("address")
    }

    /// Sets `key` to `value`, written in TOML, for every command from now on.
    pub fn configure(&mut self, key: &str, value: &str) -> Result<()> {
        self.settings.insert(key.to_owned(), value.to_owned());
        let lines: Vec<_> = self.settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let file = self.folder.path().join("patchbay.toml");
        std::fs::write(file, lines.join("\n")).context("the configuration file")
    }

    /// Runs a command to its end.
    pub async fn command(&self, arguments: &[&str]) -> Result<CommandOutput> {
        self.commands.run(arguments).await
    }

    /// Makes an organisation on the command line.
    pub async fn organisation(&self, name: &str) -> Result<Tenant> {
        Tenant::create(self.commands.clone(), name).await
    }

    /// Starts the service and waits until it answers.
    pub async fn serve(self) -> Result<Service> {
        Service::start(self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_is_its_id_and_32_bytes() {
        let key = master_key("k1");
        let (id, base64) = key.split_once(':').unwrap();
        assert_eq!((id, BASE64_STANDARD.decode(base64).unwrap().len()), ("k1", 32));
        assert_ne!(master_key("k2"), key);
    }

    #[test]
    fn the_configuration_file_holds_what_was_set_last() {
        let builder = InstallationBuilder::on(Backend::Sqlite).without("secrets.keys");
        let mut installation = builder.config("server.port", "1").prepare().unwrap();
        installation.configure("telemetry.level", "'trace'").unwrap();
        let text = std::fs::read_to_string(installation.folder.path().join("patchbay.toml")).unwrap();
        let read: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(read["server"]["port"].as_integer(), Some(1));
        assert_eq!(read["telemetry"]["level"].as_str(), Some("trace"));
        assert_eq!(read["database"]["url"].as_str(), Some(installation.database.url().as_str()));
        assert!(!read.contains_key("secrets"));
    }
}
