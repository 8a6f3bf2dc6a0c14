//! How AlooChat refuses: with one member, one fault at a time, and nothing of what was sent.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use crate::given::{Acme, UNKNOWN_ID, a_shop, declined, invalid};

/// A sound body with another value for one member.
fn with(member: &str, value: Value) -> Value {
    let mut body = a_shop("shop");
    body[member] = value;
    body
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!({}), |inside, _| json!({ "a": inside }))
}

/// Values that a member cannot have, and what is said of them.
fn wrong_members() -> Vec<(&'static str, Value, &'static str)> {
    let (text, nul) = ("must be a string", "must not contain the character U+0000");
    let long = |chars| json!("ä".repeat(chars));
    vec![
        ("name", json!(7), text),
        ("name", json!(["a"]), text),
        ("name", json!(""), "must not be empty"),
        ("name", json!(" \t\u{a0}"), "must not be empty"),
        ("name", json!("a\0b"), nul),
        ("name", long(256), "must have at most 255 characters"),
        ("type", json!(7), text),
        ("type", json!("a\0b"), nul),
        ("config", json!("{}"), "must be an object"),
        ("config", json!([]), "must be an object"),
        ("config", json!({ "more": "x".repeat(65_536) }), "must have at most 65536 bytes"),
        ("is_active", json!(0), "must be a boolean"),
        ("visibility", json!("PUBLIC"), "must be private or public"),
        ("visibility", json!(true), "must be private or public"),
        ("agent_id", json!(7), text),
        ("agent_id", json!(""), "must not be empty"),
        ("agent_id", json!("a\0"), nul),
        ("agent_id", long(256), "must have at most 255 characters"),
    ]
}

