//! What the values of a field look like.

use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, ErrorKind, Hir, HirKind, Look};

use super::reader::{FromNode, Reading, mistyped};
use crate::findings::Rule;
use crate::tree::{Node, Path};

/// A regular expression that holds for a whole value. Its classes (`\d`, `\w`, `\s`) mean
/// ASCII.
///
/// It is read at once and compiled when it is first needed: compiling all of them would take
/// longer than everything else at the start.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    stays_in_a_label: bool,
    compiled: OnceLock<Option<Regex>>,
}

/// The most that a pattern may be once everything that it repeats is written out: far below
/// what the compiler of expressions takes.
const MAX_WEIGHT: u64 = 20_000;

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
    /// It is no regular expression.
    #[error("is no regular expression: {0}")]
    NotARegex(String),
    /// What it repeats adds up to too much.
    #[error("repeats too much")]
    TooLarge,
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
        if weight(&syntax) > MAX_WEIGHT {
            return Err(InvalidPattern::TooLarge);
        }
        let stays_in_a_label = stays_in_a_label(&syntax);
        Ok(Self { text: text.to_owned(), stays_in_a_label, compiled: OnceLock::new() })
    }

    /// The pattern as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a value looks like this.
    #[must_use]
    pub fn holds_for(&self, value: &str) -> bool {
        let compile = || RegexBuilder::new(&self.text).unicode(false).build().ok();
        // What was read and is not too large compiles.
        self.compiled.get_or_init(compile).as_ref().is_some_and(|regex| regex.is_match(value))
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

/// How much a pattern is once everything that it repeats is written out.
fn weight(syntax: &Hir) -> u64 {
    match syntax.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => u64::try_from(literal.0.len()).unwrap_or(u64::MAX),
        HirKind::Class(Class::Unicode(class)) => u64::try_from(class.ranges().len()).unwrap_or(u64::MAX),
        HirKind::Class(Class::Bytes(class)) => u64::try_from(class.ranges().len()).unwrap_or(u64::MAX),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            weight(&repetition.sub).saturating_mul(times.into())
        }
        HirKind::Capture(capture) => weight(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(weight).fold(0, u64::saturating_add)
        }
    }
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
        assert_eq!(Pattern::parse("^((a{100}){100}){10}$").unwrap_err(), InvalidPattern::TooLarge);
        assert!(Pattern::parse("^(?u:.){0,4096}$").unwrap().holds_for(&"é".repeat(4096)));
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
