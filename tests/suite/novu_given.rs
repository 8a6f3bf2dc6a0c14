//! What the tests of Novu start from, and the assertions that they share.

use patchbay_tests::{Answer, is_milliseconds};
use serde_json::{Map, Value, json};

/// What a secret member is shown as.
pub const MASK: &str = "********";

/// The key of [`mail`].
pub const API_KEY: &str = "SG.planted-0123456789abcdef";

/// What most tests create: an integration that sends mail, and is used for it.
pub fn mail(name: &str) -> Value {
    json!({
        "providerId": "sendgrid",
        "channel": "email",
        "name": name,
        "credentials": { "apiKey": API_KEY, "from": "a@example.com" },
        "active": true,
    })
}

/// The same that is not used.
pub fn unused_mail(name: &str) -> Value {
    with(mail(name), json!({ "active": false }))
}

/// One that sends text messages, and is used for it.
pub fn text_messages(name: &str) -> Value {
    json!({
        "providerId": "twilio",
        "channel": "sms",
        "name": name,
        "credentials": { "accountSid": "AC1", "token": "planted-0123456789abcdef" },
        "active": true,
    })
}

/// One that reaches a chat.
pub fn chat(name: &str) -> Value {
    json!({ "providerId": "discord", "channel": "chat", "name": name, "active": true })
}

/// One that pushes.
pub fn push(name: &str) -> Value {
    json!({
        "providerId": "expo",
        "channel": "push",
        "name": name,
        "credentials": { "apiKey": "planted-0123456789abcdef" },
        "active": true,
    })
}

/// The inbox, of which an environment has one.
pub fn inbox() -> Value {
    json!({ "providerId": "novu", "channel": "in_app", "active": true })
}

/// Conditions that are sound and not none.
pub fn conditions() -> Value {
    json!([{ "children": [{ "field": "plan", "value": "pro", "operator": "EQUAL", "on": "subscriber" }] }])
}

/// `body` with these members in the place of its own.
pub fn with(mut body: Value, members: Value) -> Value {
    if let (Value::Object(body), Value::Object(members)) = (&mut body, members) {
        body.extend(members);
    }
    body
}

/// Asserts a refusal in Novu's shape, and answers its message.
pub fn fault(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer}");
    let document = answer.json();
    let mut members: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    if status == 422 {
        assert_eq!(members.pop(), Some("errors"), "{answer}");
        assert!(document["errors"].is_object(), "{answer}");
    }
    // A bare refusal of a key has no words but these.
    let is_bare = status == 401 && document["message"] == "Unauthorized";
    let expected = ["statusCode", "timestamp", "path", "message", "error"];
    assert_eq!(members, expected[..if is_bare { 4 } else { 5 }], "{answer}");
    assert!(is_milliseconds(document["timestamp"].as_str().unwrap()), "{answer}");
    assert_eq!(
        (&document["statusCode"], &document["path"]),
        (&json!(status), &json!(answer.path())),
        "{answer}"
    );
    if !is_bare {
        assert_eq!(document["error"], phrase(status), "{answer}");
    }
    assert!(answer.header("content-type").starts_with("application/json"), "{answer}");
    document["message"].as_str().unwrap().to_owned()
}

fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => panic!("nothing is refused with {status}"),
    }
}

/// Asserts a refusal in Novu's shape, with just these words.
pub fn faulted(answer: &Answer, status: u16, message: &str) {
    assert_eq!(fault(answer, status), message, "{answer}");
}

/// Asserts that members are refused, each with reasons; answers them by their paths.
pub fn unprocessable(answer: &Answer) -> Map<String, Value> {
    faulted(answer, 422, "Validation Error");
    let errors = answer.json()["errors"].as_object().unwrap().clone();
    assert!(!errors.is_empty(), "{answer}");
    for (path, error) in &errors {
        let messages = error["messages"].as_array().unwrap();
        let are_words = messages.iter().all(|one| one.as_str().is_some_and(|words| !words.is_empty()));
        assert!(!messages.is_empty() && are_words, "{path}: {answer}");
        assert!(
            error.as_object().unwrap().keys().all(|name| name == "messages" || name == "value"),
            "{answer}"
        );
    }
    errors
}

/// Asserts that just these members are refused.
pub fn refused_members(answer: &Answer, expected: &[&str]) {
    let mut expected: Vec<_> = expected.to_vec();
    let errors = unprocessable(answer);
    let mut found: Vec<_> = errors.keys().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{answer}");
}
