//! `patchbay sandbox`

use anyhow::{Context, bail};
use patchbay_sandbox::{SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, Sandbox};

use super::documents::SandboxDocument;
use crate::output;
use crate::signals::Signals;

/// Serves until it is told to stop, and says where as soon as it answers.
pub async fn run(port: u16) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let refused = || format!("cannot listen on 127.0.0.1 port {port}: choose another one with --port");
    let mut sandbox = Sandbox::bind(port).with_context(refused)?.start().context("cannot serve")?;
    output::document(&SandboxDocument {
        url: sandbox.url(),
        client_id: SLACK_CLIENT_ID,
        client_secret: SLACK_CLIENT_SECRET,
    })?;
    tokio::select! {
        _ = signals.next() => {}
        ended = sandbox.ended() => {
            ended.context("the sandbox ended")?;
            bail!("the sandbox ended by itself");
        }
    }
    sandbox.stop().await;
    Ok(())
}
