//! One side on one database, prepared: it can be started any number of times.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::{Client, StatusCode};
use tokio::process::Command;
use tokio::time::timeout;

use super::plan::{Backend, Side};
use super::process::Server;
use super::store::Store;

/// How long a start may take.
const START: Duration = Duration::from_secs(60);

/// How often an answer is asked for until there is one.
const ASK_AGAIN: Duration = Duration::from_millis(1);

/// How its rows are asked for and made.
pub(super) struct Api {
    /// The path of the rows; one row is below it under its id.
    pub rows_path: String,
    /// Sent with every request; may hold a key, so it is never printed.
    pub headers: Vec<(String, String)>,
    /// A file with the ids of all seeded rows, one a line.
    pub ids: PathBuf,
    /// Where the load script is written.
    pub script: PathBuf,
}

/// How its server is started.
pub(super) struct Launch {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Added to the environment.
    pub environment: Vec<(String, String)>,
    pub address_file: PathBuf,
    pub log: PathBuf,
}

impl Launch {
    /// A command of the server's program, free of settings that the driver was itself given.
    pub fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_service_setting(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command.args(arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn is_service_setting(name: &str) -> bool {
    name.starts_with("PATCHBAY__")
}

/// One side on one database.
pub(super) struct Subject {
    pub side: Side,
    pub backend: Backend,
    pub launch: Launch,
    pub store: Store,
    pub api: Api,
    /// A row that exists: the first thing asked of a started server.
    pub first_id: String,
}

/// A server that has answered once.
pub(super) struct Running {
    pub server: Server,
    pub base: String,
    /// From just before the start of the process to the end of its first answer with 200.
    pub first_answer: Duration,
}

impl Subject {
    /// Starts the server on its seeded rows and waits for its first answer.
    pub async fn start(&self, http: &Client) -> anyhow::Result<Running> {
        self.store.restore()?;
        let begun = Instant::now();
        let (mut server, base) = start_server(&self.launch).await?;
        let url = format!("{base}{}/{}", self.api.rows_path, self.first_id);
        let answered = timeout(START, first_answer(http, &url, &self.api.headers)).await;
        answered
            .context("no answer in time")
            .and_then(|answer| answer)
            .with_context(|| format!("the first answer of {}: {}", self.side, server.log_tail()))?;
        let first_answer = begun.elapsed();
        ensure!(server.is_running()?, "the server ended after its first answer: {}", server.log_tail());
        Ok(Running { server, base, first_answer })
    }
}

/// Starts a server and waits for its address.
pub(super) async fn start_server(launch: &Launch) -> anyhow::Result<(Server, String)> {
    fs::remove_file(&launch.address_file).ok(); // there is none before the first start
    let mut server = Server::start(launch.command(&launch.arguments), &launch.log)?;
    let base = timeout(START, server.address(&launch.address_file)).await;
    let base = base.with_context(|| format!("no address in time: {}", server.log_tail()))??;
    Ok((server, base))
}

/// Asks until the server is there. Only what a starting server may do is borne.
async fn first_answer(http: &Client, url: &str, headers: &[(String, String)]) -> anyhow::Result<()> {
    loop {
        let asked = headers.iter().fold(http.get(url), |asked, (name, value)| asked.header(name, value));
        match asked.send().await {
            Ok(answer) if answer.status() == StatusCode::OK => {
                answer.bytes().await.context("reading the first answer")?;
                return Ok(());
            }
            Ok(answer) if answer.status() != StatusCode::SERVICE_UNAVAILABLE => {
                anyhow::bail!("{} instead of 200", answer.status());
            }
            Err(error) if !error.is_connect() => return Err(error.without_url().into()),
            _ => tokio::time::sleep(ASK_AGAIN).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_of_the_service_are_kept_from_it() {
        assert!(is_service_setting("PATCHBAY__DATABASE__URL"));
        assert!(!is_service_setting("PATH"));
    }
}
