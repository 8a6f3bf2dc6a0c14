//! What is kept of a good answer, and what a test asks of one.

use patchbay_domain::VerificationClass as Class;
use rstest::rstest;
use serde_json::json;

use super::*;

/// An entry that keeps something of every kind.
const KEEPER: &str = r#"
[[fields]]
key = "text"
kind = "text"
from = "verify"
max_len = 8
[[fields]]
key = "digits"
kind = "text"
from = "verify"
pattern = '^\d+$'
[[fields]]
key = "int"
kind = "int"
from = "verify"
[[fields]]
key = "bool"
kind = "bool"
from = "verify"
[[fields]]
key = "choice"
kind = "enum"
values = ["a", "b"]
from = "verify"
[[fields]]
key = "part"
kind = "json"
keep = ["x", "y"]
from = "verify"
[[fields]]
key = "map"
kind = "map"
max_items = 2
from = "verify"
[[fields]]
key = "list"
kind = "list"
from = "verify"
[[fields]]
key = "hidden"
kind = "text"
secret = true
from = "verify"
[[fields]]
key = "own"
kind = "text"
[[auth]]
id = "a"
type = "static"
[[verify]]
id = "a"
method = "GET"
url = "https://a.example/"
[verify.expect]
status = [200]
all = [
  { at = "/own", same_as = "own", level = "warn" },
  { at = "/must", any = [1, "one"], level = "warn" },
]
[verify.put]
text = "/text"
digits = "/digits"
int = "/int"
bool = "/bool"
choice = "/choice"
part = "/part"
map = "/map"
list = "/list"
hidden = "/hidden"
own = "/own"
"#;

async fn verified(configuration: Value, facts: Value, body: &Value) -> Verification {
    let server = scripted(vec![json_answer(200, body)]).await;
    let connection = OpenConnection { facts: members(facts), ..connection("foreign", configuration, &[]) };
    verifier_at("foreign", server.port).verify_by(&foreign(KEEPER), &connection).await
}

async fn kept(body: Value) -> Value {
    Value::Object(verified(json!({}), json!({}), &body).await.facts)
}

#[rstest]
#[case(json!({"text": "abc"}), json!({"text": "abc"}))]
#[case::number_as_text(json!({"text": 62515}), json!({"text": "62515"}))]
#[case::text_as_number(json!({"int": "-7"}), json!({"int": -7}))]
#[case(json!({"int": 7, "bool": false}), json!({"int": 7, "bool": false}))]
#[case(json!({"choice": "b"}), json!({"choice": "b"}))]
#[case::kept_in_part(json!({"part": {"x": 1, "z": 2, "y": {}}}), json!({"part": {"x": 1, "y": {}}}))]
#[case(json!({"map": {"a": "1"}, "list": [1, "2"]}), json!({"map": {"a": "1"}, "list": [1, "2"]}))]
#[case::too_long(json!({"text": "123456789"}), json!({}))]
#[case::nul(json!({"text": "a\u{0}b", "list": ["\u{0}"]}), json!({}))]
#[case::not_like_its_pattern(json!({"digits": "12a"}), json!({}))]
#[case::not_of_its_kind(
    json!({"text": {}, "int": 1.5, "bool": "true", "choice": "c", "part": [], "map": {"a": 1}, "list": "x"}),
    json!({})
)]
#[case::empty(json!({"text": "", "int": null, "choice": ""}), json!({}))]
#[case::too_many(json!({"map": {"a": "1", "b": "2", "c": "3"}}), json!({}))]
#[case::too_large(json!({"part": {"x": "y".repeat(5000)}, "list": ["z".repeat(5000)]}), json!({}))]
#[case::secret(json!({"hidden": "planted"}), json!({}))]
#[case::nothing(json!([]), json!({}))]
#[tokio::test]
async fn a_fact_is_kept_as_its_field_takes_it(#[case] body: Value, #[case] expected: Value) {
    assert_eq!(kept(body).await, expected);
}

