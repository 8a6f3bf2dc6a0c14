//! The socket that the service listens on.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};

use anyhow::Context;
use tokio::net::TcpSocket;

/// How many connections may wait to be accepted: a burst of clients is not turned away.
const BACKLOG: u32 = 2048;

/// Listens on the first address of `host` that can be had. Needs a running reactor.
///
/// # Errors
/// Says where it cannot listen, and why.
pub fn listen(host: &str, port: u16) -> anyhow::Result<TcpListener> {
    first_listener(host, port)
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => anyhow::Error::new(error)
                .context("choose another one, for example with PATCHBAY__SERVER__PORT=8081"),
            _ => anyhow::Error::new(error),
        })
        .with_context(|| format!("cannot listen on {host} port {port} (server.host, server.port)"))
}

fn first_listener(host: &str, port: u16) -> io::Result<TcpListener> {
    let mut refusal = io::Error::new(ErrorKind::NotFound, "the name has no address");
    for address in (host, port).to_socket_addrs()? {
        match listen_on(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

fn listen_on(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted service takes its port back from connections that linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn port_0_takes_a_free_one_and_a_taken_one_is_refused_with_a_way_out() {
        let listener = listen("localhost", 0).unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_ne!(port, 0);
        let refusal = format!("{:#}", listen("localhost", port).unwrap_err());
        assert!(refusal.starts_with(&format!("cannot listen on localhost port {port}")), "{refusal}");
        assert!(refusal.contains("PATCHBAY__SERVER__PORT"), "{refusal}");
    }
}
