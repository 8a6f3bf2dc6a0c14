//! Prepares either side: its database, its rows, its way of being asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

use super::options::Options;
use super::plan::{Backend, Side};
use super::seed;
use super::store::Store;
use super::subject::{Api, Launch, Subject, start_server};
use crate::reference::{FIRST_SEQUENCE, row_id};

/// How long seeding may take.
const SEEDING: Duration = Duration::from_secs(600);

/// How long one command of the service may take.
const COMMAND: Duration = Duration::from_secs(60);

/// The master key of databases that are thrown away.
const MASTER_KEY: &str = "bench:cGF0Y2hiYXktYmVuY2gta2V5LW9mLTMyLWJ5dGVzISE=";

/// The files of one side on one database.
struct Files(PathBuf);

impl Files {
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }
}

/// Makes a side ready to be started on that many rows.
pub(super) async fn subject(
    options: &Options,
    http: &Client,
    (side, backend): (Side, Backend),
    work: &Path,
) -> anyhow::Result<Subject> {
    let files = Files(work.join(format!("{side}-{backend}")));
    fs::create_dir(&files.0).context("making a work directory")?;
    let store = Store::create(backend, side, &files.0, options.postgres.as_deref())?;
    let (launch, api, ids) = match side {
        Side::Reference => reference(options, &store, backend, &files).await?,
        Side::Service => service(options, http, &store, &files).await?,
    };
    store.keep()?;
    fs::write(&api.ids, ids.join("\n")).context("writing the ids")?;
    let first_id = ids.into_iter().next().context("there are no rows")?;
    Ok(Subject { side, backend, launch, store, api, first_id })
}

async fn reference(
    options: &Options,
    store: &Store,
    backend: Backend,
    files: &Files,
) -> anyhow::Result<(Launch, Api, Vec<String>)> {
    let reads = match backend {
        Backend::Sqlite => "inline",
        Backend::Postgres => "threads",
    };
    let arguments = [
        ["--database".to_owned(), store.url()],
        ["--reads".to_owned(), reads.to_owned()],
        ["--seed".to_owned(), options.rows.to_string()],
        ["--address-file".to_owned(), files.text("address")],
    ];
    let launch = Launch {
        program: program(options, Side::Reference)?,
        arguments: arguments.concat(),
        environment: Vec::new(),
        address_file: files.path("address"),
        log: files.path("log"),
    };
    let (server, _) = timeout(SEEDING, start_server(&launch)).await.context("seeding the reference")??;
    server.stop().await?;
    let ids = (0..i64::from(options.rows)).map(|row| row_id(FIRST_SEQUENCE + row)).collect();
    Ok((launch, api("/rows".to_owned(), Vec::new(), files), ids))
}

async fn service(
    options: &Options,
    http: &Client,
    store: &Store,
    files: &Files,
) -> anyhow::Result<(Launch, Api, Vec<String>)> {
    fs::write(files.path("config.toml"), configuration(store, files)).context("writing the configuration")?;
    let configured = |arguments: &[&str]| -> Vec<String> {
        let config = ["--config".to_owned(), files.text("config.toml")];
        arguments.iter().map(|&argument| argument.to_owned()).chain(config).collect()
    };
    let launch = Launch {
        program: program(options, Side::Service)?,
        arguments: configured(&["serve"]),
        environment: options.settings.clone(),
        address_file: files.path("address"),
        log: files.path("log"),
    };
    run_command(launch.command(&configured(&["migrate"])), "migrate").await?;
    let made = run_command(
        launch.command(&configured(&["organisation", "create", "--name", "bench"])),
        "organisation create",
    );
    let organisation = member(&made.await?, "id")?;
    let arguments = ["key", "create", "--organisation", &organisation, "--name", "bench"];
    let permissions = ["--permission", "integrations:read", "--permission", "integrations:write"];
    let made =
        run_command(launch.command(&configured(&[&arguments[..], &permissions].concat())), "key create");
    let key = member(&made.await?, "key")?;
    let api = api(
        format!("/api/v1/organisations/{organisation}/integrations"),
        vec![("Authorization".to_owned(), format!("Bearer {key}"))],
        files,
    );
    let (server, base) = start_server(&launch).await?;
    let ids = timeout(SEEDING, seed::fill(http, &base, &api, options.rows))
        .await
        .context("seeding took too long")?
        .with_context(|| format!("seeding the service: {}", server.log_tail()))?;
    server.stop().await?;
    Ok((launch, api, ids))
}

fn api(rows_path: String, headers: Vec<(String, String)>, files: &Files) -> Api {
    Api { rows_path, headers, ids: files.path("ids"), script: files.path("load.lua") }
}

/// JSON strings are TOML strings. One key asks as fast as it can: the limit of a key is off.
fn configuration(store: &Store, files: &Files) -> String {
    format!(
        "[server]\nhost = \"127.0.0.1\"\nport = 0\naddress_file = {}\n\
         [database]\nurl = {}\n\
         [secrets]\nkeys = [{}]\n\
         [rate_limit]\nrequests_per_minute = 0\n\
         [telemetry]\nlog_format = \"json\"\nlevel = \"info\"\n",
        json!(files.text("address")),
        json!(store.url()),
        json!(MASTER_KEY),
    )
}

/// The absolute path of a side's program, or an error that names it.
pub(super) fn program(options: &Options, side: Side) -> anyhow::Result<PathBuf> {
    let beside = || Ok::<_, std::io::Error>(std::env::current_exe()?.with_file_name("reference"));
    let program = match side {
        Side::Reference => {
            options.reference.clone().map_or_else(beside, Ok).context("finding the reference")?
        }
        Side::Service => options.service.clone(),
    };
    program.canonicalize().with_context(|| {
        format!("{} is missing: build it, or measure the other side with --only", program.display())
    })
}

/// Runs a command of the service to its end and returns what it printed. That may hold a key, so no error
/// quotes it.
async fn run_command(mut command: Command, name: &str) -> anyhow::Result<String> {
    command.stdin(std::process::Stdio::null()).kill_on_drop(true);
    let output = timeout(COMMAND, command.output())
        .await
        .with_context(|| format!("`{name}` did not end in time"))?
        .with_context(|| format!("running `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{name}` printed no text"))
}

fn member(document: &str, name: &str) -> anyhow::Result<String> {
    let text = serde_json::from_str::<Value>(document)
        .ok()
        .and_then(|document| document.get(name)?.as_str().map(str::to_owned));
    text.with_context(|| format!("a command of the service printed no `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn a_missing_member_is_an_error_that_does_not_quote_the_document() {
        let document = r#"{"id":"i","key":"ck_secret"}"#;
        assert_eq!(member(document, "key").unwrap(), "ck_secret");
        let error = format!("{:#}", member(document, "prefix").unwrap_err());
        assert!(error.contains("prefix") && !error.contains("ck_secret"), "{error}");
        assert!(member("Created.", "id").is_err());
    }

    #[test]
    fn a_missing_program_is_named() {
        let options = Options::parse_from(["bench", "--service", "/nowhere/patchbay"]);
        let error = program(&options, Side::Service).unwrap_err();
        assert!(error.to_string().contains("/nowhere/patchbay"), "{error}");
    }
}
