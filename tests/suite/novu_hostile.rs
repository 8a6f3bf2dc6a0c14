//! Bodies, paths and headers that nobody means well with: refused or taken, never a fault of the
//! service.

use anyhow::Result;
use patchbay_tests::{Answer, Backend, Novu};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::Acme;
use crate::novu_given::{fault, mail, unused_mail, with};

/// What is sent in the place of any member: of every type, of every size.
fn oddities() -> Vec<Value> {
    let deep = |levels: usize| (0..levels).fold(json!("x"), |inside, _| json!([inside]));
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-0.0),
        json!(1e308),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("\0"),
        json!("\u{feff}"),
        json!("\u{202e}abc"),
        json!("\u{fffd}\u{10ffff}"),
        json!("e\u{301}".repeat(200)),
        json!("🏳️‍🌈"),
        json!("'; DROP TABLE integrations; --"),
        json!("{{7*7}}${7*7}"),
        json!("%00%0d%0aX: y"),
        json!("../../etc/passwd"),
        json!("x".repeat(100_000)),
        json!([]),
        json!([null]),
        json!({}),
        json!({ "": "" }),
        json!({ "a": { "b": { "c": [1, 2, 3] } } }),
        deep(100),
        json!({ "__proto__": { "active": true }, "constructor": "x" }),
    ]
}

/// One of a provider that nobody can ask, so that nothing fails for that.
fn smtp() -> Value {
    json!({ "providerId": "nodemailer", "channel": "email" })
}

/// Asserts that whatever came of it, the service is not at fault, and a refusal has Novu's shape.
fn expect_no_fault_of_ours(answer: &Answer) {
    assert!(answer.status < 500, "{answer}");
    if answer.status >= 400 {
        fault(answer, answer.status);
    }
}

