//! `patchbay sandbox`

use std::sync::Arc;

use anyhow::{Context, bail};
use patchbay_catalogue::CatalogueFiles;
use patchbay_sandbox::{CLIENT_ID, CLIENT_SECRET, Sandbox};

use super::documents::SandboxDocument;
use crate::catalogue;
use crate::output;
use crate::signals::{Asked, Signals};

/// Plays the providers of these files until it is told to stop, and says where as soon as it
/// answers. Told to, it reads the files again.
pub async fn run(files: CatalogueFiles, port: u16) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let catalogue = Arc::new(catalogue::open(files)?);
    let refused = || format!("cannot listen on 127.0.0.1 port {port}: choose another one with --port");
    let sandbox = Sandbox::bind(port).with_context(refused)?;
    let mut sandbox = sandbox.start(catalogue.clone()).context("cannot serve")?;
    output::document(&SandboxDocument {
        url: sandbox.url(),
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
    })?;
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Asked::Stop(_) => break,
                Asked::Reload => {
                    if let Err(findings) = catalogue.reload() {
                        output::warning(&catalogue::unusable(&findings).to_string());
                    }
                }
            },
            ended = sandbox.ended() => {
                ended.context("the sandbox ended")?;
                bail!("the sandbox ended by itself");
            }
        }
    }
    sandbox.stop().await;
    Ok(())
}
