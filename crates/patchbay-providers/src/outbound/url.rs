//! URLs that may be requested, as far as their text can tell.

use std::cell::Cell;
use std::fmt;

use ::url::{Host, SyntaxViolation, Url};

use super::Refused;
use super::error::Reason;

/// The most bytes that the text of a URL may have.
const MAX_BYTES: usize = 8192;

/// An absolute http(s) URL with a host, without user and fragment, and with one meaning:
/// what the parser would forgive, and other parsers read differently, is refused.
///
/// Shown as scheme, host and port alone: the rest of a webhook's URL is often a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboundUrl(Url);

impl OutboundUrl {
    /// The name of its host.
    pub(super) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Reads a URL by the rules of browsers (the WHATWG URL standard), under which the many
    /// spellings of an IPv4 address come out as that address.
    ///
    /// # Errors
    /// When it breaks one of the rules above. Where it leads is not judged here.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let forgiven = Cell::new(false);
        let notice = |violation| {
            if misleads(violation) {
                forgiven.set(true);
            }
        };
        let parsed = Url::options().syntax_violation_callback(Some(&notice)).parse(text);
        match parsed {
            Ok(url) if text.len() <= MAX_BYTES && !forgiven.get() => Self::checked(url),
            _ => Err(Reason::NotAUrl.into()),
        }
    }

    fn checked(url: Url) -> Result<Self, Refused> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Reason::NotAUrl.into());
        }
        if url.fragment().is_some() {
            return Err(Reason::Fragment.into());
        }
        match url.host() {
            Some(Host::Domain(name)) if name.ends_with('.') => Err(Reason::NotAUrl.into()),
            Some(_) => Ok(Self(url)),
            None => Err(Reason::NotAUrl.into()),
        }
    }

    /// The URL, in full and in its one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) const fn as_url(&self) -> &Url {
        &self.0
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The port to connect to; every http(s) URL has one.
    pub(super) fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }
}

/// Whether a fault that the parser forgives makes a URL look like another one.
const fn misleads(violation: SyntaxViolation) -> bool {
    matches!(
        violation,
        SyntaxViolation::Backslash
            | SyntaxViolation::C0SpaceIgnored
            | SyntaxViolation::EmbeddedCredentials
            | SyntaxViolation::ExpectedDoubleSlash
            | SyntaxViolation::TabOrNewlineIgnored
            | SyntaxViolation::UnencodedAtSign
    )
}

impl fmt::Display for OutboundUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for OutboundUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutboundUrl({self}/…)")
    }
}
