//! The one guarded HTTP client.
//!
//! Tenants choose where this service sends requests to, and it stands where they do not:
//! inside a company's network, beside a cloud's metadata service. So each request goes the
//! same way, in [`GuardedClient::send`]:
//!
//! 1. The text was read by the parser that browsers specify ([`OutboundUrl`]), and what is
//!    requested is what was read: there is no second reading to disagree.
//! 2. Scheme and port say how far the request may reach: the public internet, or only the
//!    private networks that the operator allowed.
//! 3. The name is resolved once and every address judged; those that are out of reach are
//!    dropped. With none left, the request is refused in the same words as when the name
//!    does not resolve, so that nobody can map a network by asking.
//! 4. The connection is made to the judged addresses and no others: the transport has no
//!    resolver of its own, so a name that means something else a moment later changes
//!    nothing. Name and certificate are still checked against the URL.
//! 5. One deadline covers all of it. A redirect is a failure, the answer is read up to a
//!    limit, and there are no cookies, proxies, retries or kept connections.
//!
//! Connections are not kept on purpose: a kept one would carry the judgement of an earlier
//! request, and one that the other side closes at the wrong moment makes a request fail that
//! must not be repeated, such as the exchange of a one-time code. TLS sessions are resumed.
//!
//! The addresses come from the system's resolver, so that names mean to this service what
//! they mean to the machine.

mod address;
mod client;
mod error;
mod origin;
mod policy;
mod request;
mod resolver;
mod response;
mod tls;
mod url;

pub use address::is_public;
pub use client::GuardedClient;
pub use error::{OutboundError, Refused};
pub use origin::{InvalidOrigin, TrustedOrigin};
pub use policy::OutboundPolicy;
pub use request::{ForbiddenHeader, OutboundRequest};
pub use reqwest::Method;
pub use response::OutboundResponse;
pub use url::OutboundUrl;

#[cfg(test)]
mod tests;
