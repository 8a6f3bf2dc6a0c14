//! The sandbox inside `patchbay dev`.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use anyhow::Context;
use patchbay_catalogue::ReloadableCatalogue;
use patchbay_sandbox::{CLIENT_ID, CLIENT_SECRET, DEFAULT_PORT, RunningSandbox, Sandbox};

use crate::settings::Settings;

/// Starts a sandbox that plays the providers of the catalogue, and has the service use it for
/// all that the operator has not configured.
///
/// # Errors
/// When it finds no port.
pub fn start(
    settings: &mut Settings,
    catalogue: &Arc<ReloadableCatalogue>,
) -> anyhow::Result<RunningSandbox> {
    let failed = "the sandbox cannot be started";
    let sandbox = bind(settings.server.port).context(failed)?;
    let (origin, application) = (sandbox.url().parse()?, (CLIENT_ID, CLIENT_SECRET));
    settings.providers.stand_in_for_all(&origin, &catalogue.current(), application);
    sandbox.start(catalogue.clone()).context(failed)
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
