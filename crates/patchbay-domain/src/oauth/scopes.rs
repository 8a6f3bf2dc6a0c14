//! What a person is asked to allow.

use std::fmt;

use crate::InvalidText;
use crate::text::bounded;

/// One permission at a provider, in the provider's own words: 1 to 128 characters, none of which
/// separates it from others (RFC 6749 §3.3 has blanks for that, some providers commas).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OAuthScope(String);

impl OAuthScope {
    /// The most characters (Unicode scalar values) it may have.
    pub const MAX_CHARS: usize = 128;

    /// Reads one.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn parse(raw: &str) -> Result<Self, InvalidText> {
        bounded(raw, 1, Self::MAX_CHARS)?;
        if raw.chars().any(|c| c == ',' || c.is_whitespace() || c.is_control()) {
            return Err(InvalidText::Character { allowed: "visible characters other than commas" });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OAuthScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person is asked to allow in the place of what is asked of everybody; none where that
/// stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedScopes(Vec<OAuthScope>);

/// More is asked for than anybody may be asked at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have at most {} entries", AskedScopes::MAX)]
pub struct TooManyScopes;

impl AskedScopes {
    /// The most a person may be asked for at once.
    pub const MAX: usize = 50;

    /// What is asked of everybody.
    #[must_use]
    pub const fn usual() -> Self {
        Self(Vec::new())
    }

    /// Just these.
    ///
    /// # Errors
    /// When there are too many of them.
    pub fn new(scopes: Vec<OAuthScope>) -> Result<Self, TooManyScopes> {
        if scopes.len() > Self::MAX { Err(TooManyScopes) } else { Ok(Self(scopes)) }
    }

    /// Whether what is asked of everybody stays.
    #[must_use]
    pub const fn are_usual(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(OAuthScope::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_nothing_in_it_that_separates_scopes() {
        for scope in ["chat:write", "https://www.googleapis.com/auth/gmail.send", "ä"] {
            assert_eq!(OAuthScope::parse(scope).unwrap().as_str(), scope);
        }
        for wrong in ["a b", "a,b", "a\tb", "a\u{a0}b", "\u{7f}", "", " ", "a\0"] {
            assert!(OAuthScope::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(OAuthScope::parse(&"ä".repeat(128)).is_ok());
        assert!(OAuthScope::parse(&"ä".repeat(129)).is_err());
    }

    #[test]
    fn nobody_is_asked_for_more_than_fifty_at_once() {
        let scopes = |many| vec![OAuthScope::parse("a").unwrap(); many];
        assert_eq!(AskedScopes::new(scopes(50)).unwrap().iter().count(), 50);
        assert_eq!(AskedScopes::new(scopes(51)).unwrap_err().to_string(), "must have at most 50 entries");
        assert!(AskedScopes::new(scopes(0)).unwrap().are_usual());
    }
}
