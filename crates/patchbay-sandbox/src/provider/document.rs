//! Documents that are made so that tests hold for them, or do not.

use patchbay_catalogue::{BodyTest, Pointer, Test};
use serde_json::{Value, json};

use super::values::Known;

/// How many members a list gets at the most for the sake of a place in it.
const MAX_ITEMS: usize = 100;

/// Puts a value at a place, and makes what leads there.
pub(crate) fn set(document: &mut Value, at: &str, value: Value) {
    let mut place = document;
    for token in at.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        let position = name.parse::<usize>().ok().filter(|position| *position < MAX_ITEMS);
        if !place.is_array() && !place.is_object() {
            *place = if position.is_some() { json!([]) } else { json!({}) };
        }
        place = match place {
            Value::Array(items) => {
                let position = position.unwrap_or_default();
                items.resize(items.len().max(position + 1), Value::Null);
                &mut items[position]
            }
            Value::Object(members) => members.entry(name).or_insert(Value::Null),
            other => other,
        };
    }
    *place = value;
}

/// Takes away what is at a place.
pub(crate) fn remove(document: &mut Value, at: &str) {
    let Some((above, name)) = at.rsplit_once('/') else {
        *document = Value::Null;
        return;
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(above) {
        // What comes after it stays in its place.
        Some(Value::Object(members)) => drop(members.shift_remove(&name)),
        Some(Value::Array(items)) => {
            let position = name.parse::<usize>().ok();
            if let Some(item) = position.and_then(|position| items.get_mut(position)) {
                *item = Value::Null;
            }
        }
        _ => {}
    }
}

/// Makes a test hold.
pub(crate) fn satisfy(document: &mut Value, test: &BodyTest, known: &Known<'_>) {
    let there = test.at.of(document).cloned().unwrap_or(Value::Null);
    let value = match &test.test {
        Test::Is(value) => value.clone(),
        Test::Any(values) => match values.iter().find(|value| **value == there).or(values.first()) {
            Some(value) => value.clone(),
            None => return,
        },
        Test::SameAs(key) => known.value(key),
        Test::Present if !there.is_null() => return,
        Test::Present => likely(&test.at, known),
        Test::Integer => integer(&there, known),
        Test::Object if there.is_object() => return,
        Test::Object => json!({}),
    };
    set(document, test.at.as_str(), value);
}

/// Makes all of them hold: what compares first, because what asks for a kind of value then
/// leaves the value as it is.
pub(crate) fn satisfy_all(document: &mut Value, tests: &[BodyTest], known: &Known<'_>) {
    let compares = |test: &&BodyTest| matches!(test.test, Test::SameAs(_));
    for test in tests.iter().filter(compares).chain(tests.iter().filter(|test| !compares(test))) {
        satisfy(document, test, known);
    }
}

/// Makes the tests that a plain yes or no decides fail, as providers do that say no in a success.
pub(crate) fn deny(document: &mut Value, tests: &[BodyTest]) {
    for test in tests {
        if let Test::Is(Value::Bool(yes)) = test.test {
            set(document, test.at.as_str(), Value::Bool(!yes));
        }
    }
}

/// Whether a plain yes or no decides one of the tests.
pub(crate) fn says_no_in_a_success(tests: &[BodyTest]) -> bool {
    tests.iter().any(|test| matches!(test.test, Test::Is(Value::Bool(_))))
}

/// Something where anything does.
fn likely(at: &Pointer, known: &Known<'_>) -> Value {
    let name = at.as_str().rsplit('/').next().unwrap_or_default();
    if name.ends_with("id") { known.account.digits().into() } else { known.account.name.as_str().into() }
}

/// The same value as a whole number; one that goes with the account where it is none.
fn integer(there: &Value, known: &Known<'_>) -> Value {
    let own = there.as_i64().or_else(|| there.as_str()?.parse().ok());
    own.or_else(|| known.account.digits().parse().ok()).unwrap_or(1).into()
}

/// Another value of the same kind.
pub(crate) fn another(value: &Value) -> Value {
    match value {
        Value::Number(number) => (number.as_i64().unwrap_or_default() + 1).into(),
        Value::String(text) => match text.as_bytes().last() {
            // It keeps its length and its form.
            Some(last @ b'0'..=b'8') => format!("{}{}", &text[..text.len() - 1], last - b'0' + 1).into(),
            Some(b'9') => format!("{}8", &text[..text.len() - 1]).into(),
            _ => format!("{text}x").into(),
        },
        Value::Bool(yes) => (!yes).into(),
        _ => "another".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_put_where_it_belongs() {
        let mut document = Value::Null;
        set(&mut document, "/errors/0/extensions/code", "A".into());
        set(&mut document, "/errors/0/a~1b", 1.into());
        set(&mut document, "/errors/2", 3.into());
        assert_eq!(document, json!({"errors": [{"extensions": {"code": "A"}, "a/b": 1}, null, 3]}));
        set(&mut document, "", true.into());
        assert_eq!(document, json!(true));
    }

    #[test]
    fn what_is_taken_away_leaves_the_rest_where_it_was() {
        let mut document = json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        for at in ["/a/b", "/d/0", "/e/f", "/d/7"] {
            remove(&mut document, at);
        }
        assert_eq!(document, json!({"a": {"c": 2}, "d": [null, 2]}));
    }

    #[test]
    fn another_value_is_of_the_same_kind_and_another() {
        for (value, expected) in [
            (json!(7), json!(8)),
            (json!("PN9"), json!("PN8")),
            (json!("62515"), json!("62516")),
            (json!("ann@acme.example"), json!("ann@acme.examplex")),
            (json!(""), json!("x")),
            (json!(true), json!(false)),
        ] {
            assert_eq!(another(&value), expected);
        }
    }
}
