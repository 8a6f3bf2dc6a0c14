//! Bodies that T1 refuses: with 401, as its documentation has it, and without a word of what
//! was sent.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;

use super::{BAD_REQUEST, Slacked, expect_nothing_connected, stored};
use crate::given::refused;

/// What no refusal may repeat.
const PLANTED: &str = "planted-code-0123456789";

/// The most that a code may have, in characters, and a body, in bytes.
const CODE_LIMIT: usize = 2048;
const BODY_LIMIT: usize = 262_144;

/// Asserts the refusal of a body, and answers its reason.
fn refused_body(answer: Answer) -> String {
    assert!(!answer.text.contains("planted"), "a refusal repeats what was sent: {answer}");
    assert!(!format!("{:?}", answer.headers).contains("planted"), "{answer}");
    assert_eq!(answer.header("www-authenticate"), BAD_REQUEST, "{answer}");
    assert_eq!(answer.header("retry-after"), "", "{answer}");
    refused(answer, 401, "Invalid request body")
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_is_no_json_object_is_401(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let before = stored(acme.service.database())?;
    for body in [
        String::new(),
        " \r\n".to_owned(),
        "{".to_owned(),
        format!("oauth_code={PLANTED}"),
        format!(r#"{{"oauth_code":"{PLANTED}"#),
        format!(r#"{{"oauth_code":"{PLANTED}",}}"#),
        format!(r#"{{"oauth_code":"{PLANTED}"}} {PLANTED}"#),
        format!(r#"["{PLANTED}"]"#),
        format!(r#""{PLANTED}""#),
        "null".to_owned(),
        "7".to_owned(),
        "[".repeat(100_000),
    ] {
        let error = refused_body(acme.telex.exchanging("").body(body).send().await?);
        assert!(error.contains("body"), "{error}");
    }
    refused_body(acme.telex.exchanging("").body(b"{\"oauth_code\":\"\xff\"}").send().await?);
    refused_body(acme.telex.exchanging("").send().await?);
    assert_eq!((sandbox.exchanges().await?, stored(acme.service.database())?), (0, before));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_code_that_is_no_text_of_a_fair_length_is_401(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let long = PLANTED.repeat(CODE_LIMIT);
    for (code, said) in [
        (json!(null), "oauth_code is required"),
        (json!(7), "oauth_code must be a string"),
        (json!(true), "oauth_code must be a string"),
        (json!([PLANTED]), "oauth_code must be a string"),
        (json!({ PLANTED: PLANTED }), "oauth_code must be a string"),
        (json!(""), "oauth_code must not be empty"),
        (json!(" \t\n"), "oauth_code must not be empty"),
        (json!("x".repeat(CODE_LIMIT + 1)), "oauth_code must have at most 2048 characters"),
        (json!("🦀".repeat(CODE_LIMIT + 1)), "oauth_code must have at most 2048 characters"),
        (json!(long), "oauth_code must have at most 2048 characters"),
        (json!(format!("{PLANTED}\0")), "oauth_code must not contain the character U+0000"),
    ] {
        let body = json!({ "oauth_code": code });
        assert_eq!(refused_body(acme.telex.exchanging("").json(&body).send().await?), said);
    }
    for body in [json!({}), json!({ "OAUTH_CODE": PLANTED, "code": PLANTED })] {
        let error = refused_body(acme.telex.exchanging("").json(&body).send().await?);
        assert_eq!(error, "oauth_code is required");
    }
    assert_eq!(sandbox.exchanges().await?, 0);
    expect_nothing_connected(&acme.telex).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_code_of_the_longest_length_reaches_slack(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    for letter in ["x", "ß", "🦀"] {
        // Slack knows no such code: its own word comes back.
        let answer = acme.telex.exchange(&letter.repeat(CODE_LIMIT)).await?;
        assert_eq!(refused_body(answer), "invalid_code");
    }
    assert_eq!(sandbox.exchanges().await?, 3);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_is_too_large_is_413(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let body = format!(r#"{{"oauth_code":"{PLANTED}"}}"#);
    for size in [BODY_LIMIT + 1, 2 * BODY_LIMIT] {
        let padded = body.clone() + &" ".repeat(size - body.len());
        let answer = acme.telex.exchanging("").body(padded).send().await?;
        assert!(!answer.text.contains("planted"), "{answer}");
        assert_eq!(answer.header("www-authenticate"), "", "{answer}");
        refused(answer, 413, "Payload too large");
    }
    assert_eq!(sandbox.exchanges().await?, 0);
    let padded = body.clone() + &" ".repeat(BODY_LIMIT - body.len());
    assert_eq!(refused_body(acme.telex.exchanging("").body(padded).send().await?), "invalid_code");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_else_a_body_has_does_not_count(#[case] backend: Backend) -> Result<()> {
    let Slacked { acme, sandbox } = Slacked::on(backend).await?;
    let body = r#"{"oauth_code":"first","more":{"a":[1]},"oauth_code":"sandbox-ok","replace":true}"#;
    drop(acme.telex.exchanging("").nameless_body(body).send().await?.expect_status(200));
    drop(acme.telex.exchanging("").nameless_body(body).send().await?.expect_status(409));
    assert_eq!(sandbox.exchanges().await?, 1);
    Ok(())
}
