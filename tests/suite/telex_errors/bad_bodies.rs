//! Bodies that are wrong, sent to every route that takes one: each is refused in the route's
//! own words, or taken, and the service goes on.

use anyhow::Result;
use patchbay_tests::{Answer, Backend};
use rstest::rstest;
use serde_json::{Value, json};

use super::{still_answers, tolerated};
use crate::given::refused;
use crate::telex_routes::{Route, Routed, Takes, set, with_a_body};

/// Asserts the route's refusal of a body, and answers its reason.
fn refused_body(route: &Route, answer: Answer) -> String {
    let (status, message) = route.bad_body;
    refused(answer, status, message)
}

/// The same, of one member that is named.
fn refused_member(route: &Route, member: &str, answer: Answer) {
    let error = refused_body(route, answer);
    assert_eq!(error.matches(member).count(), 1, "{}: {member} is not named once: {error}", route.name);
}

/// The body without the member of this path.
fn without(mut body: Value, path: &str) -> Value {
    let (object, name) = match path.split_once('.') {
        Some((outer, name)) => (&mut body[outer], name),
        None => (&mut body, path),
    };
    object.as_object_mut().unwrap().remove(name);
    body
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn what_is_no_json_object_is_refused_by_every_route(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let bodies: [(&str, Vec<u8>); 27] = [
        ("nothing", vec![]),
        ("white space", b" \r\n\t".to_vec()),
        ("a word", b"null and void".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"-0.0e-7".to_vec()),
        ("a text", br#""{}""#.to_vec()),
        ("a list", b"[{}]".to_vec()),
        ("a form", b"name=a&json_url=b".to_vec()),
        ("XML", b"<name>a</name>".to_vec()),
        ("half an object", br#"{"name":"a""#.to_vec()),
        ("half a name", br#"{"na"#.to_vec()),
        ("names without quotes", b"{name:1}".to_vec()),
        ("single quotes", b"{'name':'a'}".to_vec()),
        ("a comma too many", br#"{"name":"a",}"#.to_vec()),
        ("a comment", br#"{"name":"a"} // why"#.to_vec()),
        ("two documents", b"{}{}".to_vec()),
        ("no number", br#"{"name":NaN}"#.to_vec()),
        ("a number with a nought before it", br#"{"name":01}"#.to_vec()),
        ("a raw line break in a text", b"{\"name\":\"a\nb\"}".to_vec()),
        ("no UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("half a character", b"{\"name\":\"\xf0\x9f\xa6\"}".to_vec()),
        ("a surrogate as bytes", b"{\"name\":\"\xed\xa0\xbd\"}".to_vec()),
        ("half a surrogate pair", br#"{"name":"\ud83e"}"#.to_vec()),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec()),
        ("NUL bytes", vec![0; 100]),
        ("deep lists", deep(100_000).into()),
        ("deep and unclosed", r#"{"a":"#.repeat(50_000).into()),
    ];
    for route in with_a_body() {
        for (case, body) in &bodies {
            eprintln!("{}: {case}", route.name); // shown only when the test fails
            refused_body(route, routed.request(route).body(body.clone()).send().await?);
        }
    }
    still_answers(&routed.acme).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn a_megabyte_is_too_large_for_every_route(#[case] backend: Backend) -> Result<()> {
    const MEGABYTE: usize = 1 << 20;
    let routed = Routed::on(backend).await?;
    for route in with_a_body() {
        let sound = routed.body(route).to_string();
        let padded = sound.clone() + &" ".repeat(MEGABYTE - sound.len());
        let text = format!(r#"{{"name":"{}"}}"#, "x".repeat(MEGABYTE));
        for body in [padded, text, "[".repeat(MEGABYTE), "9".repeat(MEGABYTE)] {
            let answer = routed.request(route).body(body).send().await?;
            refused(answer, 413, "Payload too large");
        }
        // Whose length is not announced: in chunks of 64 KiB.
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(65_536));
        let head = format!(
            "{} {} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n",
            route.method,
            routed.path(route),
            routed.acme.key
        );
        let answer = routed.acme.service.http().raw(format!("{head}{}0\r\n\r\n", chunk.repeat(16))).await?;
        refused(answer, 413, "Payload too large");
    }
    still_answers(&routed.acme).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_text_of_every_body_has_its_limits(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    for (number, route) in with_a_body().enumerate() {
        // Another letter for each route: labels of one integration must not meet.
        let letter = char::from(b'a' + u8::try_from(number)?).to_string();
        for (name, takes, _) in route.members {
            let text = |length: usize| match takes {
                Takes::Manifest(max) if length <= *max => routed.manifest(length),
                Takes::Manifest(_) => format!("https://x.example/{}", letter.repeat(length - 18)),
                _ => letter.repeat(length),
            };
            let (min, max) = match *takes {
                Takes::Text(min, max) => (min, max),
                Takes::Scalar(max) => (0, max),
                Takes::Manifest(max) => (40, max),
                Takes::Id | Takes::Boolean | Takes::Object => continue,
            };
            let send = |text: String| {
                let mut body = routed.body(route);
                set(&mut body, name, text.into());
                routed.request(route).json(&body).send()
            };
            for length in [min, min + 1, max - 1, max] {
                drop(send(text(length)).await?.expect_status(route.done.0));
            }
            refused_member(route, name, send(text(max + 1)).await?);
            if *takes != Takes::Scalar(max) && min > 0 {
                refused_member(route, name, send(String::new()).await?);
                refused_member(route, name, send(" \t\n ".to_owned()).await?);
            }
        }
    }
    still_answers(&routed.acme).await
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_member_of_every_body_has_its_type(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let values = [json!(null), json!("text"), json!(7), json!(-1.5e300), json!(true), json!([]), json!({})];
    for route in with_a_body() {
        for (name, takes, is_required) in route.members {
            for value in &values {
                let fits = match (takes, value) {
                    (_, Value::Null) => !is_required,
                    // Whether there is such a setting is another matter, and so is what the
                    // object has to hold.
                    (Takes::Id | Takes::Manifest(_), Value::String(_))
                    | (Takes::Object, Value::Object(_)) => continue,
                    (Takes::Text(..), value) => value.is_string(),
                    (Takes::Scalar(_), value) => !value.is_array() && !value.is_object(),
                    (Takes::Boolean, value) => value.is_boolean(),
                    (Takes::Id | Takes::Manifest(_) | Takes::Object, _) => false,
                };
                let mut body = routed.body(route);
                set(&mut body, name, value.clone());
                let answer = routed.request(route).json(&body).send().await?;
                if fits {
                    // The same label or name again may be taken.
                    tolerated(&answer);
                } else {
                    refused_member(route, name, answer);
                }
            }
            if *is_required {
                let bare = without(routed.body(route), name);
                refused_member(route, name, routed.request(route).json(&bare).send().await?);
            }
        }
    }
    still_answers(&routed.acme).await
}

/// What may stand in a text, and what may not.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn every_text_of_every_body_takes_any_character_but_nul(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let texts = [
        "🦀👩‍👩‍👧‍👦🏳️‍🌈",
        "\u{202e}right to left\u{202c} ﷽ עברית العربية",
        "e\u{301}\u{200b}\u{2028}\u{feff}\u{1f}\u{7f}\u{fffd}\u{10ffff}",
        "line\r\nbreak\ttab",
        "'; DROP TABLE settings; --",
        "<script>alert(1)</script> ${jndi:ldap://x} {{7*7}} %00 %ff \\u0000 ../..",
    ];
    for route in with_a_body() {
        for (name, takes, _) in route.members {
            let longest = match takes {
                Takes::Text(_, max) | Takes::Scalar(max) | Takes::Manifest(max) => *max,
                Takes::Id | Takes::Boolean | Takes::Object => continue,
            };
            for text in texts {
                let text: String = text.chars().take(longest).collect();
                let mut body = routed.body(route);
                set(&mut body, name, text.into());
                let answer = routed.request(route).json(&body).send().await?;
                match takes {
                    Takes::Manifest(_) => drop(refused_body(route, answer)),
                    // The label of another route's setting may be taken by now.
                    _ if answer.status == route.done.0 => tolerated(&answer),
                    _ => assert!(refused_body(route, answer).contains("another setting has this label")),
                }
            }
            for text in ["\0", "a\0b", "https://x.example/\0", "\0\0\0"] {
                let mut body = routed.body(route);
                set(&mut body, name, text.into());
                let escaped = routed.request(route).json(&body).send().await?;
                refused_member(route, name, escaped);
            }
        }
    }
    still_answers(&routed.acme).await
}

/// JSON that is JSON, and yet not what anyone means.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test]
async fn odd_json_is_no_fault_of_the_server_on_any_route(#[case] backend: Backend) -> Result<()> {
    let routed = Routed::on(backend).await?;
    let nested = |depth: usize| format!("{}1{}", r#"{"a":["#.repeat(depth), "]}".repeat(depth));
    let values = [
        "1e999999".to_owned(),
        "-1e999999".to_owned(),
        "1e-999999".to_owned(),
        "0.1e-400".to_owned(),
        "18446744073709551616".to_owned(),
        "-9223372036854775809".to_owned(),
        "9".repeat(9000),
        format!("0.{}", "3".repeat(9000)),
        nested(20),
        nested(62),
        nested(63),
        nested(5000),
        r#""\ud83e\udd80\u00e9\/""#.to_owned(),
        r#""\uffff\ufffe""#.to_owned(),
    ];
    for route in with_a_body() {
        let sound = routed.body(route).to_string();
        for (name, ..) in route.members {
            for value in &values {
                let mut body = routed.body(route);
                set(&mut body, name, "(here)".into());
                let odd = body.to_string().replace(r#""(here)""#, value);
                tolerated(&routed.request(route).body(odd).send().await?);
                // In a member that nobody knows it is as odd, and as little.
                let beside = sound.replacen('{', &format!(r#"{{"more":{value},"#), 1);
                tolerated(&routed.request(route).body(beside).send().await?);
            }
            // The last of two members counts.
            let last = name.rsplit('.').next().unwrap_or(name);
            let twice = |first: &str, second: &str| {
                let mut body = routed.body(route);
                set(&mut body, name, "(here)".into());
                body.to_string().replace(r#""(here)""#, &format!(r#"{first},"{last}":{second}"#))
            };
            let refusal = routed.request(route).body(twice(r#""text""#, "[[]]")).send().await?;
            refused_member(route, name, refusal);
            tolerated(&routed.request(route).body(twice("[[]]", r#""text""#)).send().await?);
        }
        tolerated(&routed.request(route).body(format!("\u{feff}{sound}")).send().await?);
        let many = (0..20_000).map(|number| format!(r#""{number}":0"#)).collect::<Vec<_>>().join(",");
        tolerated(&routed.request(route).body(sound.replacen('{', &format!("{{{many},"), 1)).send().await?);
    }
    still_answers(&routed.acme).await
}
