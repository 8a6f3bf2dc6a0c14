//! Comparing JSON documents with the order of their members.

use serde_json::Value;

/// What stands in both documents in the place of a volatile member.
const VOLATILE: &str = "(volatile)";

/// Says how `actual` differs from `expected`; `None` when they are alike to the order of
/// their members.
///
/// `volatile` names members that the service makes up, as `data.id` or, in every element of
/// an array, `data[].id`; of a document that is one, `[].id`. Of these only the JSON type counts; and members called `id` must
/// be UUIDs (version 7, or 5 where the id is derived), those called `created_at` or
/// `updated_at` must be times in UTC with six fraction digits, texts must not be empty.
#[must_use]
pub fn difference(expected: &Value, actual: &Value, volatile: &[&str]) -> Option<String> {
    let (mut expected, mut actual) = (expected.clone(), actual.clone());
    for path in volatile {
        if let Err(wrong) = pass_over(&mut expected, &mut actual, path) {
            return Some(format!("{path}: {wrong}"));
        }
    }
    let (expected, actual) = (format!("{expected:#}"), format!("{actual:#}"));
    (expected != actual).then(|| format!("expected {expected}\nbut it is {actual}"))
}

fn pass_over(expected: &mut Value, actual: &mut Value, path: &str) -> Result<(), String> {
    let (step, rest) = path.split_once('.').unwrap_or((path, ""));
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    // A document that is an array itself has no name.
    let members = if name.is_empty() {
        (Some(expected), Some(actual))
    } else {
        (expected.get_mut(name), actual.get_mut(name))
    };
    let (Some(expected), Some(actual)) = members else {
        return Err(format!("one of the two has no `{name}`"));
    };
    if each {
        // Arrays of different length differ anyway, once they are compared as a whole.
        let (Some(expected), Some(actual)) = (expected.as_array_mut(), actual.as_array_mut()) else {
            return Err(format!("`{name}` is not an array in both"));
        };
        return expected.iter_mut().zip(actual).try_for_each(|(one, other)| pass_over(one, other, rest));
    }
    if !rest.is_empty() {
        return pass_over(expected, actual, rest);
    }
    check_form(name, expected, actual)?;
    *expected = Value::from(VOLATILE);
    *actual = Value::from(VOLATILE);
    Ok(())
}

fn check_form(name: &str, expected: &Value, actual: &Value) -> Result<(), String> {
    if std::mem::discriminant(expected) != std::mem::discriminant(actual) {
        return Err(format!("{actual} is of another type"));
    }
    let Value::String(text) = actual else { return Ok(()) };
    let well_formed = match name {
        "id" => is_uuid(text, &['5', '7']),
        "created_at" | "updated_at" => is_timestamp(text),
        _ => !text.is_empty(),
    };
    if well_formed { Ok(()) } else { Err(format!("`{text}` has not the form of one")) }
}

/// Whether `text` is a UUID in lower case of one of these versions.
#[must_use]
pub fn is_uuid(text: &str, versions: &[char]) -> bool {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    like(text, "hhhhhhhh-hhhh-Vhhh-Nhhh-hhhhhhhhhhhh", |form, c| match form {
        'h' => Some(is_hex(c)),
        'V' => Some(versions.contains(&c)),
        'N' => Some("89ab".contains(c)),
        _ => None,
    })
}

/// Whether `text` is a time as the service writes it: RFC 3339, UTC as `Z`, six fraction
/// digits.
#[must_use]
pub fn is_timestamp(text: &str) -> bool {
    like(text, "dddd-dd-ddTdd:dd:dd.ddddddZ", |form, c| (form == 'd').then(|| c.is_ascii_digit()))
}

/// Whether `text` is a time in UTC with milliseconds, as JavaScript writes it.
#[must_use]
pub fn is_milliseconds(text: &str) -> bool {
    like(text, "dddd-dd-ddTdd:dd:dd.dddZ", |form, c| (form == 'd').then(|| c.is_ascii_digit()))
}

/// Whether `text` fits `form` character by character: `judge` knows what some characters of
/// the form stand for, the others stand for themselves.
fn like(text: &str, form: &str, judge: impl Fn(char, char) -> Option<bool>) -> bool {
    let fits = |(form, c): (char, char)| judge(form, c).unwrap_or(form == c);
    text.chars().count() == form.chars().count() && form.chars().zip(text.chars()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "0192202e-b6f3-7d23-8025-3f60675cc031";
    const TIME: &str = "2026-01-01T00:00:00.123456Z";

    #[test]
    fn the_order_of_members_counts() {
        assert_eq!(difference(&json!({"a": 1, "b": 2}), &json!({"a": 1, "b": 2}), &[]), None);
        assert!(difference(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1}), &[]).is_some());
    }

    #[test]
    fn of_a_volatile_member_type_and_form_count() {
        let expected = json!({"data": [{"id": "your_id", "n": 1, "created_at": "your_time"}]});
        let differs = |id: Value, time: Value| {
            let actual = json!({"data": [{"id": id, "n": 1, "created_at": time}]});
            difference(&expected, &actual, &["data[].id", "data[].created_at"]).is_some()
        };
        assert!(!differs(json!(ID), json!(TIME)));
        assert!(differs(json!("your_id"), json!(TIME)));
        assert!(differs(json!(7), json!(TIME)));
        assert!(differs(json!(null), json!(TIME)));
        assert!(differs(json!(ID), json!("2026-01-01T00:00:00Z")));
    }

    #[test]
    fn a_document_may_be_an_array() {
        let expected = json!([{"id": "your_id", "n": 1}]);
        assert_eq!(difference(&expected, &json!([{"id": ID, "n": 1}]), &["[].id"]), None);
        for other in [json!([{"id": "x", "n": 1}]), json!([{"id": ID, "n": 2}]), json!([]), json!({})] {
            assert!(difference(&expected, &other, &["[].id"]).is_some(), "{other}");
        }
    }

    #[test]
    fn a_volatile_member_must_be_there() {
        assert!(difference(&json!({"error": "x"}), &json!({}), &["error"]).is_some());
        assert!(difference(&json!({"error": "x"}), &json!({"error": ""}), &["error"]).is_some());
        assert_eq!(difference(&json!({"error": "x"}), &json!({"error": "y"}), &["error"]), None);
    }

    #[test]
    fn arrays_of_different_length_differ() {
        let expected = json!({"data": [{"id": "x"}]});
        assert!(difference(&expected, &json!({"data": []}), &["data[].id"]).is_some());
        let two = json!({"data": [{"id": ID}, {"id": ID}]});
        assert!(difference(&expected, &two, &["data[].id"]).is_some());
    }

    #[test]
    fn the_version_of_a_uuid_is_told_apart() {
        assert!(is_uuid(ID, &['7']));
        assert!(!is_uuid(ID, &['4', '5']));
        assert!(!is_uuid(&ID.to_uppercase(), &['7']));
        assert!(!is_uuid(&ID.replace('-', ""), &['7']));
    }

    #[test]
    fn a_time_with_milliseconds_has_three_fraction_digits() {
        assert!(is_milliseconds("2026-01-01T00:00:00.123Z"));
        for wrong in [TIME, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123+00:00", ""] {
            assert!(!is_milliseconds(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_time_is_in_utc_and_has_six_fraction_digits() {
        assert!(is_timestamp(TIME));
        for wrong in ["2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00.123456+01:00", "2026-01-01", ""] {
            assert!(!is_timestamp(wrong), "{wrong}");
        }
    }
}
