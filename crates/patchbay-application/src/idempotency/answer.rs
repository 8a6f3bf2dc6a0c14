//! An answer, as a receipt keeps it.

use patchbay_domain::BoxError;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// An answer as it was sent, to be sent again. It may show a secret.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    /// The status.
    pub status: u16,
    /// The headers that belong to it, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: SecretString,
}

/// What a receipt holds: the key of its fingerprint, and the answer once there is one.
pub(super) struct Content {
    pub(super) key: SecretString,
    pub(super) answer: Option<StoredAnswer>,
}

impl Content {
    pub(super) fn to_text(key: &SecretString, answer: Option<&StoredAnswer>) -> SecretString {
        let answer = answer.map(|answer| {
            json!({"status": answer.status, "headers": answer.headers, "body": answer.body.expose_secret()})
        });
        let text = Zeroizing::new(json!({"key": key.expose_secret(), "answer": answer}).to_string());
        SecretString::from(text.as_str())
    }

    pub(super) fn read(text: &SecretString) -> Result<Self, BoxError> {
        let malformed = || BoxError::from("not the content of a receipt");
        // What the parser says may quote the text.
        let content: Value = serde_json::from_str(text.expose_secret()).map_err(|_| malformed())?;
        let key = content["key"].as_str().ok_or_else(malformed)?;
        let answer = match &content["answer"] {
            Value::Null => None,
            answer => Some(answer_of(answer).ok_or_else(malformed)?),
        };
        Ok(Self { key: key.into(), answer })
    }
}

fn answer_of(answer: &Value) -> Option<StoredAnswer> {
    let pair = |pair: &Value| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
    Some(StoredAnswer {
        status: u16::try_from(answer["status"].as_u64()?).ok()?,
        headers: answer["headers"].as_array()?.iter().map(pair).collect::<Option<_>>()?,
        body: answer["body"].as_str()?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let answer = StoredAnswer {
            status: 201,
            headers: vec![("location".to_owned(), "/a b".to_owned())],
            body: "{\"name\":\"\u{1f980} \\\" planted\"}".into(),
        };
        let content = Content::read(&Content::to_text(&"a key".into(), Some(&answer))).unwrap();
        assert_eq!(content.key.expose_secret(), "a key");
        let read = content.answer.unwrap();
        assert_eq!((read.status, &read.headers), (201, &answer.headers));
        assert_eq!(read.body.expose_secret(), answer.body.expose_secret());
        assert!(!format!("{read:?}").contains("planted"));
        let started = Content::read(&Content::to_text(&"a key".into(), None)).unwrap();
        assert!(started.answer.is_none());
    }

    #[test]
    fn what_is_no_content_is_refused_without_showing_it() {
        for text in ["", "planted", "[]", r#"{"key":7}"#, r#"{"key":"k","answer":{"status":70000}}"#] {
            let error = Content::read(&text.into()).err().unwrap();
            assert!(!error.to_string().contains("planted"), "{error}");
        }
    }
}
