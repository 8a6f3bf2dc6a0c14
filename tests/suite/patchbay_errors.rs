//! How the native API refuses: with problem details, every fault at once, and nothing of what was
//! sent.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, a_team, an_integration, problem, problem_of};

/// Asserts that what was sent is refused, for these faults.
fn invalid(answer: Answer, detail: &str, errors: &Value) {
    assert!(!answer.text.contains("planted"), "a refusal repeats what was sent: {answer}");
    let expected = json!({
        "type": "urn:patchbay:problem:invalid-request", "title": "The request is not valid", "status": 400,
        "detail": detail, "errors": errors,
    });
    let answer = answer.expect_status(400).expect_json(&expected, &[]);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bad_body_is_told_with_its_place(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.aloochat().created(&a_team("Team")).await?;
    let nowhere = "is not one of the addresses that the operator allows";
    for (sent, pointer, why) in [
        ("{ planted", "#", "is not valid JSON at line 1, column 3"),
        (" ", "#", "is not valid JSON at line 1, column 1"),
        ("[\"planted\"]", "#", "must be a JSON object"),
        ("null", "#", "must be a JSON object"),
        (r#"{"return_to":7}"#, "#/return_to", "must be a string"),
        (r#"{"return_to":null}"#, "#/return_to", "must be a string"),
        (r#"{"return_to":["planted"]}"#, "#/return_to", "must be a string"),
        (r#"{"return_to":"planted\u0000"}"#, "#/return_to", "must not contain the character U+0000"),
        (r#"{"return_to":""}"#, "#/return_to", nowhere),
        (r#"{"return_to":"https://planted.example"}"#, "#/return_to", nowhere),
    ] {
        let answer = acme.patchbay().authorizing(&id).body(sent).send().await?;
        let place = if pointer == "#" { "body" } else { "return_to" };
        let errors = json!([{ "pointer": pointer, "detail": why }]);
        invalid(answer, &format!("{place} {why}"), &errors);
    }
    let large = acme.patchbay().authorizing(&id).body(" ".repeat(262_145)).send().await?;
    problem(large, 413, "Payload Too Large", "the body has more than 262144 bytes");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_bad_name_of_a_request_is_a_bad_parameter(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    let why = "is not one name of 1 to 255 visible characters";
    for name in ["", "a planted name", &"x".repeat(256)] {
        let answer = acme.patchbay().verifying(&id).header("idempotency-key", name).send().await?;
        let errors = json!([{ "parameter": "Idempotency-Key", "detail": why }]);
        invalid(answer, &format!("Idempotency-Key {why}"), &errors);
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn key_permission_id_body_and_existence_are_judged_in_this_order(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let patchbay = acme.patchbay();
    let reader = patchbay.with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    let ask = async |client: &patchbay_tests::Patchbay, id: &str| {
        client.authorizing(id).body("{ broken").send().await
    };
    let unknown = ask(&patchbay.with_key("nobody's"), "no-uuid").await?;
    problem(unknown, 401, "Unauthorized", "missing or unknown credentials");
    let detail = "missing permission: integrations:write";
    problem(ask(&reader, "no-uuid").await?, 403, "Forbidden", detail);
    problem(ask(&patchbay, "no-uuid").await?, 404, "Not Found", "no such integration");
    problem_of(ask(&patchbay, UNKNOWN_ID).await?, 400, "invalid-request");
    let unknown = patchbay.authorizing(UNKNOWN_ID).send().await?;
    problem(unknown, 404, "Not Found", "no such integration");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_challenge_tells_a_missing_key_from_a_wrong_one(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let patchbay = acme.patchbay();
    let below = format!("/integrations/{UNKNOWN_ID}");
    let missing = patchbay.anonymous("GET", &below).send().await?.expect_status(401);
    assert_eq!(missing.header("www-authenticate"), r#"Bearer realm="patchbay""#);
    let wrong = [
        patchbay.anonymous("GET", &below).header("authorization", "Basic a2V5"),
        patchbay.anonymous("GET", &below).header("authorization", acme.key.as_str()),
        patchbay.with_key("nobody's").at("GET", &below),
    ];
    for request in wrong {
        let answer = request.send().await?.expect_status(401);
        let challenge = r#"Bearer realm="patchbay", error="invalid_token""#;
        assert_eq!(answer.header("www-authenticate"), challenge, "{answer}");
    }
    // Keys have one header here.
    let elsewhere = patchbay.anonymous("GET", &below).header("x-api-key", acme.key.as_str());
    drop(elsewhere.send().await?.expect_status(401));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn nobody_can_be_sent_to_a_provider_that_is_not_set_up(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let team = acme.aloochat().created(&a_team("Team")).await?;
    let plain = acme.telex.created(&an_integration("shop")).await?;
    for id in [team, plain] {
        let answer = acme.patchbay().authorizing(&id).send().await?;
        problem_of(answer, 409, "provider-not-configured");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let key = acme.tenant.key_with(&["--all-permissions", "--requests-per-minute", "1"]).await?;
    let patchbay = acme.service.patchbay(&key.text);
    let mut answer = patchbay.find(UNKNOWN_ID).await?;
    // What may come at once is the service's own affair.
    for _ in 0..1000 {
        if answer.status == 429 {
            break;
        }
        answer = patchbay.find(UNKNOWN_ID).await?;
    }
    assert!(answer.header("retry-after").parse::<u32>()? >= 1);
    problem(answer, 429, "Too Many Requests", "rate limit exceeded");
    Ok(())
}
