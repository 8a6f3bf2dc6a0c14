//! The id that ties an answer to its log lines.

use std::fmt;

use actix_web::dev::RequestHead;
use patchbay_domain::IdGenerator;

/// Identifies one request, in the answer's `x-request-id` and in the log.
#[derive(Clone, Debug)]
pub struct RequestId(String);

impl RequestId {
    /// The header that carries it, both ways.
    pub const HEADER: &'static str = "x-request-id";

    const MAX_CHARS: usize = 128;

    /// The client's own id, when it has 1 to 128 characters of `[A-Za-z0-9._:-]`, else a
    /// new one.
    pub fn of(head: &RequestHead, ids: &dyn IdGenerator) -> Self {
        let sent = head.headers().get(Self::HEADER).and_then(|value| value.to_str().ok());
        match sent.filter(|text| is_sound(text)) {
            Some(text) => Self(text.to_owned()),
            None => Self(ids.uuid().to_string()),
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sound(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    (1..=RequestId::MAX_CHARS).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_id_of_the_client_is_taken_over() {
        for sound in ["a", "0192-abc.DEF_1:2", &"x".repeat(128)] {
            assert!(is_sound(sound), "{sound}");
        }
        for unsound in ["", "a b", "a\"b", "é", "a/b", &"x".repeat(129)] {
            assert!(!is_sound(unsound), "{unsound}");
        }
    }
}
