//! Names to addresses.

use std::io;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Finds the addresses of a name.
#[async_trait]
pub(super) trait Resolver: Send + Sync {
    /// Every address of `name`, in order of preference.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// What the machine resolves names with, its hosts file included.
pub(super) struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// What the transport is given in a resolver's place: it has one answer, whatever it is
/// asked, so no connection goes to an address that was not judged.
pub(super) struct Pinned(pub Vec<IpAddr>);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        // Port 0 stands for the port of the URL.
        let addresses: Vec<_> = self.0.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        Box::pin(std::future::ready(Ok(Box::new(addresses.into_iter()) as Addrs)))
    }
}