/// Asserts that all is well: what is there can be listed.
async fn expect_well(novu: &Novu) -> Result<()> {
    drop(novu.list().await?.expect_status(200));
    drop(novu.active().await?.expect_status(200));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_value_in_any_member_is_taken_or_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&smtp()).await?;
    for member in [
        "providerId",
        "channel",
        "name",
        "identifier",
        "_environmentId",
        "credentials",
        "active",
        "check",
        "conditions",
        "configurations",
        "kind",
        "unknown",
    ] {
        for odd in oddities() {
            expect_no_fault_of_ours(&novu.create(&with(smtp(), json!({ member: odd }))).await?);
            expect_no_fault_of_ours(&novu.update(&id, &json!({ member: odd })).await?);
            expect_no_fault_of_ours(&novu.patch(&id, &json!({ member: odd })).await?);
        }
    }
    expect_well(&novu).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_value_in_any_credential_is_taken_or_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&smtp()).await?;
    for odd in oddities() {
        for member in
            ["apiKey", "port", "secure", "tlsOptions", "host", "webhookUrl", "baseUrl", "unknown", ""]
        {
            let credentials = json!({ "credentials": { member: odd } });
            expect_no_fault_of_ours(&novu.create(&with(unused_mail("b"), credentials.clone())).await?);
            expect_no_fault_of_ours(&novu.update(&id, &credentials).await?);
            expect_no_fault_of_ours(&novu.patch(&id, &credentials).await?);
        }
        let nobody = json!({ "providerId": "nobody", "channel": "sms", "credentials": { "a": odd } });
        expect_no_fault_of_ours(&novu.create(&nobody).await?);
    }
    expect_well(&novu).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn any_value_anywhere_in_conditions_is_taken_or_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let child = json!({ "field": "a", "value": "b", "operator": "EQUAL", "on": "subscriber" });
    for odd in oddities() {
        for member in ["isNegated", "type", "value", "children"] {
            let group = with(json!({ "children": [child] }), json!({ member: odd }));
            expect_no_fault_of_ours(
                &novu.create(&with(unused_mail("a"), json!({ "conditions": [group] }))).await?,
            );
        }
        for on in ["subscriber", "webhook", "isOnline", "isOnlineInLast", "previousStep"] {
            for member in
                ["on", "field", "value", "operator", "webhookUrl", "timeOperator", "step", "stepType"]
            {
                let child = with(with(child.clone(), json!({ "on": on })), json!({ member: odd }));
                let conditions = json!({ "conditions": [{ "children": [child] }] });
                expect_no_fault_of_ours(&novu.create(&with(unused_mail("a"), conditions)).await?);
            }
        }
        expect_no_fault_of_ours(&novu.create(&with(unused_mail("a"), json!({ "conditions": [odd] }))).await?);
    }
    expect_well(&novu).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn bodies_that_are_no_documents_are_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let id = novu.created(&unused_mail("a")).await?;
    let nested = |levels: usize| format!("{}{}", r#"{"a":"#.repeat(levels), "}".repeat(levels)).into_bytes();
    let bodies: Vec<Vec<u8>> = vec![
        b"\xff\xfe{\x00}\x00".to_vec(),
        b"{\"name\":\"\xff\"}".to_vec(),
        b"{\"name\":\"\\ud800\"}".to_vec(),
        b"{\"name\":\"a\"".to_vec(),
        b"{\"name\":1e999999,\"providerId\":\"sendgrid\",\"channel\":\"email\"}".to_vec(),
        b"[[[[[[".to_vec(),
        b"\x00".to_vec(),
        b"NaN".to_vec(),
        vec![b'['; 100_000],
        nested(100_000 / 6),
        nested(200),
    ];
    for body in bodies {
        for (method, below) in [
            ("POST", String::new()),
            ("PUT", format!("/{id}")),
            ("PATCH", format!("/{id}")),
            ("POST", format!("/{id}/set-primary")),
        ] {
            let answer = novu.request(method, &below).body(body.clone()).send().await?;
            expect_no_fault_of_ours(&answer);
            assert!(answer.status >= 400 || below.ends_with("set-primary"), "{answer}");
        }
    }
    assert_eq!(novu.listed("name").await?, ["a"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn numbers_of_any_size_are_read_or_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for number in ["1e999999", "-1e999999", "123456789012345678901234567890", "0.1e-400", "1E400", "-0"] {
        let body = format!(
            r#"{{"providerId":"nodemailer","channel":"email","credentials":{{"port":{number}}},
                "conditions":[{{"children":[{{"on":"isOnlineInLast","timeOperator":"days","value":{number}}}]}}]}}"#
        );
        expect_no_fault_of_ours(&novu.request("POST", "").body(body).send().await?);
    }
    expect_well(&novu).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_a_member_that_is_there_twice_one_counts_or_none(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for body in [
        r#"{"providerId":"sendgrid","providerId":"mailgun","channel":"email"}"#,
        r#"{"providerId":"sendgrid","channel":"email","channel":"sms"}"#,
        r#"{"providerId":"sendgrid","channel":"email","name":"a","name":7}"#,
        r#"{"providerId":"sendgrid","channel":"email","credentials":{"apiKey":"a","apiKey":"b"}}"#,
        r#"{"providerId":"sendgrid","channel":"email","active":false,"active":true}"#,
    ] {
        expect_no_fault_of_ours(&novu.request("POST", "").body(body).send().await?);
    }
    for one in novu.list().await?.elements() {
        let is_whole = one["channel"] == "email" || one["channel"] == "sms";
        assert!(is_whole && one["active"] == false, "{one}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn paths_of_any_kind_are_answered(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    novu.created(&mail("a")).await?;
    let long = "x".repeat(4_000);
    for odd in
        ["%00", "%ff", "%2F", "..%2f..", "%F0%9F%A6%80", "a%20b", "%25", "%E2%80%AE", "'", "\"", "*", &long]
    {
        for (method, below) in [
            ("GET", format!("/{odd}")),
            ("PUT", format!("/{odd}")),
            ("PATCH", format!("/{odd}")),
            ("DELETE", format!("/{odd}")),
            ("POST", format!("/{odd}/set-primary")),
            ("GET", format!("/{odd}/limit")),
            ("GET", format!("/webhook/provider/{odd}/status")),
        ] {
            let request = novu.request(method, &below);
            let has_body = method == "PUT" || method == "PATCH";
            let request = if has_body { request.json(&json!({ "name": "x" })) } else { request };
            let answer = request.send().await?;
            assert!((400..500).contains(&answer.status), "{answer}");
        }
    }
    assert_eq!(novu.order("email").await?, ["a 1*"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn names_of_requests_of_any_kind_are_answered(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    for name in ["", " ", "\"", "two words", "a,b", "\t", "\u{7f}x", "%00", "{\"a\":1}"] {
        if name.contains('\u{7f}') {
            continue;
        }
        let request = novu.request("POST", "").header("idempotency-key", name);
        expect_no_fault_of_ours(&request.json(&unused_mail("a")).send().await?);
    }
    let latin = novu.request("POST", "").header("idempotency-key", b"caf\xe9");
    expect_no_fault_of_ours(&latin.json(&unused_mail("a")).send().await?);
    let twice = novu.request("POST", "").header("idempotency-key", "a").header("idempotency-key", "b");
    expect_no_fault_of_ours(&twice.json(&unused_mail("a")).send().await?);
    expect_well(&novu).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn keys_of_any_kind_are_refused(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let novu = acme.novu().await?;
    let long = format!("ApiKey {}", "x".repeat(8_000));
    for header in ["", " ", "ApiKey \"", "ApiKey \t", "apikey:x", "ApiKey,x", ",", "=", &long] {
        let answer = novu.anonymous("GET", "/integrations").header("authorization", header).send().await?;
        assert!(!fault(&answer, 401).is_empty(), "{answer}");
    }
    let bytes = novu.anonymous("GET", "/integrations").header("authorization", b"ApiKey caf\xe9\xff");
    drop(bytes.send().await?.expect_status(401));
    let request =
        novu.anonymous("GET", "/integrations").header("authorization", format!("ApiKey {}", acme.key));
    expect_no_fault_of_ours(&request.header("authorization", "ApiKey other").send().await?);
    Ok(())
}
