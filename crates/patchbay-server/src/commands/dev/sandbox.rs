//! The sandbox inside `patchbay dev`.

use std::io::{self, ErrorKind};

use anyhow::Context;
use patchbay_domain::ProviderId;
use patchbay_providers::{OAuthClient, TrustedOrigin};
use patchbay_sandbox::{DEFAULT_PORT, RunningSandbox, SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, Sandbox};

use crate::settings::Settings;

/// Starts a sandbox and has the service use it.
///
/// # Errors
/// When it finds no port.
pub fn start(settings: &mut Settings) -> anyhow::Result<RunningSandbox> {
    let sandbox = bind(settings.server.port).context("the sandbox cannot be started")?;
    stand_in(settings, &sandbox.url().parse()?);
    sandbox.start().context("the sandbox cannot be started")
}

/// Whom the sandbox stands in for. What the operator has configured holds.
fn stand_in(settings: &mut Settings, sandbox: &TrustedOrigin) {
    // Manifests of real apps are fetched as ever.
    settings.providers.manifests_also_from = Some(sandbox.clone());
    settings.providers.stand_in = Some(sandbox.clone());
    let slack = OAuthClient {
        id: SLACK_CLIENT_ID.to_owned(),
        secret: SLACK_CLIENT_SECRET.into(),
        redirect_uri: None,
        base_url: Some(sandbox.clone()),
    };
    settings.providers.oauth_clients.entry(ProviderId::slack()).or_insert(slack);
}

/// Takes the usual port, which can be pasted from the documentation; a free one when that
/// is the service's or another program's.
fn bind(server_port: u16) -> io::Result<Sandbox> {
    if server_port == DEFAULT_PORT {
        return Sandbox::bind(0);
    }
    match Sandbox::bind(DEFAULT_PORT) {
        Err(taken) if taken.kind() == ErrorKind::AddrInUse => Sandbox::bind(0),
        bound => bound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_service_is_left_alone_and_a_taken_one_is_no_obstacle() {
        let usual = format!("http://127.0.0.1:{DEFAULT_PORT}");
        assert_ne!(bind(DEFAULT_PORT).unwrap().url(), usual);
        // Whoever has the usual port, these two find one each.
        let (one, other) = (bind(8080).unwrap(), bind(8080).unwrap());
        assert_ne!(one.url(), other.url());
    }
}