#[tokio::test]
async fn an_owner_is_confirmed_or_helped_out_and_never_corrected() {
    let body = json!({"own": "theirs", "must": 1});
    let helped = verified(json!({}), json!({}), &body).await;
    assert_eq!((helped.class, Value::Object(helped.facts)), (Class::Ok, json!({"own": "theirs"})));
    let confirmed = verified(json!({"own": "theirs"}), json!({}), &body).await;
    assert_eq!((confirmed.class, Value::Object(confirmed.facts)), (Class::Ok, json!({"own": "theirs"})));
    let corrected = verified(json!({"own": "mine"}), json!({}), &body).await;
    assert_eq!((corrected.class, Value::Object(corrected.facts)), (Class::OkWithWarnings, json!({})));
}

/// Who enters the credentials of another account, and never named one, means the other.
#[tokio::test]
async fn what_a_provider_once_said_binds_nobody() {
    let body = json!({"own": "new", "must": "one"});
    let verification = verified(json!({}), json!({"own": "old"}), &body).await;
    assert_eq!((verification.class, Value::Object(verification.facts)), (Class::Ok, json!({"own": "new"})));
}

#[tokio::test]
async fn every_warning_is_said() {
    let verification =
        verified(json!({"own": "mine"}), json!({}), &json!({"own": "x", "must": 2, "text": "t"})).await;
    assert_eq!(verification.class, Class::OkWithWarnings);
    assert_eq!(verification.detail.unwrap(), "own is another one there; /must is not as expected");
    assert_eq!(Value::Object(verification.facts), json!({"text": "t"}), "the rest is known all the same");
}

#[tokio::test]
async fn facts_of_a_first_check_are_not_kept_when_a_second_fails() {
    let connection = connection("messenger", json!({}), &[("page_access_token", "planted")]);
    let page = json_answer(200, &json!({"id": "17", "name": "Acme"}));
    let (requests, verification) = asked(&connection, vec![page, json_answer(403, &json!({}))]).await;
    assert_eq!((requests.len(), verification.class), (2, Class::PermissionMissing));
    assert!(verification.facts.is_empty(), "{verification:?}");
}

#[tokio::test]
async fn what_follows_a_check_that_fails_is_not_asked() {
    let connection = connection("messenger", json!({}), &[("page_access_token", "planted")]);
    let (requests, verification) = asked(&connection, vec![json_answer(401, &json!({}))]).await;
    assert_eq!((requests.len(), verification.class), (1, Class::CredentialsRejected));
}

#[rstest]
#[case::first_rejection(
    r#"reject = [{ at = "/a", any = [1], reason = "not_found" }, { status = [200], reason = "mismatch" }]"#,
    200,
    Class::NotFound
)]
#[case::rejection_before_limits(
    r#"reject = [{ status = [429], reason = "account_inactive" }]"#,
    429,
    Class::AccountInactive
)]
#[case::limits_before_status("", 418, Class::Throttled)]
#[case::status_before_tests("", 404, Class::NotFound)]
#[case::tests_last("", 200, Class::CredentialsRejected)]
#[case::both_or_neither(
    r#"reject = [{ status = [400], at = "/a", any = [1], reason = "mismatch" }]"#,
    200,
    Class::CredentialsRejected
)]
#[case::another_success("", 204, Class::UnexpectedAnswer)]
#[tokio::test]
async fn an_answer_is_judged_in_order(#[case] reject: &str, #[case] status: u16, #[case] expected: Class) {
    let entry = foreign(&format!(
        "[[auth]]\nid = 'a'\ntype = 'static'\n\
         [[verify]]\nid = 'a'\nmethod = 'GET'\nurl = 'https://a.example/'\n\
         expect = {{ status = [200], all = [{{ at = '/ok', is = true }}] }}\n{reject}\n\
         [limits]\nthrottled = [{{ status = [418, 429] }}]\n"
    ));
    let server = scripted(vec![json_answer(status, &json!({"a": 1}))]).await;
    let verifier = verifier_at("foreign", server.port);
    let verification = verifier.verify_by(&entry, &connection("foreign", json!({}), &[])).await;
    assert_eq!(verification.class, expected, "{verification:?}");
}
