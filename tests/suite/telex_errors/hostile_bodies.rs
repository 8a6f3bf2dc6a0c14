//! Bodies that are meant to hurt.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::json;

use crate::given::{Acme, refused};

/// What no refusal may repeat.
const PLANTED: &str = "planted-secret-0123456789";

/// Asserts that nothing of what was sent comes back, and that it was refused as a fault of
/// the client.
fn refused_quietly(answer: Answer) {
    assert!(!answer.text.contains("planted"), "a refusal repeats what was sent: {answer}");
    refused(answer, 400, "Invalid request");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_json_is_refused_quietly(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let bodies: [(&str, Vec<u8>); 14] = [
        ("nothing", vec![]),
        ("white space", b" \r\n\t".to_vec()),
        ("no UTF-8", [b"{\"name\":\"\xff\xfe\",\"auth_credential\":\"", PLANTED.as_bytes(), b"\"}"].concat()),
        ("half a character", b"{\"name\":\"\xf0\x9f\xa6\",\"json_url\":\"x\"}".to_vec()),
        ("half a surrogate", br#"{"name":"\ud83e","json_url":"x"}"#.to_vec()),
        ("NUL bytes", vec![0; 4]),
        ("a raw line break in a text", b"{\"name\":\"a\nb\",\"json_url\":\"x\"}".to_vec()),
        ("deep arrays", format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).into()),
        ("deep and unclosed", "[".repeat(200_000).into()),
        ("no number", br#"{"name":"a","json_url":"x","more":NaN}"#.to_vec()),
        ("a comment", br#"{"name":"a","json_url":"x"} // why"#.to_vec()),
        ("a comma too many", br#"{"name":"a","json_url":"x",}"#.to_vec()),
        ("two documents", br#"{"name":"a","json_url":"x"}{"name":"b","json_url":"x"}"#.to_vec()),
        ("a secret cut short", format!(r#"{{"auth_credential":"{PLANTED}","#).into()),
    ];
    for (case, body) in bodies {
        eprintln!("{case}"); // shown only when the test fails
        refused_quietly(acme.telex.request("POST", "").body(body).send().await?);
    }
    assert_eq!(acme.telex.list().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_body_that_breaks_rules_is_refused_quietly(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let mut secret_as_name = json!({ "name": [PLANTED] });
    secret_as_name[PLANTED] = json!(1);
    for body in [
        json!({ "name": "a\0b", "json_url": "x" }),
        json!({ "name": "a", "json_url": "\0" }),
        json!({ "name": "a", "json_url": "x", "auth_credential": format!("{PLANTED}\0") }),
        json!({ "name": "a", "json_url": "x", "auth_credential": PLANTED.repeat(400) }),
        json!({ "name": "a", "json_url": "x", "auth_credential": { "token": PLANTED } }),
        json!({ "name": PLANTED.repeat(20), "json_url": [PLANTED] }),
        secret_as_name,
        json!([PLANTED]),
        json!(PLANTED),
    ] {
        refused_quietly(acme.telex.create(&body).await?);
    }
    assert_eq!(acme.telex.list().await?.json()["data"], json!([]));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_refused_credential_is_not_repeated_by_any_refusal(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let reader = acme.may(&["integrations:read"]).await?;
    let sent = json!({ "name": "shop", "json_url": "x", "auth_credential": PLANTED });
    let id = acme.telex.created(&sent).await?;
    let nowhere = acme.telex.about("no-uuid");
    let answers = vec![
        acme.telex.create(&sent).await?,
        acme.telex.with_key(PLANTED).create(&sent).await?,
        reader.create(&sent).await?,
        reader.update(&id, &sent).await?,
        nowhere.create(&sent).await?,
        acme.telex.update("no-uuid", &sent).await?,
        acme.telex.request("PUT", "").json(&sent).send().await?,
        acme.telex.request("POST", "/no/such/route").json(&sent).send().await?,
    ];
    for answer in answers {
        assert!((400..500).contains(&answer.status), "{answer}");
        assert!(!answer.text.contains("planted"), "{answer}");
        assert!(!answer.text.contains(&acme.key), "{answer}");
    }
    Ok(())
}
