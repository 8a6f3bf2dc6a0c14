//! What is wrong with a body: all of it at once, by name, without a word of its contents.

use anyhow::Result;
use patchbay_tests::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, an_integration, refused};

/// The most that a body may have, in bytes.
const BODY_LIMIT: usize = 262_144;

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_is_no_json_is_refused_by_line_and_column(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    for (body, line, column) in
        [("{\n  \"name\": \"a\",\n  oops\n}", 3, 3), ("{\"name\": \"a\"", 1, 12), ("name=a&json_url=b", 1, 2)]
    {
        let answer = acme.telex.request("POST", "").body(body).send().await?;
        let error = refused(answer, 400, "Invalid request");
        assert!(error.contains(&format!("line {line}")), "{error}");
        assert!(error.contains(&format!("column {column}")), "{error}");
        for internal in ["EOF", "expected", "serde", "ident"] {
            assert!(!error.contains(internal), "the parser's own words: {error}");
        }
    }
    let nothing = acme.telex.request("POST", "").send().await?;
    refused(nothing, 400, "Invalid request");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_is_no_object_is_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for body in [json!(null), json!([an_integration("x")]), json!("text"), json!(42), json!(true)] {
        refused(acme.telex.create(&body).await?, 400, "Invalid request");
        refused(acme.telex.update(&id, &body).await?, 400, "Invalid input");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_fault_of_a_body_is_named_at_once(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let id = acme.telex.created(&an_integration("shop")).await?;
    for body in [
        json!({ "name": 1, "json_url": [], "auth_credential": {}, "integration_type": false }),
        json!({
            "name": "", "json_url": "", "auth_credential": "x".repeat(8193), "integration_type": "x".repeat(65),
        }),
        json!({ "json_url": null, "auth_credential": 0.5, "integration_type": "\0", "name": " " }),
    ] {
        let error = refused(acme.telex.create(&body).await?, 400, "Invalid request");
        for member in ["name", "json_url", "auth_credential", "integration_type"] {
            assert!(error.contains(member), "{member} is not named: {error}");
        }
    }
    let missing = refused(acme.telex.create(&json!({})).await?, 400, "Invalid request");
    assert!(missing.contains("name") && missing.contains("json_url"), "{missing}");
    assert!(!missing.contains("auth_credential"), "that one is not required: {missing}");

    let change = json!({ "name": "", "json_url": 1, "is_active": "no" });
    let error = refused(acme.telex.update(&id, &change).await?, 400, "Invalid input");
    for member in ["name", "json_url", "is_active"] {
        assert!(error.contains(member), "{member} is not named: {error}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_text_may_have_its_limit_and_not_one_character_more(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    // One character is one Unicode scalar value, whatever its bytes.
    for (round, letter) in ["x", "ß", "🦀"].into_iter().enumerate() {
        for (member, limit) in
            [("name", 255), ("json_url", 2048), ("auth_credential", 8192), ("integration_type", 64)]
        {
            let sent = |count: usize| {
                let mut body = an_integration(&format!("{member} {round}"));
                body[member] = Value::from(letter.repeat(count));
                body
            };
            let made = acme.telex.create(&sent(limit)).await?.expect_status(201).json();
            assert_eq!(made["data"][member], sent(limit)[member]);
            let id = made["data"]["id"].as_str().unwrap();

            let error = refused(acme.telex.create(&sent(limit + 1)).await?, 400, "Invalid request");
            assert!(error.contains(member), "{error}");
            let change = json!({ member: letter.repeat(limit + 1) });
            let error = refused(acme.telex.update(id, &change).await?, 400, "Invalid input");
            assert!(error.contains(member), "{error}");
        }
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_may_have_its_limit_and_not_one_byte_more(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let padded = |name: &str, size: usize| {
        let body = an_integration(name).to_string();
        body.clone() + &" ".repeat(size - body.len())
    };
    let create = |body: String| acme.telex.request("POST", "").body(body).send();
    drop(create(padded("fits", BODY_LIMIT)).await?.expect_status(201));
    for size in [BODY_LIMIT + 1, 2 * BODY_LIMIT] {
        refused(create(padded("does not", size)).await?, 413, "Payload too large");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn the_limit_of_a_body_can_be_set(#[case] backend: Backend) -> Result<()> {
    let service = patchbay_tests::Service::builder(backend).config("server.body_limit_bytes", "1000");
    let acme = Acme::of(service.start().await?).await?;
    let sized = |size: usize| {
        let body = an_integration("shop").to_string();
        body.clone() + &" ".repeat(size - body.len())
    };
    let create = |body: String| acme.telex.request("POST", "").body(body).send();
    refused(create(sized(1001)).await?, 413, "Payload too large");
    drop(create(sized(1000)).await?.expect_status(201));
    Ok(())
}
