//! Origins that the operator's own settings name.

use std::fmt;
use std::str::FromStr;

use super::{OutboundUrl, Refused};

/// A scheme, host and port that the operator configured in a provider's stead.
///
/// A request that trusts it is exempt from the judgement of its address, and only when it
/// goes exactly there.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedOrigin(OutboundUrl);

/// A text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be http(s)://host or http(s)://host:port, without a path")]
pub struct InvalidOrigin;

impl FromStr for TrustedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = OutboundUrl::parse(text).map_err(|_| InvalidOrigin)?;
        let bare = url.as_url().path() == "/" && url.as_url().query().is_none();
        if bare { Ok(Self(url)) } else { Err(InvalidOrigin) }
    }
}

impl TrustedOrigin {
    /// Whether `url` goes exactly there.
    #[must_use]
    pub fn covers(&self, url: &OutboundUrl) -> bool {
        self.0.as_url().origin() == url.as_url().origin()
    }

    /// The same path and query at this origin.
    ///
    /// # Errors
    /// When the outcome is no URL that may be requested.
    pub fn rebase(&self, url: &OutboundUrl) -> Result<OutboundUrl, Refused> {
        let mut rebased = self.0.as_url().clone();
        rebased.set_path(url.as_url().path());
        rebased.set_query(url.as_url().query());
        OutboundUrl::parse(rebased.as_str())
    }
}

impl fmt::Display for TrustedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for TrustedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedOrigin({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> OutboundUrl {
        OutboundUrl::parse(text).unwrap()
    }

    fn origin(text: &str) -> TrustedOrigin {
        text.parse().unwrap()
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        assert_eq!(origin("HTTP://LocalHost:80/").to_string(), "http://localhost");
        assert_eq!(origin("https://[::1]:8443").to_string(), "https://[::1]:8443");
        for wrong in ["", "localhost:80", "http://a/b", "http://a/?b", "http://u@a", "ftp://a", "http://a/#b"]
        {
            assert_eq!(wrong.parse::<TrustedOrigin>(), Err(InvalidOrigin), "{wrong}");
        }
    }

    #[test]
    fn an_origin_covers_what_is_exactly_there() {
        let trusted = origin("http://127.0.0.1:4000");
        assert!(trusted.covers(&url("http://127.1:4000/any?thing")));
        for elsewhere in [
            "https://127.0.0.1:4000/",
            "http://127.0.0.1:4001/",
            "http://127.0.0.1/",
            "http://localhost:4000/",
            "http://127.0.0.2:4000/",
        ] {
            assert!(!trusted.covers(&url(elsewhere)), "{elsewhere}");
        }
        assert!(origin("https://a.example").covers(&url("https://A.example:443/x")));
    }

    #[test]
    fn rebasing_keeps_path_and_query_and_nothing_else() {
        let trusted = origin("http://127.0.0.1:4000");
        for (from, to) in [
            ("https://a.example:444/x/y%2F?q=1%20", "http://127.0.0.1:4000/x/y%2F?q=1%20"),
            ("https://a.example//b.example/x", "http://127.0.0.1:4000//b.example/x"),
            ("https://a.example/@b.example:80/", "http://127.0.0.1:4000/@b.example:80/"),
            ("https://a.example", "http://127.0.0.1:4000/"),
        ] {
            let rebased = trusted.rebase(&url(from)).unwrap();
            assert_eq!(rebased.as_str(), to);
            assert!(trusted.covers(&rebased));
        }
    }
}
