//! The word that the identifier of an integration begins with where nobody says one.

use deunicode::deunicode_char;

/// Makes a word of a name: lower case, Latin letters without their marks, and one `-` for
/// everything else between what is left. Empty when nothing is.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    let mut is_apart = false;
    for c in name.chars().filter(|c| !is_mark(*c)) {
        let plain = if is_latin(c) { deunicode_char(c).unwrap_or_default() } else { "" };
        let mut letters = plain.chars().filter(char::is_ascii_alphanumeric).peekable();
        if letters.peek().is_none() {
            is_apart = true;
            continue;
        }
        if is_apart && !slug.is_empty() {
            slug.push('-');
        }
        is_apart = false;
        slug.extend(letters.map(|letter| letter.to_ascii_lowercase()));
    }
    slug
}

/// Whether it is a letter of a Latin alphabet, or one of ASCII's digits: of others there is no one
/// way to write them in Latin.
fn is_latin(c: char) -> bool {
    c.is_ascii_digit()
        || c.is_alphabetic() && matches!(c, 'A'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

/// Whether it is a mark of the letter before it, written apart.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_word_of_letters_digits_and_single_dashes() {
        for (name, expected) in [
            ("SendGrid", "sendgrid"),
            ("Brevo (formerly Sendinblue)", "brevo-formerly-sendinblue"),
            ("  --Custom   SMTP!! ", "custom-smtp"),
            ("46elks", "46elks"),
            ("Africa's Talking", "africa-s-talking"),
            ("\u{a0}Rocket.Chat_2", "rocket-chat-2"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }

    #[test]
    fn latin_letters_lose_their_marks_however_these_are_written() {
        for (name, expected) in [
            ("Größe", "grosse"),
            ("Ærø Łódź", "aero-lodz"),
            ("Ștefan ÇĞİ", "stefan-cgi"),
            ("Tiếng Việt", "tieng-viet"),
            ("e\u{301}te\u{301}", "ete"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }

    #[test]
    fn of_what_is_not_latin_nothing_is_left() {
        for (name, expected) in [("邮件", ""), ("🦀", ""), ("×÷", ""), ("почта 1", "1"), ("a邮b", "a-b")]
        {
            assert_eq!(slug(name), expected, "{name}");
        }
    }
}
