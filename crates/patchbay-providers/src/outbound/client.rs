//! The client itself.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use ::url::Host;
use reqwest::header::FORWARDED;
use reqwest::redirect;
use rustls::ClientConfig;
use tokio::time::timeout;

use super::error::Reason;
use super::policy::Reach;
use super::resolver::{Pinned, Resolver, SystemResolver};
use super::tls::Tls;
use super::{OutboundError, OutboundPolicy, OutboundRequest, OutboundResponse, OutboundUrl, Refused};

/// The most that resolving a name may take.
const RESOLVE_WITHIN: Duration = Duration::from_secs(5);
/// The most that connecting may take, TLS included.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How many addresses of a name are tried.
const MAX_ADDRESSES: usize = 8;
/// How many headers an answer may have.
const MAX_HEADERS: usize = 100;

const USER_AGENT: &str = concat!("Patchbay/", env!("CARGO_PKG_VERSION"));

/// The one way out: sends requests to where the policy lets them go, and nowhere else.
///
/// Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct GuardedClient {
    policy: Arc<OutboundPolicy>,
    resolver: Arc<dyn Resolver>,
    tls: Tls,
}

impl GuardedClient {
    /// A client under `policy`. TLS is set up with its first request.
    #[must_use]
    pub fn new(policy: OutboundPolicy) -> Self {
        Self::with(policy, Arc::new(SystemResolver), Tls::default())
    }

    pub(super) fn with(policy: OutboundPolicy, resolver: Arc<dyn Resolver>, tls: Tls) -> Self {
        Self { policy: Arc::new(policy), resolver, tls }
    }

    /// Judges a URL that is about to be stored. It is judged again whenever it is used.
    ///
    /// A name that does not resolve now may later, so it is let through.
    ///
    /// # Errors
    /// When it can never be requested under this policy: by its text, scheme or port, by its
    /// literal address, or because its name stands for forbidden addresses alone.
    pub async fn judge(&self, url: &str) -> Result<OutboundUrl, Refused> {
        let url = OutboundUrl::parse(url)?;
        match self.addresses(&url, self.reach(&url)?).await {
            Err(refused) if refused.reason() != Reason::Unresolvable => Err(refused),
            _ => Ok(url),
        }
    }

    /// Sends a request and reads the answer whole, whatever its status; redirects apart.
    ///
    /// # Errors
    /// See [`OutboundError`]. Nothing is ever sent twice.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, OutboundError> {
        let within = request.timeout.min(self.policy.timeout);
        timeout(within, self.exchange(request)).await.unwrap_or(Err(OutboundError::TimedOut))
    }

    async fn exchange(&self, mut request: OutboundRequest) -> Result<OutboundResponse, OutboundError> {
        let limit = request.max_response_bytes.min(self.policy.max_response_bytes);
        let reach = match &request.trusted {
            Some(origin) if origin.covers(&request.url) => Reach::Anywhere,
            _ => self.reach(&request.url)?,
        };
        let addresses = self.addresses(&request.url, reach).await?;
        if let Some(forwarded) = request.forwarded {
            request.headers.insert(FORWARDED, forwarded);
        }
        let response = self
            .transport(addresses)
            .await?
            .request(request.method, request.url.as_url().clone())
            .headers(request.headers)
            .body(request.body)
            .send()
            .await?;
        OutboundResponse::read(response, limit).await
    }

    fn reach(&self, url: &OutboundUrl) -> Result<Reach, Refused> {
        Ok(self.policy.reach(url.is_https(), url.port()).ok_or(Reason::OutOfReach)?)
    }

    /// The addresses of a URL's host that are within reach; at least one.
    async fn addresses(&self, url: &OutboundUrl, reach: Reach) -> Result<Vec<IpAddr>, Refused> {
        let mut addresses = match url.as_url().host() {
            Some(Host::Ipv4(address)) => vec![address.into()],
            Some(Host::Ipv6(address)) => vec![address.into()],
            Some(Host::Domain(name)) => self.resolve(name).await?,
            None => Vec::new(),
        };
        if addresses.is_empty() {
            return Err(Reason::Unresolvable.into());
        }
        addresses.retain(|address| self.policy.permits(reach, *address));
        addresses.truncate(MAX_ADDRESSES);
        if addresses.is_empty() { Err(Reason::Forbidden.into()) } else { Ok(addresses) }
    }

    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Refused> {
        if name == "localhost" || name.ends_with(".localhost") {
            // Always this machine (RFC 6761), whatever a resolver says of it.
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        match timeout(RESOLVE_WITHIN, self.resolver.addresses(name)).await {
            Ok(Ok(addresses)) => Ok(addresses),
            Ok(Err(_)) | Err(_) => Err(Reason::Unresolvable.into()),
        }
    }

    /// What carries one request, to one of `addresses`. All that could lead elsewhere, or
    /// carry something over from another request, is off.
    async fn transport(&self, addresses: Vec<IpAddr>) -> Result<reqwest::Client, OutboundError> {
        Ok(reqwest::Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(self.tls.get().await?))
            .dns_resolver(Pinned(addresses))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .http1_max_headers(MAX_HEADERS)
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_WITHIN)
            .user_agent(USER_AGENT)
            .build()?)
    }
}

impl fmt::Debug for GuardedClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedClient").field("policy", &self.policy).finish_non_exhaustive()
    }
}
