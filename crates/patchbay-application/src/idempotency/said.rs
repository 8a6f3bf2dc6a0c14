//! What a named request says, by which it is told from another one of the same name.

use secrecy::zeroize::Zeroizing;
use serde_json::Value;

/// The query and the body of a request, to be fingerprinted. They may hold secrets.
pub(super) struct Said(Zeroizing<Vec<u8>>);

impl Said {
    /// In the form that is the same for all that means the same. Of a body that is JSON that is
    /// the JSON without white space, the members of every object in the order of their names, of
    /// one that is there twice the last alone, and numbers as they were read: `1` and `1.0` are
    /// two. Any other body stays as it was sent, and so does the query.
    pub(super) fn canonical(query: &str, body: &[u8]) -> Self {
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return Self::verbatim(query, body) };
        value.sort_all_objects();
        Self::verbatim(query, Zeroizing::new(value.to_string()).as_bytes())
    }

    /// As it was sent. No query has a line break, so none is taken for the beginning of a body.
    pub(super) fn verbatim(query: &str, body: &[u8]) -> Self {
        Self(Zeroizing::new([query.as_bytes(), b"\n", body].concat()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(body: &str) -> String {
        String::from_utf8(Said::canonical("a=b", body.as_bytes()).bytes().to_vec()).unwrap()
    }

    #[test]
    fn order_white_space_and_spelling_make_no_difference() {
        let said = canonical(r#"{"b":{"y":[1,{"d":null,"c":"ä"}],"x":true},"a":1.50}"#);
        assert_eq!(said, "a=b\n{\"a\":1.5,\"b\":{\"x\":true,\"y\":[1,{\"c\":\"ä\",\"d\":null}]}}");
        for same in [
            r#"{"a":1.5,"b":{"x":true,"y":[1,{"c":"ä","d":null}]}}"#,
            "\n{ \"a\" : 15e-1,\t\"b\":{\"y\":[1 ,{\"d\":null,\"c\":\"\\u00e4\"}],\"x\":true}}\r\n",
            r#"{"a":"other","b":{"y":[1,{"d":null,"c":"ä"}],"x":true},"a":1.50}"#,
        ] {
            assert_eq!(canonical(same), said, "{same}");
        }
    }

    #[test]
    fn another_value_is_another_request() {
        let bodies = [
            "",
            "{}",
            "[]",
            "null",
            r#"{"a":1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":"1"}"#,
            r#"{"a":null}"#,
            r#"{"b":1}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":"b "}"#,
        ];
        let said: std::collections::BTreeSet<_> = bodies.into_iter().map(canonical).collect();
        assert_eq!(said.len(), bodies.len());
    }

    #[test]
    fn what_is_no_json_is_compared_byte_by_byte() {
        let deep = "[".repeat(1000);
        for body in ["", " ", "{", "{ ", "a=1&b=2", "{\"a\":1}{}", deep.as_str()] {
            assert_eq!(canonical(body), format!("a=b\n{body}"));
        }
        let no_text = [0xff, 0xfe];
        assert_eq!(Said::canonical("", &no_text).bytes(), [b"\n".as_slice(), &no_text].concat());
    }

    #[test]
    fn a_query_is_told_from_a_body() {
        let said = |query, body: &str| Said::canonical(query, body.as_bytes()).bytes().to_vec();
        assert_ne!(said("a=1", "{}"), said("a=2", "{}"));
        assert_ne!(said("a=1&b=2", ""), said("b=2&a=1", ""), "a query stays as it was sent");
        assert_ne!(said("", "1"), said("1", ""));
    }
}
