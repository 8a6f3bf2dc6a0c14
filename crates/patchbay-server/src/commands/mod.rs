//! The commands, one module each.

mod audit;
mod dev;
mod documents;
mod environment;
mod key;
mod migrate;
mod openapi;
mod organisation;
mod providers;
mod sandbox;
mod secrets;
mod serve;

use std::fmt::Display;

use anyhow::Context;
use patchbay_crypto::KeyRing;

use crate::cli::{Cli, Command, Place, SecretsCommand};
use crate::output;
use crate::settings::{DatabaseSettings, Layers, Settings, Variables};
use crate::telemetry;
use crate::wiring::Installation;

/// Runs a command to its end.
///
/// # Errors
/// Why it failed.
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let Cli { place, command } = cli;
    match command {
        Command::Dev => serve(&place, async |settings| dev::run(settings, &place).await),
        Command::Serve => serve(&place, async |settings| serve::run(settings, &place.data_dir).await),
        Command::Migrate { check: true } => wait_for(migrate::check(&load(&place)?.database)),
        Command::Migrate { check: false } => {
            wait_for(migrate::apply(&load(&place)?.database, &place.data_dir))
        }
        Command::Organisation(command) => {
            operate(&load(&place)?.database, async |opened| organisation::run(opened, command).await)
        }
        Command::Environment(command) => {
            operate(&load(&place)?.database, async |opened| environment::run(opened, command).await)
        }
        Command::Key(command) => {
            operate(&load(&place)?.database, async |opened| key::run(opened, command).await)
        }
        Command::Audit(command) => {
            operate(&load(&place)?.database, async |opened| audit::run(opened, command).await)
        }
        Command::Secrets(SecretsCommand::GenerateKey) => secrets::generate_key(),
        Command::Secrets(SecretsCommand::Rotate) => {
            let (database, keys) = load_with_keys(&place)?;
            operate(&database, async |opened| secrets::rotate(opened, keys).await)
        }
        Command::Secrets(SecretsCommand::Verify) => {
            let (database, keys) = load_with_keys(&place)?;
            operate(&database, async |opened| secrets::verify(opened, keys).await)
        }
        Command::Providers(command) => providers::run(load(&place)?.catalogue, command),
        Command::Openapi { api } => openapi::run(api.as_deref()),
        Command::Sandbox { port } => {
            let files = load(&place)?.catalogue;
            actix_web::rt::System::new().block_on(sandbox::run(files, port))
        }
    }
}

fn load(place: &Place) -> anyhow::Result<Settings> {
    let variables = Variables::among(std::env::vars_os());
    let layers = Layers { data_dir: &place.data_dir, file: place.config.as_deref(), variables };
    Ok(Settings::load(layers)?)
}

fn load_with_keys(place: &Place) -> anyhow::Result<(DatabaseSettings, KeyRing)> {
    let Settings { database, master_keys, .. } = load(place)?;
    let (keys, warning) = master_keys.open()?;
    if let Some(warning) = warning {
        output::warning(&warning);
    }
    Ok((database, keys))
}

/// Runs what serves: with logs, on the web server's own runtime.
fn serve(place: &Place, command: impl AsyncFnOnce(Settings) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let settings = load(place)?;
    let telemetry = telemetry::start(&settings.telemetry)?;
    let outcome = actix_web::rt::System::new().block_on(command(settings));
    telemetry.finish();
    outcome
}

/// Runs what works on an open database, and closes that in any case.
fn operate(
    settings: &DatabaseSettings,
    command: impl AsyncFnOnce(&Installation) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    wait_for(async {
        let installation = Installation::open(settings).await?;
        let outcome = command(&installation).await;
        installation.close().await;
        outcome
    })
}

/// What failed, with the id that was asked for.
fn not_made(kind: &str, id: Option<impl Display>) -> String {
    match id {
        Some(id) => format!("the {kind} {id} cannot be made"),
        None => format!("the {kind} cannot be made"),
    }
}

fn wait_for(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("the runtime cannot be started")?.block_on(command)
}
