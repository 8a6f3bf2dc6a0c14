//! Values that are said back to who sent them.

use patchbay_application::{Fault, FaultReason, Location, RefusedValue};
use patchbay_domain::is_secret_name;
use serde_json::Value;

/// Gives each fault of a member that a dialect `repeats` the value that was sent there in `body`.
///
/// Of what was not sent there is none: that is also `null` where a value is required. Nothing
/// is repeated that has the name of a secret, or in which something has, whatever the dialect
/// says.
pub fn repeat(faults: &mut [Fault], body: &[u8], repeats: fn(&str) -> bool) {
    let is_repeated = |fault: &&mut Fault| {
        let of_what_is_there = fault.location == Location::Body && fault.reason != FaultReason::Required;
        of_what_is_there && fault.field.as_deref().is_some_and(|path| repeats(path) && !is_secret(path))
    };
    let mut repeated = faults.iter_mut().filter(is_repeated).peekable();
    if repeated.peek().is_none() {
        return;
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
    for fault in repeated {
        let sent = fault.field.as_deref().and_then(|path| at(&body, path));
        fault.value = sent.filter(|sent| !has_secret(sent)).and_then(RefusedValue::of);
    }
}

/// What is at `path` in `body`: names of members, and places in arrays counted from 0.
fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Whether the name of what is at `path` is that of a secret; what has none, as the items of an
/// array, goes by that of what it is in.
fn is_secret(path: &str) -> bool {
    let is_name = |step: &&str| step.parse::<usize>().is_err();
    path.rsplit('.').find(is_name).is_some_and(is_secret_name)
}

fn has_secret(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, value)| is_secret_name(name) || has_secret(value))
        }
        Value::Array(items) => items.iter().any(has_secret),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value_at(path: &str, reason: FaultReason, body: &Value) -> Option<Value> {
        let mut faults = [Fault::of_field(Location::Body, path, reason)];
        repeat(&mut faults, body.to_string().as_bytes(), |path| !path.starts_with("quiet"));
        let [fault] = faults;
        fault.value.map(|value| value.as_json().clone())
    }

    fn repeated(path: &str, body: &Value) -> Option<Value> {
        value_at(path, FaultReason::NotOffered, body)
    }

    #[test]
    fn a_value_is_found_by_its_path_through_objects_and_arrays() {
        let body = json!({"channel": "fax", "conditions": [{"children": [{}, {"on": 7}]}], "port": null});
        assert_eq!(repeated("channel", &body), Some(json!("fax")));
        assert_eq!(repeated("conditions.0.children.1.on", &body), Some(json!(7)));
        assert_eq!(repeated("conditions.0.children.0", &body), Some(json!({})));
        assert_eq!(repeated("port", &body), Some(Value::Null));
        for nowhere in
            ["other", "channel.x", "conditions.1", "conditions.x", "conditions.0.children.0.on", ""]
        {
            assert_eq!(repeated(nowhere, &body), None, "{nowhere}");
        }
    }

    #[test]
    fn what_is_required_was_not_sent() {
        let body = json!({"name": null});
        assert_eq!(value_at("name", FaultReason::Required, &body), None);
        assert_eq!(value_at("other", FaultReason::Required, &body), None);
    }

    #[test]
    fn only_what_the_dialect_names_is_repeated_and_only_of_the_body() {
        assert_eq!(repeated("quiet", &json!({"quiet": 1})), None);
        let of_query = Fault::of_field(Location::Query, "channel", FaultReason::NotOffered);
        let mut faults = [of_query, Fault::of_body(FaultReason::NothingToChange)];
        repeat(&mut faults, br#"{"channel":1}"#, |_| true);
        assert!(faults.iter().all(|fault| fault.value.is_none()));
    }

    #[test]
    fn nothing_with_the_name_of_a_secret_is_repeated() {
        let body = json!({
            "credentials": {"port": [1], "apiKey": "planted", "token": ["planted"]},
            "conditions": [{"Api-Key": 1}], "names": ["token"]
        });
        for secret in
            ["credentials", "credentials.apiKey", "credentials.token.0", "conditions", "conditions.0"]
        {
            assert_eq!(repeated(secret, &body), None, "{secret}");
        }
        assert_eq!(repeated("credentials.port", &body), Some(json!([1])));
        assert_eq!(repeated("names", &body), Some(json!(["token"])));
    }

    #[test]
    fn what_is_large_is_not_repeated() {
        assert_eq!(repeated("name", &json!({"name": "x".repeat(254)})), Some("x".repeat(254).into()));
        assert_eq!(repeated("name", &json!({"name": "x".repeat(255)})), None);
    }
}