/// Configurations that are none, and what is said of which member.
fn wrong_configs() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "a": "\0" }), "config.a: must not contain the character U+0000"),
        (json!({ "a": { "b": ["\0"] } }), "config.a: must not contain the character U+0000"),
        (nested(9), "config.a: must not be nested deeper than 8 levels"),
        (json!({ "api_version": 7 }), "config.api_version: must be text"),
        (json!({ "shop_domain": ["x"] }), "config.shop_domain: must be text"),
        (json!({ "access_token": { "planted": 1 } }), "config.access_token: must be text"),
    ]
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn each_member_is_refused_in_words_of_its_own(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    for (member, value, why) in wrong_members() {
        let why = format!("{member}: {why}");
        invalid(aloochat.create(&with(member, value.clone())).await?, &why);
        invalid(aloochat.update(&id, &json!({ member: value })).await?, &why);
    }
    for (config, why) in wrong_configs() {
        invalid(aloochat.create(&with("config", config.clone())).await?, why);
        invalid(aloochat.update(&id, &json!({ "config": config })).await?, why);
    }
    for kind in ["fax", "Shopify", " shopify", "json_manifest", ""] {
        invalid(aloochat.create(&with("type", json!(kind))).await?, "type: unsupported integration type");
    }
    assert_eq!(aloochat.listed("name").await?, ["shop"]);
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_just_right_is_taken(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    for (member, value) in [
        ("name", json!("ä".repeat(255))),
        ("name", json!(format!("  {}  ", "x".repeat(255)))),
        ("agent_id", json!("ä".repeat(255))),
        ("config", nested(8)),
        ("config", json!({ "a": "x".repeat(65_536 - 8) })),
        ("is_active", json!(false)),
        ("visibility", json!("public")),
        ("unknown", json!({ "any": ["thing"] })),
        ("id", json!("not looked at")),
        ("company_id", json!(7)),
    ] {
        drop(aloochat.create(&with(member, value)).await?.expect_status(201));
    }
    let trimmed = aloochat.create(&with("name", json!(" Shop \n"))).await?.expect_status(201);
    assert_eq!(trimmed.json()["name"], "Shop");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn of_several_faults_the_first_is_told_in_the_order_of_the_members(
    #[case] backend: Backend,
) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let mut body = json!({
        "agent_id": 7, "visibility": "x", "is_active": "x", "config": nested(9), "type": "fax", "name": ""
    });
    for (why, repaired) in [
        ("name: must not be empty", json!("a")),
        ("type: unsupported integration type", json!("shopify")),
        ("config.a: must not be nested deeper than 8 levels", json!({})),
        ("is_active: must be a boolean", json!(true)),
        ("visibility: must be private or public", json!("public")),
        ("agent_id: must be a string", json!("a")),
    ] {
        invalid(aloochat.create(&body).await?, why);
        body[why.split([':', '.']).next().unwrap_or_default()] = repaired;
    }
    drop(aloochat.create(&body).await?.expect_status(201));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_query_is_refused_in_the_same_words(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    for (query, why) in [
        ("?type=fax", "type: unsupported integration type"),
        ("?type=json_manifest", "type: unsupported integration type"),
        ("?is_active=yes", "is_active: must be true or false"),
        ("?visibility=all", "visibility: must be private or public"),
        ("?agent_id=", "agent_id: must not be empty"),
        ("?agent_id=%00", "agent_id: must not contain the character U+0000"),
        ("?limit=0", "limit: must be a whole number of 1 or more"),
        ("?limit=-1", "limit: must be a whole number of 1 or more"),
        ("?limit=many", "limit: must be a whole number of 1 or more"),
        ("?cursor=", "cursor: must be a cursor of this list"),
        ("?cursor=ffffffffffffffffffffffffffffffffffffffffffffffff", "cursor: must be a cursor of this list"),
        ("?include=secrets", "include: must be a list of secret_keys and timestamps"),
        ("?include=timestamps,", "include: must be a list of secret_keys and timestamps"),
        ("?limit=1&limit=2", "query: must be a list of parameters with one value each"),
    ] {
        invalid(aloochat.list(query).await?, why);
    }
    drop(aloochat.list("?unknown=1&q=&include=").await?.expect_status(200));
    let answer = aloochat.request("POST", "?include=x").json(&json!({ "name": "" })).send().await?;
    invalid(answer, "include: must be a list of secret_keys and timestamps");
    Ok(())
}

/// Asserts that nothing of what was sent comes back.
fn quiet(answer: &Answer) {
    assert!(!answer.text.contains("planted"), "a refusal repeats what was sent: {answer}");
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_json_is_refused_in_one_constant(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let bodies: [(&str, Vec<u8>); 18] = [
        ("nothing", vec![]),
        ("white space", b" \r\n\t".to_vec()),
        ("a form", b"name=planted&type=shopify".to_vec()),
        ("half an object", br#"{"name":"planted""#.to_vec()),
        ("a comma too many", br#"{"name":"planted",}"#.to_vec()),
        ("a comment", br#"{"name":"planted"} // why"#.to_vec()),
        ("two documents", br#"{"name":"planted"}{}"#.to_vec()),
        ("no number", br#"{"name":NaN}"#.to_vec()),
        ("a number with a nought before it", br#"{"name":01}"#.to_vec()),
        ("a raw line break in a text", b"{\"name\":\"a\nb\"}".to_vec()),
        ("no UTF-8", b"{\"name\":\"planted\xff\xfe\"}".to_vec()),
        ("half a character", b"{\"name\":\"\xf0\x9f\xa6\"}".to_vec()),
        ("half a surrogate", br#"{"name":"\ud83e"}"#.to_vec()),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec()),
        ("NUL bytes", vec![0; 100]),
        ("deep lists", deep(100_000).into()),
        ("deep and unclosed", r#"{"config":"#.repeat(20_000).into()),
        ("a secret cut short", br#"{"config":{"access_token":"planted"#.to_vec()),
    ];
    for (case, body) in bodies {
        eprintln!("{case}"); // shown only when the test fails
        let one = format!("/{id}");
        let channel = format!("/{id}/channels/general");
        for (method, below) in [("POST", ""), ("PUT", &one), ("PATCH", &one), ("PUT", &channel)] {
            let answer = aloochat.request(method, below).body(body.clone()).send().await?;
            quiet(&answer);
            invalid(answer, "body: not valid JSON");
        }
    }
    assert_eq!(aloochat.listed("name").await?, ["shop"]);
    assert!(!acme.service.server().logs()?.contains("panicked"));
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn odd_bodies_that_are_sound_are_taken(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    // Of a member that is there twice the last counts; the content type is not looked at.
    let twice = br#"{"name":"a","type":"fax","name":"b","type":"notion"}"#;
    let made = aloochat.request("POST", "").nameless_body(twice.to_vec()).send().await?.expect_status(201);
    assert_eq!(made.json()["name"], "b");
    let id = made.text_of("id");
    let config = r#"{"config":{"e":1e400,"n":123456789012345678901234567890}}"#;
    let huge = aloochat.request("PUT", &format!("/{id}")).body(config).send().await?;
    assert!([200, 400].contains(&huge.status), "{huge}");
    drop(aloochat.update(&id, &json!({})).await?.expect_status(200));
    let many: Value =
        (0..1000).map(|n| (format!("k{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    let kept = aloochat.update(&id, &json!({ "config": many })).await?.expect_status(200).json();
    assert!(kept["config"].as_object().unwrap().len() >= 1000);
    drop(aloochat.request("DELETE", &format!("/{id}")).body("{ broken").send().await?.expect_status(200));
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
    let aloochat = acme.aloochat();
    let reader = aloochat.with_key(&acme.tenant.key(&["integrations:read"]).await?.text);
    for (client, below, status, detail) in [
        (aloochat.with_key("nobody's"), "/no-uuid", 401, "Invalid or missing API key"),
        (reader, "/no-uuid", 403, "Insufficient permissions"),
        (aloochat.clone(), "/no-uuid", 404, "Integration not found"),
        (aloochat.clone(), &format!("/{UNKNOWN_ID}"), 400, "Invalid input data: body: not valid JSON"),
    ] {
        for method in ["PUT", "PATCH"] {
            let answer = client.request(method, below).body("{ broken").send().await?;
            declined(answer, status, detail);
        }
    }
    declined(aloochat.update(UNKNOWN_ID, &json!({})).await?, 404, "Integration not found");
    declined(aloochat.delete(UNKNOWN_ID).await?, 404, "Integration not found");
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn everything_below_the_prefix_is_refused_in_its_shape(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let aloochat = acme.aloochat();
    let id = aloochat.created(&a_shop("shop")).await?;
    for below in ["", "/", "/nothing", "/integrations/a/b", "/integrations//", "/v1/integrations"] {
        declined(aloochat.at("GET", below).send().await?, 404, "Not found");
    }
    for (below, allow) in [
        ("/integrations", "GET, HEAD, POST"),
        (&*format!("/integrations/{id}"), "GET, HEAD, PUT, PATCH, DELETE"),
        (&format!("/integrations/{id}/channels/a/"), "GET, HEAD, PUT, DELETE"),
    ] {
        for method in ["OPTIONS", "TRACE", "Get", "PROPFIND"] {
            let answer = aloochat.at(method, below).send().await?;
            assert_eq!(answer.header("allow"), allow, "{answer}");
            declined(answer, 405, "Method not allowed");
        }
    }
    let large = aloochat.request("POST", "").body(" ".repeat(262_145)).send().await?;
    declined(large, 413, "Payload too large");
    drop(aloochat.list("/").await?.expect_status(200));
    drop(aloochat.find(&format!("{id}/")).await?.expect_status(200));
    for channel in ["%ff", "a%2Fb", "%00", "%20"] {
        let answer = aloochat.channel("GET", &id, channel).send().await?.expect_status(400);
        assert!(answer.text_of("detail").starts_with("Invalid input data: channel: must"), "{answer}");
    }
    Ok(())
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again(#[case] backend: Backend) -> Result<()> {
    let acme = Acme::on(backend).await?;
    let key = acme.tenant.key_with(&["--preset", "aloochat", "--requests-per-minute", "1"]).await?;
    let aloochat = acme.service.aloochat(&key.text);
    let mut answer = aloochat.list("").await?;
    // What may come at once is the service's own affair.
    for _ in 0..1000 {
        if answer.status == 429 {
            break;
        }
        answer = aloochat.list("").await?.clone();
    }
    assert!(answer.header("retry-after").parse::<u32>()? >= 1);
    declined(answer, 429, "Rate limit exceeded");
    Ok(())
}
