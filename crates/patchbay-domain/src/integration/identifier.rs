//! What the owner of an integration calls it where programs speak of it.

use crate::IntegrationId;
use crate::text::text_value;

text_value!(
    /// What programs of its owner know an integration by: 1 to 255 characters, kept as they
    /// came. No two live integrations of an organisation share one.
    Identifier,
    verbatim,
    1..=255
);

impl Identifier {
    /// The identifier of an integration that was given none: `word`, cut to what there is room
    /// for, and nine letters and digits that its id decides.
    ///
    /// The same for the same word and id: one that was never stored reads alike each time.
    #[must_use]
    pub fn made_of(word: &str, id: IntegrationId) -> Self {
        let room = Self::MAX_CHARS - SUFFIX_CHARS - 1;
        let word: String = word.chars().filter(|c| *c != '\0').take(room).collect();
        Self(format!("{word}-{}", suffix(id)))
    }
}

const SUFFIX_CHARS: usize = 9;

/// The last bits of a UUIDv7 are random (RFC 9562 §5.7); nine digits to the base of 62 hold 53 of
/// them.
fn suffix(id: IntegrationId) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const BASE: u64 = 62;
    let (_, mut rest) = id.as_uuid().as_u64_pair();
    let digit = |_| {
        let digit = usize::try_from(rest % BASE).unwrap_or_default();
        rest /= BASE;
        char::from(DIGITS[digit])
    };
    (0..SUFFIX_CHARS).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> IntegrationId {
        IntegrationId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn an_identifier_is_made_of_a_word_and_an_id_and_always_the_same() {
        let made = Identifier::made_of("sendgrid", id(0x0190_0000_0000_7000_8123_4567_89ab_cdef));
        let (word, suffix) = made.as_str().split_once('-').unwrap();
        assert_eq!((word, suffix.len()), ("sendgrid", 9));
        assert!(suffix.chars().all(|c| c.is_ascii_alphanumeric()), "{suffix}");
        assert_eq!(made, Identifier::made_of("sendgrid", id(0x0190_0000_0000_7000_8123_4567_89ab_cdef)));
    }

    #[test]
    fn ids_that_differ_in_their_last_bits_give_different_identifiers() {
        let made: std::collections::HashSet<_> =
            (0..1000).map(|n| Identifier::made_of("a", id(n)).as_str().to_owned()).collect();
        assert_eq!(made.len(), 1000);
    }

    #[test]
    fn an_identifier_is_never_longer_than_it_may_be() {
        let made = Identifier::made_of(&"ä".repeat(400), id(1));
        assert_eq!(made.as_str().chars().count(), Identifier::MAX_CHARS);
        assert_eq!(Identifier::parse(made.as_str()), Ok(made));
    }
}
