//! A process of `patchbay sandbox`: fake third parties.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout};

use crate::server::{ask_to_end, ended, hang_up};
use crate::{CommandLine, Http};

/// A process that has not said where it is by then never does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fake third parties of a test's own. Dropped, they are killed.
#[derive(Debug)]
pub struct Sandbox {
    process: Child,
    stdout: BufReader<ChildStdout>,
    document: Document,
}

/// What it prints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    url: String,
    client_id: String,
    client_secret: String,
}

/// Calls of a fake that were alike.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct SandboxCall {
    /// The method.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// What of a provider was asked for: `token`, `authorize`, `disconnect`, or `check ID`.
    pub step: Option<String>,
    /// Which of the listed codes, words or manifests decided the answer, if one did.
    pub code: Option<String>,
    /// `ok`, the word of the refusal, or the kind of misbehaviour.
    pub answer: String,
    /// How often.
    pub count: u64,
}

impl Sandbox {
    /// Starts `patchbay sandbox` on a free port and waits until it answers.
    pub async fn start() -> Result<Self> {
        // It writes no file.
        Self::of(&CommandLine::in_folder(Path::new("."))).await
    }

    /// The same, with the providers of a folder beside those that are compiled in.
    pub async fn with_providers(folder: &Path) -> Result<Self> {
        let directory = folder.display().to_string();
        let commands = CommandLine::in_folder(Path::new("."));
        Self::of(&commands.with_variable("PATCHBAY__CATALOGUE__DIRECTORY", &directory)).await
    }

    async fn of(commands: &CommandLine) -> Result<Self> {
        let mut command = commands.prepare(&["sandbox", "--port", "0"])?;
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().context("no standard output")?;
        let mut stdout = BufReader::new(stdout);
        let document = tokio::time::timeout(PATIENCE, printed(&mut stdout)).await;
        let document = document.context("`patchbay sandbox` does not say where it is")??;
        Ok(Self { process, stdout, document })
    }

    /// Where it is, as `http://127.0.0.1:PORT`; a provider is below, at its id.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.document.url
    }

    /// The URL of a path on it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.document.url)
    }

    /// The URL of a manifest that it lists.
    #[must_use]
    pub fn manifest(&self, name: &str) -> String {
        self.url(&format!("/manifests/{name}.json"))
    }

    /// The id of the application that its Slack knows.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.document.client_id
    }

    /// The secret of that application.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        &self.document.client_secret
    }

    /// Speaks to it over HTTP.
    pub fn http(&self) -> Result<Http> {
        let address = self.document.url.strip_prefix("http://").context("no plain http")?;
        Ok(Http::to(address.parse()?))
    }

    /// What its fakes were asked for since the start, or since it was last forgotten.
    pub async fn calls(&self) -> Result<Vec<SandboxCall>> {
        let answer = self.http()?.get("/sandbox/requests").send().await?;
        Ok(serde_json::from_value(answer.expect_status(200).json())?)
    }

    /// How often a path was asked for, whatever came of it.
    pub async fn count(&self, path: &str) -> Result<u64> {
        Ok(self.calls().await?.iter().filter(|call| call.path == path).map(|call| call.count).sum())
    }

    /// How often a provider was asked for something of that kind, whatever came of it.
    pub async fn steps(&self, provider: &str, step: &str) -> Result<u64> {
        let begin = format!("/{provider}/");
        let is_meant =
            |call: &&SandboxCall| call.path.starts_with(&begin) && call.step.as_deref() == Some(step);
        Ok(self.calls().await?.iter().filter(is_meant).map(|call| call.count).sum())
    }

    /// Forgets what its fakes were asked for.
    pub async fn forget_calls(&self) -> Result<()> {
        drop(self.http()?.request("DELETE", "/sandbox/requests").send().await?.expect_status(204));
        Ok(())
    }

    /// Has it read the entries of providers again.
    pub async fn hang_up(&self) -> Result<()> {
        hang_up(&self.process).await
    }

    /// Asks it to end, and waits until it has. Answers also what it printed after its
    /// document.
    pub async fn stop(mut self) -> Result<(ExitStatus, String)> {
        ask_to_end(&self.process).await?;
        let status = ended(&mut self.process).await?;
        let mut rest = String::new();
        while self.stdout.read_line(&mut rest).await? > 0 {}
        Ok((status, rest))
    }
}

/// Reads the document that is printed, line by line until it is whole.
async fn printed(stdout: &mut BufReader<ChildStdout>) -> Result<Document> {
    let mut text = String::new();
    loop {
        ensure!(stdout.read_line(&mut text).await? > 0, "`patchbay sandbox` ended; it printed: {text}");
        if let Ok(document) = serde_json::from_str(&text) {
            return Ok(document);
        }
    }
}
