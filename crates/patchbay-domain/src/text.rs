//! Bounded text: the rule that every named value shares.

/// Why a text is not a value of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left of it, or nothing was there.
    #[error("must not be empty")]
    Empty,
    /// It has more characters (Unicode scalar values) than the value may have.
    #[error("must have at most {max} characters")]
    TooLong {
        /// How many it may have.
        max: usize,
    },
    /// It contains U+0000, which no store keeps alike.
    #[error("must not contain the character U+0000")]
    Nul,
    /// It contains a character that this value may not have.
    #[error("may contain only {allowed}")]
    Character {
        /// The characters it may have, in words.
        allowed: &'static str,
    },
}

/// Checks `text` against a length in characters; the caller has trimmed what it trims.
pub(crate) fn bounded(text: &str, min: usize, max: usize) -> Result<(), InvalidText> {
    if text.contains('\0') {
        return Err(InvalidText::Nul);
    }
    // A byte count within the limit saves counting characters.
    if text.len() > max && text.chars().count() > max {
        return Err(InvalidText::TooLong { max });
    }
    if min > 0 && text.trim().is_empty() {
        return Err(InvalidText::Empty);
    }
    Ok(())
}

/// Declares a value that holds bounded text.
///
/// `trimmed` drops white space at both ends before it checks; `verbatim` keeps the text
/// as it came.
macro_rules! text_value {
    (@trim trimmed $raw:ident) => { $raw.trim() };
    (@trim verbatim $raw:ident) => { $raw };
    ($(#[$doc:meta])* $name:ident, $trim:ident, $min:literal..=$max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) it may have.
            pub const MAX_CHARS: usize = $max;

            /// Reads the value from text.
            ///
            /// # Errors
            /// Says what is wrong with the text.
            pub fn parse(raw: &str) -> Result<Self, $crate::InvalidText> {
                let text = $crate::text::text_value!(@trim $trim raw);
                $crate::text::bounded(text, $min, $max)?;
                Ok(Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use text_value;

#[cfg(test)]
mod tests {
    use super::*;

    text_value!(
        /// For the tests.
        Name,
        trimmed,
        1..=3
    );

    #[test]
    fn white_space_at_the_ends_is_dropped_and_not_counted() {
        assert_eq!(Name::parse("  abc\n").unwrap().as_str(), "abc");
        assert_eq!(Name::parse(" \t ").unwrap_err(), InvalidText::Empty);
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert_eq!(Name::parse("🦀🦀🦀").unwrap().as_str(), "🦀🦀🦀");
        assert_eq!(Name::parse("🦀🦀🦀🦀").unwrap_err(), InvalidText::TooLong { max: 3 });
        assert_eq!(Name::parse("abcd").unwrap_err(), InvalidText::TooLong { max: 3 });
    }

    #[test]
    fn the_limit_can_be_asked_for() {
        assert_eq!(Name::MAX_CHARS, 3);
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(Name::parse("a\0b").unwrap_err(), InvalidText::Nul);
    }
}
