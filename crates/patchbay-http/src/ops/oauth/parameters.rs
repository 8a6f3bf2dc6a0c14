//! What a browser brings back in its query.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;

/// The most bytes that the query of a callback may have.
const MAX_BYTES: usize = 16 * 1024;

/// The parameters of a callback.
pub struct Parameters {
    /// The one that is called `state`, which stands there once.
    pub state: SecretString,
    /// All of them, in their order.
    pub all: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a query as the form that RFC 6749 (appendix B) has it be; `None` for one that is too
    /// long, is no such form, or does not say whose it is.
    pub fn read(query: &str) -> Option<Self> {
        if query.len() > MAX_BYTES {
            return None;
        }
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let all = pairs.map(pair).collect::<Option<Vec<_>>>()?;
        let mut states = all.iter().filter(|(name, _)| name == "state").map(|(_, value)| value.as_str());
        let state = states.next().filter(|state| !state.is_empty()).map(SecretString::from)?;
        if states.next().is_some() {
            return None;
        }
        Some(Self { state, all })
    }
}

fn pair(pair: &str) -> Option<(String, String)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    Some((decoded(name)?, decoded(value)?))
}

/// Text of a form; `None` where a `%` begins no octet, or the octets are no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let is_octet = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|b| b.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_octet) {
        return None;
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn parameters_are_decoded_and_keep_their_order() {
        let read = Parameters::read("shop=a%2Eb&code=c+d&&state=%c3%a4&shop=x&flag&empty=&c=d=e").unwrap();
        assert_eq!(read.state.expose_secret(), "ä");
        let all: Vec<_> = read.all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("shop", "a.b"),
            ("code", "c d"),
            ("state", "ä"),
            ("shop", "x"),
            ("flag", ""),
            ("empty", ""),
            ("c", "d=e"),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn what_is_no_form_or_names_no_state_is_nothing() {
        for query in [
            "",
            "code=a",
            "state=",
            "state",
            "state=a&state=a",
            "state=a&%73tate=b",
            "state=a&b=%",
            "state=a&b=%4",
            "state=a&b=%4g",
            "state=a&b=%ff",
            "State=a",
        ] {
            assert!(Parameters::read(query).is_none(), "{query}");
        }
    }

    #[test]
    fn a_query_has_a_limit() {
        let of = |length: usize| format!("state=a&code={}", "x".repeat(length - 13));
        assert!(Parameters::read(&of(MAX_BYTES)).is_some());
        assert!(Parameters::read(&of(MAX_BYTES + 1)).is_none());
    }
}
