//! Origins that the operator's own settings name.

use std::fmt;
use std::str::FromStr;

use super::{OutboundUrl, Refused};

/// A scheme, host and port that the operator configured in a provider's stead, perhaps with a
/// path below which everything is.
///
/// A request that trusts it is exempt from the judgement of its address, and only when it
/// goes exactly there.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedOrigin {
    url: OutboundUrl,
    /// The path that all others lie below, as `/shopify`; empty where there is none.
    prefix: String,
}

/// A text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be http(s)://HOST or http(s)://HOST:PORT, perhaps with a path that ends in no slash")]
pub struct InvalidOrigin;

impl FromStr for TrustedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let url = OutboundUrl::parse(text).map_err(|_| InvalidOrigin)?;
        let prefix = match text.splitn(4, '/').nth(3) {
            None | Some("") => String::new(),
            Some(path) => format!("/{path}"),
        };
        // A path that is read otherwise than it was written had dots or blanks in it.
        let is_plain = prefix.is_empty() || prefix == url.as_url().path();
        let has_empty_segment = prefix.split('/').skip(1).any(str::is_empty);
        let is_bare = url.as_url().query().is_none();
        if is_plain && is_bare && !has_empty_segment { Ok(Self { url, prefix }) } else { Err(InvalidOrigin) }
    }
}

impl TrustedOrigin {
    /// The same origin, with everything below one more segment of a path.
    ///
    /// # Errors
    /// When the name is none of a segment.
    pub fn below(&self, name: &str) -> Result<Self, InvalidOrigin> {
        format!("{self}/{name}").parse()
    }

    /// Whether `url` goes exactly there, and below its path.
    #[must_use]
    pub fn covers(&self, url: &OutboundUrl) -> bool {
        let below = url.as_url().path().strip_prefix(self.prefix.as_str());
        let is_below = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        is_below && self.url.as_url().origin() == url.as_url().origin()
    }

    /// The same path and query at this origin, below its path.
    ///
    /// # Errors
    /// When the outcome is no URL that may be requested.
    pub fn rebase(&self, url: &OutboundUrl) -> Result<OutboundUrl, Refused> {
        let mut rebased = self.url.as_url().clone();
        rebased.set_path(&format!("{}{}", self.prefix, url.as_url().path()));
        rebased.set_query(url.as_url().query());
        OutboundUrl::parse(rebased.as_str())
    }

    /// The same for a browser, which sends no header of ours: which host was meant stands in the
    /// parameter `forwarded` of the query, written as that header is (RFC 7239).
    ///
    /// # Errors
    /// As for [`rebase`](Self::rebase).
    pub fn rebase_for_browser(&self, url: &OutboundUrl) -> Result<OutboundUrl, Refused> {
        let mut rebased = self.rebase(url)?.as_url().clone();
        if let Some(forwarded) = forwarded(url) {
            rebased.query_pairs_mut().append_pair("forwarded", &forwarded);
        }
        OutboundUrl::parse(rebased.as_str())
    }
}

/// What `Forwarded` (RFC 7239) says of a host: that it was meant, by which scheme, and on which
/// port where that is not the scheme's own. A host of a URL has no character that a quoted text
/// cannot.
pub(super) fn forwarded(url: &OutboundUrl) -> Option<String> {
    let url = url.as_url();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("host=\"{}{port}\";proto={}", url.host_str()?, url.scheme()))
}

impl fmt::Display for TrustedOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.url, self.prefix)
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
        for wrong in ["", "localhost:80", "http://a/?b", "http://u@a", "ftp://a", "http://a/#b"] {
            assert_eq!(wrong.parse::<TrustedOrigin>(), Err(InvalidOrigin), "{wrong}");
        }
    }

    #[test]
    fn an_origin_may_have_a_path_that_everything_is_below() {
        assert_eq!(origin("http://LocalHost:80/a/b%20c").to_string(), "http://localhost/a/b%20c");
        for wrong in
            ["/a/", "//", "//a", "/a//b", "/a/..", "/a/./b", "/%2e%2E/a", "/a?b", "/a#b", "/a b", "/é"]
        {
            let text = format!("http://a.example{wrong}");
            assert_eq!(text.parse::<TrustedOrigin>(), Err(InvalidOrigin), "{text}");
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
    fn an_origin_with_a_path_covers_what_is_below_that() {
        let trusted = origin("http://127.0.0.1:4000/shopify");
        for below in ["/shopify", "/shopify?a=b", "/shopify/", "/shopify/a/b", "/a/../shopify/b"] {
            assert!(trusted.covers(&url(&format!("http://127.0.0.1:4000{below}"))), "{below}");
        }
        for beside in
            ["/", "/Shopify/a", "/shopify2", "/shop", "/a/shopify/b", "/shopify/../a", "/shopify/%2e%2e/a"]
        {
            assert!(!trusted.covers(&url(&format!("http://127.0.0.1:4000{beside}"))), "{beside}");
        }
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

    #[test]
    fn a_browser_tells_in_the_query_which_host_was_meant() {
        let rebased = origin("http://127.0.0.1:4000/shopify")
            .rebase_for_browser(&url("https://acme.myshopify.com:8443/admin?a=b"))
            .unwrap();
        let forwarded = "host%3D%22acme.myshopify.com%3A8443%22%3Bproto%3Dhttps";
        let expected = format!("http://127.0.0.1:4000/shopify/admin?a=b&forwarded={forwarded}");
        assert_eq!(rebased.as_str(), expected);
    }

    #[test]
    fn everything_can_be_moved_below_one_more_segment() {
        let below = |name: &str| origin("http://a.example:1").below(name);
        assert_eq!(below("slack").unwrap().below("a").unwrap().to_string(), "http://a.example:1/slack/a");
        assert_eq!(below("../a"), Err(InvalidOrigin));
    }

    #[test]
    fn rebasing_puts_the_path_of_the_origin_before_the_other_one() {
        let trusted = origin("http://127.0.0.1:4000/a/shopify");
        for (from, to) in [
            ("https://x.example/y%2F?q=1%20", "http://127.0.0.1:4000/a/shopify/y%2F?q=1%20"),
            ("https://x.example//b.example/x", "http://127.0.0.1:4000/a/shopify//b.example/x"),
            ("https://x.example/../../y", "http://127.0.0.1:4000/a/shopify/y"),
            ("https://x.example", "http://127.0.0.1:4000/a/shopify/"),
        ] {
            let rebased = trusted.rebase(&url(from)).unwrap();
            assert_eq!(rebased.as_str(), to);
            assert!(trusted.covers(&rebased));
        }
    }
}
