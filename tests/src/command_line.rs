//! Patchbay's own command line.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::process::Command;

/// The environment variable that names another binary to test.
const BINARY: &str = "PATCHBAY_BIN";

/// A command that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs commands of the binary in one folder, with one environment.
#[derive(Clone, Debug)]
pub struct CommandLine {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    configuration: Option<PathBuf>,
}

impl CommandLine {
    /// In `folder`, without a configuration file and with nothing of Patchbay's in the
    /// environment.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), environment: Vec::new(), configuration: None }
    }

    /// Adds `--config FILE` to every command.
    #[must_use]
    pub fn with_configuration(mut self, file: &Path) -> Self {
        self.configuration = Some(file.to_owned());
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The folder that commands run in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command that is ready to start. It dies with its handle.
    pub fn prepare(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary()?);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).kill_on_drop(true);
        if let Some(file) = &self.configuration {
            command.arg("--config").arg(file);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PATCHBAY_") {
                command.env_remove(name);
            }
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<CommandOutput> {
        let asked = arguments.join(" ");
        let running = self.prepare(arguments)?.output();
        let output = tokio::time::timeout(PATIENCE, running).await;
        let output = output.with_context(|| format!("`patchbay {asked}` does not end"))??;
        Ok(CommandOutput {
            asked,
            status: output.status,
            stdout: String::from_utf8(output.stdout).context("standard output is no UTF-8")?,
            stderr: String::from_utf8(output.stderr).context("standard error is no UTF-8")?,
        })
    }

    /// Runs a command that must succeed, and reads the JSON document that it prints.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        Ok(self.run(arguments).await?.expect_status(0).expect_document())
    }
}

/// What a command did.
#[derive(Debug)]
pub struct CommandOutput {
    asked: String,
    status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it said beside that.
    pub stderr: String,
}

impl CommandOutput {
    /// The exit status; `None` when a signal ended it.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Asserts the exit status.
    #[must_use = "chain on, or say with `_ =` that the status is all there is to see"]
    pub fn expect_status(self, status: i32) -> Self {
        let Self { asked, stdout, stderr, .. } = &self;
        assert_eq!(
            self.status.code(),
            Some(status),
            "`patchbay {asked}`\nstdout: {stdout}\nstderr: {stderr}"
        );
        self
    }

    /// The one JSON document that standard output holds, and nothing else.
    #[must_use]
    pub fn expect_document(&self) -> Value {
        let document = serde_json::from_str(&self.stdout);
        assert!(document.is_ok(), "`patchbay {}` printed no JSON document: {}", self.asked, self.stdout);
        document.unwrap_or_default()
    }

    /// Asserts that the command refused with exit status 1, printed no result, and said why
    /// in one line, which it answers.
    #[must_use]
    pub fn expect_refusal(self) -> String {
        let refused = self.expect_status(1);
        assert_eq!(refused.stdout, "", "it printed a result although it refused");
        let said = refused.stderr.trim();
        assert!(!said.is_empty() && said.lines().count() == 1, "not one clear line:\n{said}");
        said.to_owned()
    }
}

/// The binary under test.
pub fn binary() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(BINARY) {
        return Ok(PathBuf::from(named));
    }
    let name = format!("patchbay{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe()?;
    let beside = own.ancestors().map(|folder| folder.join(&name)).find(|file| file.is_file());
    beside.with_context(|| {
        format!("no binary `patchbay` near {}: run `cargo build -p patchbay-server` first", own.display())
    })
}
