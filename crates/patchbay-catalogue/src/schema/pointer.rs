//! Where in a JSON document something is.

use std::fmt;

use serde_json::Value;

use super::reader::{FromNode, Reading, mistyped};
use crate::findings::Rule;
use crate::tree::{Node, Path};

/// A JSON pointer (RFC 6901): empty for the whole document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

/// Why a text is no JSON pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPointer {
    /// It is not empty and does not begin with a slash.
    #[error("does not begin with /")]
    NoSlash,
    /// A tilde is followed by something else than 0 or 1.
    #[error("has a ~ that is neither ~0 nor ~1")]
    Tilde,
}

impl Pointer {
    /// Reads a pointer.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidPointer> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(InvalidPointer::NoSlash);
        }
        if text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return Err(InvalidPointer::Tilde);
        }
        Ok(Self(text.to_owned()))
    }

    /// The pointer as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it points to in a document.
    #[must_use]
    pub fn of<'d>(&self, document: &'d Value) -> Option<&'d Value> {
        document.pointer(&self.0)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromNode for Pointer {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(text) = node.as_text() else { return mistyped(node, at, reading, "a JSON pointer") };
        match Self::parse(text) {
            Ok(pointer) => Some(pointer),
            Err(why) => {
                let remedy = "write it as in /data/0/id, with ~0 for ~ and ~1 for / in a name";
                reading.findings.error(Rule::Pointer, &node.place, at, why.to_string(), remedy);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pointer_is_empty_or_begins_with_a_slash() {
        for text in ["", "/", "/a/0/b", "/a~1b/~0"] {
            assert!(Pointer::parse(text).is_ok(), "{text}");
        }
        for (text, why) in [
            ("a", InvalidPointer::NoSlash),
            ("a/b", InvalidPointer::NoSlash),
            ("/a~", InvalidPointer::Tilde),
            ("/a~2", InvalidPointer::Tilde),
        ] {
            assert_eq!(Pointer::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_pointer_finds_its_value() {
        let document = json!({"a": [{"b/c": 7}]});
        assert_eq!(Pointer::parse("/a/0/b~1c").unwrap().of(&document), Some(&json!(7)));
        assert_eq!(Pointer::parse("").unwrap().of(&document), Some(&document));
        assert_eq!(Pointer::parse("/b").unwrap().of(&document), None);
    }
}
