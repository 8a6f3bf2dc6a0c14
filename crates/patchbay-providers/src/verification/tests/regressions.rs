//! Answers that say the contrary of what their status does.

use patchbay_domain::VerificationClass as Class;
use rstest::rstest;
use serde_json::json;

use super::*;

async fn class(connection: OpenConnection, status: u16, body: Value) -> Class {
    outcome(&connection, vec![json_answer(status, &body)]).await.class
}

#[rstest]
#[case("invalid_auth", Class::CredentialsRejected)]
#[case("ratelimited", Class::Throttled)]
#[case("a_word_that_is_not_known", Class::CredentialsRejected)]
#[tokio::test]
async fn slack_answers_200_with_ok_false(#[case] word: &str, #[case] expected: Class) {
    let verification =
        outcome(&slack().0, vec![json_answer(200, &json!({"ok": false, "error": word}))]).await;
    assert_eq!((verification.class, verification.detail.as_deref()), (expected, Some(word)));
}

#[tokio::test]
async fn zendesk_answers_200_to_anonymous_callers() {
    let configuration = json!({"subdomain": "acme", "email": "ann@example.com"});
    let connection = connection("zendesk", configuration, &[("api_token", "planted")]);
    let anonymous = json!({"user": {"id": null, "name": "Anonymous user", "role": "end-user"}});
    assert_eq!(class(connection, 200, anonymous).await, Class::CredentialsRejected);
}

#[rstest]
#[case(json!({"jsonrpc": "2.0", "id": 1, "result": false}), Class::CredentialsRejected)]
#[case(
    json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": {"name": "psycopg2.OperationalError"}}}),
    Class::UnexpectedAnswer
)]
#[tokio::test]
async fn odoo_answers_200_with_result_false(#[case] body: Value, #[case] expected: Class) {
    let configuration = json!({"url": "https://acme.odoo.example", "database": "acme", "username": "ann"});
    assert_eq!(
        class(connection("odoo", configuration, &[("password", "planted")]), 200, body).await,
        expected
    );
}

#[tokio::test]
async fn shopify_answers_200_with_throttled() {
    let configuration = json!({"shop_domain": "acme.myshopify.com"});
    let connection = connection("shopify", configuration, &[("access_token", "planted")]);
    let throttled = json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]});
    assert_eq!(class(connection, 200, throttled).await, Class::Throttled);
}

#[rstest]
#[case::messenger("messenger", "page_access_token")]
#[case::whatsapp("whatsapp", "access_token")]
#[tokio::test]
async fn meta_answers_400_with_a_code_for_throttling(#[case] id: &str, #[case] secret: &str) {
    let connection = connection(id, json!({"phone_number_id": "106540352242922"}), &[(secret, "planted")]);
    let throttled = json!({"error": {"code": 4, "message": "Application request limit reached"}});
    assert_eq!(class(connection, 400, throttled).await, Class::Throttled);
}
