//! Requests to third parties.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::origin::forwarded;
use super::{OutboundUrl, Refused, TrustedOrigin};

/// The headers that the connection and its framing own, as lower-case names.
const OWNED: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Why a request cannot carry a header. Does not show its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForbiddenHeader {
    /// The name is no name of a header.
    #[error("not a header's name")]
    Name,
    /// The value has characters that a header cannot carry.
    #[error("not a header's value")]
    Value,
    /// The header belongs to the connection: `Host`, framing, and what concerns one hop.
    #[error("this header cannot be set")]
    Owned,
}

/// A request to a third party. Its debug output shows no path, header value or body.
#[derive(Clone)]
pub struct OutboundRequest {
    pub(super) method: Method,
    pub(super) url: OutboundUrl,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) timeout: Duration,
    pub(super) max_response_bytes: usize,
    pub(super) trusted: Option<TrustedOrigin>,
    /// Which host was meant, where another one is asked in its stead.
    pub(super) forwarded: Option<HeaderValue>,
}

impl OutboundRequest {
    /// The name of the host that it goes to.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host()
    }

    /// A request without headers and body, under the limits of the policy.
    #[must_use]
    pub fn new(method: Method, url: OutboundUrl) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Vec::new(),
            timeout: Duration::MAX,
            max_response_bytes: usize::MAX,
            trusted: None,
            forwarded: None,
        }
    }

    /// A request for `url`; where there is an `origin` in the stead of its host, one that goes
    /// there, is exempt from the judgement of its address, and says which host was meant: in
    /// the header `Forwarded` (RFC 7239), which nothing that is set later replaces.
    ///
    /// # Errors
    /// When the outcome is no URL that may be requested.
    pub fn by_way_of(
        origin: Option<&TrustedOrigin>,
        method: Method,
        url: OutboundUrl,
    ) -> Result<Self, Refused> {
        let Some(origin) = origin else { return Ok(Self::new(method, url)) };
        let request = Self::new(method, origin.rebase(&url)?).trusting(origin);
        let forwarded = forwarded(&url).and_then(|text| HeaderValue::try_from(text).ok());
        Ok(Self { forwarded, ..request })
    }

    /// Sets a header, in the place of one of the same name.
    ///
    /// # Errors
    /// When it cannot be carried, or is not the sender's to choose.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ForbiddenHeader> {
        let name = HeaderName::try_from(name).map_err(|_| ForbiddenHeader::Name)?;
        if OWNED.contains(&name.as_str()) {
            return Err(ForbiddenHeader::Owned);
        }
        let mut value = HeaderValue::try_from(value).map_err(|_| ForbiddenHeader::Value)?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Gives it less time than the policy does; more is not to be had.
    #[must_use]
    pub const fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Takes an answer with a body of at most so many bytes, when that is fewer than the
    /// policy allows.
    #[must_use]
    pub const fn at_most(mut self, max_response_bytes: usize) -> Self {
        self.max_response_bytes = max_response_bytes;
        self
    }

    /// Where it goes, and the names of its headers.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (&url::Url, Vec<String>) {
        let mut names: Vec<_> = self.headers.keys().map(ToString::to_string).collect();
        names.extend(self.forwarded.is_some().then(|| "forwarded".to_owned()));
        names.sort();
        (self.url.as_url(), names)
    }

    /// Exempts the request from the judgement of its address when it goes to `origin`.
    #[must_use]
    pub fn trusting(mut self, origin: &TrustedOrigin) -> Self {
        self.trusted = Some(origin.clone());
        self
    }
}

impl fmt::Debug for OutboundRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> OutboundRequest {
        OutboundRequest::new(Method::POST, OutboundUrl::parse("https://a.example/planted?planted").unwrap())
    }

    #[test]
    fn the_headers_of_the_connection_cannot_be_set_in_any_case() {
        for name in OWNED.iter().copied().chain(["HOST", "Transfer-Encoding", "Keep-Alive"]) {
            assert_eq!(request().header(name, "x").unwrap_err(), ForbiddenHeader::Owned, "{name}");
        }
    }

    #[test]
    fn a_header_cannot_smuggle_another_one_in() {
        for name in ["", "a b", "a:", "a\r\nb", "é"] {
            assert_eq!(request().header(name, "x").unwrap_err(), ForbiddenHeader::Name, "{name:?}");
        }
        for value in ["a\r\nb: c", "a\nb", "a\0"] {
            assert_eq!(request().header("x-a", value).unwrap_err(), ForbiddenHeader::Value, "{value:?}");
        }
    }

    #[test]
    fn a_request_by_way_of_another_host_says_which_one_was_meant() {
        let origin: TrustedOrigin = "http://127.0.0.1:4000/x".parse().unwrap();
        for (url, expected) in [
            ("https://Acme.zendesk.com/api", "host=\"acme.zendesk.com\";proto=https"),
            ("https://acme.example:443/api", "host=\"acme.example\";proto=https"),
            ("http://acme.example:8069/api", "host=\"acme.example:8069\";proto=http"),
            ("https://[::1]:444/api", "host=\"[::1]:444\";proto=https"),
            ("https://bücher.example/api", "host=\"xn--bcher-kva.example\";proto=https"),
        ] {
            let url = OutboundUrl::parse(url).unwrap();
            let request = OutboundRequest::by_way_of(Some(&origin), Method::GET, url.clone()).unwrap();
            assert_eq!(request.forwarded.as_ref().unwrap(), expected);
            assert_eq!(request.url.as_str(), "http://127.0.0.1:4000/x/api");
            assert_eq!(request.trusted, Some(origin.clone()));
            let request = OutboundRequest::by_way_of(None, Method::GET, url.clone()).unwrap();
            assert_eq!((request.forwarded, request.trusted), (None, None));
            assert_eq!(request.url, url);
        }
    }

    #[test]
    fn what_is_sent_does_not_show_in_debug_output() {
        let request = request().header("x-key", "planted").unwrap().body("planted");
        let shown = format!("{request:?} {:?}", request.headers);
        assert!(shown.contains("x-key") && shown.contains("https://a.example"), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
    }
}
