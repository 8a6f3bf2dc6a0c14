//! What the values of a field look like.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, ErrorKind, Hir, HirKind, Look};

use super::reader::{FromNode, Reading, mistyped};
use crate::findings::Rule;
use crate::tree::{Node, Path};

/// A regular expression that holds for a whole value. Its classes (`\d`, `\w`, `\s`) mean
/// ASCII.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    stays_in_a_label: bool,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPattern {
    /// It has more than 200 characters.
    #[error("has more than {} characters", Pattern::MAX_CHARS)]
    TooLong,
    /// It is no regular expression, or too large a one.
    #[error("is no regular expression: {0}")]
    NotARegex(String),
    /// It says "any character", or "any but these", without saying that characters are meant:
    /// everything else in a pattern is ASCII.
    #[error("has a . or a [^…] outside of (?u:…)")]
    AnyCharacter,
    /// It holds for a part of a value too.
    #[error("is not anchored at both ends")]
    NotAnchored,
}

impl Pattern {
    /// The most characters that a pattern may have.
    pub const MAX_CHARS: usize = 200;

    /// Reads a pattern.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text.chars().count() > Self::MAX_CHARS {
            return Err(InvalidPattern::TooLong);
        }
        let syntax = regex_syntax::ParserBuilder::new().unicode(false).utf8(true).build().parse(text);
        let syntax = syntax.map_err(|error| refusal(&error))?;
        if !is_anchored(&syntax) {
            return Err(InvalidPattern::NotAnchored);
        }
        let regex = RegexBuilder::new(text).unicode(false).build();
        let regex = regex.map_err(|error| InvalidPattern::NotARegex(last_line(&error.to_string())))?;
        Ok(Self { regex, stays_in_a_label: stays_in_a_label(&syntax) })
    }

    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Whether a value looks like this.
    #[must_use]
    pub fn holds_for(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// Whether every value that it holds for may stand as one label of a host: nothing but
    /// letters, digits and hyphens.
    #[must_use]
    pub const fn stays_in_a_label(&self) -> bool {
        self.stays_in_a_label
    }
}

fn refusal(error: &regex_syntax::Error) -> InvalidPattern {
    match error {
        regex_syntax::Error::Translate(error) if *error.kind() == ErrorKind::InvalidUtf8 => {
            InvalidPattern::AnyCharacter
        }
        error => InvalidPattern::NotARegex(last_line(&error.to_string())),
    }
}

/// The parser points at the place over several lines, and says what is wrong on the last.
fn last_line(message: &str) -> String {
    message.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Whether it can hold for nothing but a whole value, whichever alternative does.
fn is_anchored(syntax: &Hir) -> bool {
    let looks = syntax.properties();
    looks.look_set_prefix().contains(Look::Start) && looks.look_set_suffix().contains(Look::End)
}

fn stays_in_a_label(syntax: &Hir) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| fits(char::from(*byte))),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(fits))
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(|byte| fits(char::from(byte))))
        }
        HirKind::Repetition(repetition) => stays_in_a_label(&repetition.sub),
        HirKind::Capture(capture) => stays_in_a_label(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(stays_in_a_label),
    }
}

impl FromNode for Pattern {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(text) = node.as_text() else { return mistyped(node, at, reading, "a regular expression") };
        match Self::parse(text) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                let remedy = "write a regular expression of at most 200 characters as '^…$', with (…) around \
                              alternatives";
                reading.findings.error(Rule::Pattern, &node.place, at, why.to_string(), remedy);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_for_whole_values() {
        let pattern = Pattern::parse(r"^(20\d\d-(01|04|07|10)|unstable)$").unwrap();
        assert!(pattern.holds_for("2026-10") && pattern.holds_for("unstable"));
        assert!(
            !pattern.holds_for("2026-11")
                && !pattern.holds_for("2026-10\n")
                && !pattern.holds_for("x2026-10")
        );
        assert!(!Pattern::parse(r"^\d$").unwrap().holds_for("٣"), "digits are those of ASCII");
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends_in_every_alternative() {
        for text in ["a", "^a", "a$", "^a|b$", "(?m)^a$", "", r"^a\b"] {
            assert_eq!(Pattern::parse(text).unwrap_err(), InvalidPattern::NotAnchored, "{text}");
        }
        for text in ["^a$", "^(a|b)$", "^a$|^b$", r"\Aa\z", "^$"] {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        assert_eq!(Pattern::parse(&"a".repeat(201)).unwrap_err(), InvalidPattern::TooLong);
        let broken = Pattern::parse("^(a$").unwrap_err().to_string();
        assert_eq!(broken, "is no regular expression: unclosed group");
        for text in ["^.$", "^[^/]+$"] {
            assert_eq!(Pattern::parse(text).unwrap_err(), InvalidPattern::AnyCharacter, "{text}");
        }
        let huge = Pattern::parse("^((a{100}){100}){1000}$").unwrap_err();
        assert!(matches!(huge, InvalidPattern::NotARegex(_)), "{huge}");
    }

    #[test]
    fn a_label_of_a_host_has_no_dots_and_nothing_that_ends_it() {
        for (text, expected) in [
            ("^[a-z0-9][a-z0-9-]{0,62}$", true),
            ("^(eu|us-1)$", true),
            (r"^[a-z.]+$", false),
            (r"^a\.b$", false),
            ("^(?u:.*)$", false),
            ("^(?u:[^/])+$", false),
            (r"^\w+$", false),
        ] {
            assert_eq!(Pattern::parse(text).unwrap().stays_in_a_label(), expected, "{text}");
        }
    }
}
