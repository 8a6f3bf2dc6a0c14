//! What providers are sent.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use patchbay_catalogue::{AuthMethod, Field, NamedSign, Pattern, Sign};
use patchbay_domain::{FieldKind, VerificationClass as Class};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::super::method;
use super::entries::all;
use super::*;
use crate::asking::known::Known;
use crate::asking::{request, sign};

/// The first request for a connection: its first line, its headers in lower case, its body.
async fn request_for(connection: &OpenConnection) -> (String, Vec<String>, String) {
    let (requests, verification) = asked(connection, vec![json_answer(200, &json!({}))]).await;
    let request = requests.first().unwrap_or_else(|| panic!("{verification:?}"));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n").map(str::to_owned);
    let first = lines.next().unwrap();
    let lower = |line: String| match line.split_once(": ") {
        Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
        None => line,
    };
    (first, lines.map(lower).collect(), body.to_owned())
}

fn has(headers: &[String], line: &str) -> bool {
    headers.iter().any(|header| header == line)
}

#[rstest]
#[case::slack(slack().0, "POST /api/auth.test", "authorization: Bearer xoxb-planted-1")]
#[case::grant(granted("slack", json!({})), "POST /api/auth.test", "authorization: Bearer planted-access")]
#[case::encoded(
    granted("google_calendar", json!({"calendar_id": "a b/c@x.example?d"})),
    "GET /calendar/v3/users/me/calendarList/a%20b%2Fc%40x.example%3Fd",
    "authorization: Bearer planted-access"
)]
#[case::default(
    granted("google_calendar", json!({})),
    "GET /calendar/v3/users/me/calendarList/primary",
    "accept: application/json"
)]
#[case::supplied(
    connection("gmail", json!({}), &[("credentials", r#"{"access_token":"given"}"#)]),
    "GET /gmail/v1/users/me/profile",
    "authorization: Bearer given"
)]
#[case::constant(granted("notion", json!({})), "GET /v1/users/me", "notion-version: 2026-03-11")]
#[case::header(
    connection(
        "shopify",
        json!({"shop_domain": "acme.myshopify.com", "api_version": "2026-07"}),
        &[("access_token", "shpat_1")]
    ),
    "POST /admin/api/2026-07/graphql.json",
    "x-shopify-access-token: shpat_1"
)]
#[case::set(
    connection("odoo", json!({"url": "https://acme.example/erp/", "database": "acme"}), &[("api_key", "key")]),
    "POST /erp/json/2/res.users/context_get",
    "x-odoo-database: acme"
)]
#[case::query(
    custom_api(json!({"auth_type": "query", "auth_name": "k"}), &[("auth_token", "a&b=c d")]),
    "GET /me?k=a%26b%3Dc+d",
    "accept: application/json"
)]
#[case::named(
    custom_api(json!({"auth_type": "header", "auth_name": "X-Key"}), &[("auth_token", "t")]),
    "GET /me",
    "x-key: t"
)]
#[tokio::test]
async fn a_request_is_the_one_that_its_entry_describes(
    #[case] connection: OpenConnection,
    #[case] line: &str,
    #[case] header: &str,
) {
    let (first, headers, _) = request_for(&connection).await;
    assert_eq!(first, format!("{line} HTTP/1.1"));
    assert!(has(&headers, header), "{headers:#?}");
    assert!(headers.iter().any(|header| header.starts_with("user-agent: Patchbay/")), "{headers:#?}");
}

#[tokio::test]
async fn who_stands_in_for_a_provider_is_told_which_host_was_meant() {
    let zendesk = json!({"subdomain": "acme", "email": "ann@acme.example"});
    let (_, headers, _) = request_for(&connection("zendesk", zendesk, &[("api_token", "t")])).await;
    assert!(has(&headers, "forwarded: host=\"acme.zendesk.com\";proto=https"), "{headers:#?}");

    let theirs = json!({"base_url": "http://a.example:81", "headers": {"Forwarded": "host=theirs"}});
    let (_, headers, _) = request_for(&custom_api(theirs, &[])).await;
    let forwarded: Vec<_> = headers.iter().filter(|header| header.starts_with("forwarded")).collect();
    assert_eq!(forwarded, ["forwarded: host=\"a.example:81\";proto=http"]);
}

#[tokio::test]
async fn user_and_password_are_sent_as_basic() {
    let configuration = json!({"subdomain": "acme", "email": "ann@acme.example"});
    let (_, headers, _) = request_for(&connection("zendesk", configuration, &[("api_token", "t:t")])).await;
    let pair = BASE64_STANDARD.encode("ann@acme.example/token:t:t");
    assert!(has(&headers, &format!("authorization: Basic {pair}")), "{headers:#?}");
}

#[tokio::test]
async fn a_header_whose_value_is_missing_is_left_out() {
    let connection = connection("odoo", json!({"url": "https://acme.example"}), &[("api_key", "key")]);
    let (_, headers, _) = request_for(&connection).await;
    assert!(!headers.iter().any(|header| header.starts_with("x-odoo-database")), "{headers:#?}");
    assert!(has(&headers, "authorization: bearer key"), "{headers:#?}");
}

/// An API that takes its key in one way alone.
async fn signed_by(sign: &str, key: &str) -> (String, Vec<String>, Verification) {
    let entry = foreign(&format!(
        "[[fields]]\nkey = 'key'\nkind = 'text'\nsecret = true\n\
         [[auth]]\nid = 'a'\ntype = 'static'\nneeds = ['key']\nsign = {sign}\n\
         [[verify]]\nid = 'a'\nmethod = 'GET'\nurl = 'https://a.example/v1/me'\nquery = {{ b = '1' }}\n\
         expect = {{ status = [200] }}\n"
    ));
    let mut server = scripted(vec![json_answer(200, &json!({}))]).await;
    let connection = connection("foreign", json!({}), &[("key", key)]);
    let verification = verifier_at("foreign", server.port).verify_by(&entry, &connection).await;
    let request = if server.connections() == 0 { String::new() } else { server.heard().await };
    let mut lines = request.split("\r\n").map(str::to_owned);
    (lines.next().unwrap_or_default(), lines.map(|line| line.to_lowercase()).collect(), verification)
}

#[rstest]
#[case::query("{ query = { api_key = '{key}' } }", "a&b", "GET /v1/me?b=1&api_key=a%26b HTTP/1.1")]
#[case::path("{ path_prefix = 'bot{key}' }", "1:a-B", "GET /bot1:a-B/v1/me?b=1 HTTP/1.1")]
#[case::one_segment(
    "{ path_prefix = 'bot{key}' }",
    "/../a?c#",
    "GET /bot%2F..%2Fa%3Fc%23/v1/me?b=1 HTTP/1.1"
)]
#[tokio::test]
async fn a_key_goes_into_a_url_where_its_api_takes_it_nowhere_else(
    #[case] sign: &str,
    #[case] key: &str,
    #[case] line: &str,
) {
    let (first, _, verification) = signed_by(sign, key).await;
    assert_eq!((first.as_str(), verification.class), (line, Class::Ok));
}

#[tokio::test]
async fn a_segment_of_dots_is_none() {
    let (first, _, verification) = signed_by("{ path_prefix = '{key}' }", "..").await;
    assert_eq!((first.as_str(), verification.class), ("", Class::Incomplete));
}

#[tokio::test]
async fn a_pair_of_user_and_password_is_sent_as_it_is() {
    let (_, headers, _) = signed_by("{ basic = { pair = '{key}' } }", "id:secret:x").await;
    let pair = BASE64_STANDARD.encode("id:secret:x").to_lowercase();
    assert!(has(&headers, &format!("authorization: basic {pair}")), "{headers:#?}");
}

/// The figure is that of `printf 'token' | openssl dgst -sha256 -hmac 'secret'`.
#[tokio::test]
async fn the_proof_of_meta_is_made_of_token_and_secret() {
    let secrets = [("page_access_token", "token"), ("app_secret", "secret")];
    let (first, ..) = request_for(&connection("messenger", json!({}), &secrets)).await;
    let proof = "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a";
    assert_eq!(first, format!("GET /v25.0/me?fields=id%2Cname&appsecret_proof={proof} HTTP/1.1"));
    let (first, ..) = request_for(&connection("messenger", json!({}), &secrets[..1])).await;
    assert_eq!(first, "GET /v25.0/me?fields=id%2Cname HTTP/1.1", "an app without its secret proves nothing");
}

#[tokio::test]
async fn the_headers_of_a_connection_go_along_secret_or_not() {
    let headers = json!({"x-plain": "1", "user-agent": "theirs", "authorization": "theirs", "x-number": 2});
    let configuration = json!({"auth_type": "bearer", "headers": headers});
    let secrets = [("headers.x-api-key", "planted"), (r"headers.x\.y", "no header"), ("auth_token", "t")];
    let connection = custom_api(configuration.clone(), &[secrets[0], secrets[2]]);
    let (_, headers, _) = request_for(&connection).await;
    for line in ["x-plain: 1", "x-api-key: planted", "authorization: Bearer t"] {
        assert!(has(&headers, line), "{line}: {headers:#?}");
    }
    assert!(
        !headers.iter().any(|header| header.contains("theirs") || header.contains("number")),
        "{headers:#?}"
    );
    let entry = entry("custom_api");
    let connection = custom_api(configuration, &secrets);
    assert!(Known::of(&entry, &connection).table("headers").contains_key("x.y"));
}

#[tokio::test]
async fn values_in_a_body_are_texts_and_no_part_of_its_structure() {
    let database =
        json!({"url": "https://acme.example", "database": "a", "username": "x\",\"admin\":\"\n{password}"});
    let (_, headers, body) = request_for(&connection("odoo", database, &[("password", "p\\\"]")])).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["params"]["args"], json!(["a", "x\",\"admin\":\"\n{password}", "p\\\"]", {}]));
    assert!(has(&headers, "content-type: application/json"), "{headers:#?}");
}

#[tokio::test]
async fn a_form_is_encoded() {
    let entry = foreign(
        "[[fields]]\nkey = 'name'\nkind = 'text'\n[[auth]]\nid = 'a'\ntype = 'static'\nneeds = ['name']\n\
         [[verify]]\nid = 'a'\nmethod = 'PUT'\nurl = 'https://a.example/x'\nform = { b = '1', a = '{name}' }\n\
         expect = { status = [200] }\n",
    );
    let mut server = scripted(vec![json_answer(200, &json!({}))]).await;
    let connection = connection("foreign", json!({"name": "a&b=é"}), &[]);
    let verification = verifier_at("foreign", server.port).verify_by(&entry, &connection).await;
    assert_eq!(verification.class, Class::Ok, "{verification:?}");
    let request = server.heard().await.to_lowercase();
    assert!(request.starts_with("put /x http/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\na=a%26b%3d%c3%a9&b=1"), "{request}");
}

/// What a request consists of: scheme, host and port, how many segments its path has, which
/// parameters, which headers.
#[derive(Debug, PartialEq)]
struct Shape {
    origin: String,
    segments: usize,
    parameters: Vec<String>,
    headers: Vec<String>,
}

/// The shape of the request of a check; `None` where none can be made.
fn shape(connection: &OpenConnection, check: &str) -> Option<Shape> {
    let entry = entry(connection.provider.as_str());
    let known = Known::of(&entry, connection);
    let method = method::chosen(&entry, &known).ok()?;
    let known = known.with_tokens_of(method);
    let signed = sign::signed(&method.sign, &known).ok()?;
    let request = request::of(&entry.check(check)?.into(), &entry, &known, &signed, None).ok()?;
    let (url, headers) = request.parts();
    Some(Shape {
        origin: url.origin().ascii_serialization(),
        segments: url.path_segments().map(Iterator::count).unwrap_or_default(),
        parameters: url.query_pairs().map(|(name, _)| name.into_owned()).collect(),
        headers,
    })
}

/// Whether a member of a connection may be anything without leading elsewhere: those that decide
/// the host, the path, the method or the name of a header are there for that.
fn is_free(entry: &Entry, member: &str) -> bool {
    let named = |sign: &Option<NamedSign>| sign.as_ref().is_some_and(|sign| sign.name == member);
    let chooses = |method: &AuthMethod| {
        let Sign { header_named, query_named, .. } = &method.sign;
        method.when.contains_key(member) || named(header_named) || named(query_named)
    };
    let leads = |field: &Field| {
        use FieldKind::{Enum, Host, Map, Path, Url};
        let is_label = field.pattern.as_ref().is_some_and(Pattern::stays_in_a_label);
        matches!(field.kind, Enum | Host | Map | Path | Url) || is_label
    };
    !entry.auth.iter().any(chooses) && !entry.field(member).is_some_and(leads)
}

proptest! {
    #[test]
    fn no_value_leaves_its_place(value in "(?s).{1,40}") {
        for good in all() {
            // Who needs a token first is not asked here.
            let Some(check) = good.checks.first() else { continue };
            let Some(expected) = shape(&good.connection, check) else { continue };
            let entry = entry(good.connection.provider.as_str());
            let mut configuration = good.connection.configuration.members().clone();
            for (_, place) in configuration.iter_mut().filter(|(member, _)| is_free(&entry, member)) {
                *place = json!(value);
            }
            let mut credentials = Credentials::default();
            for (name, _) in good.connection.credentials.iter() {
                credentials.set(name.clone(), value.as_str().into());
            }
            let configuration = Configuration::from_stored(configuration);
            let connection = OpenConnection { configuration, credentials, ..good.connection.clone() };
            // What cannot be sent is not; what is sent has the same shape.
            if let Some(shape) = shape(&connection, check) {
                prop_assert_eq!(shape, expected);
            }
        }
    }

    #[test]
    fn no_value_leads_to_another_host(value in "[a-z0-9./:@?#\\\\%\\[\\]_ -]{0,30}") {
        let zendesk = json!({"subdomain": value, "email": "a@b.example"});
        if let Some(shape) = shape(&connection("zendesk", zendesk, &[("api_token", "t")]), "me") {
            prop_assert!(shape.origin.ends_with(".zendesk.com"), "{}", shape.origin);
            prop_assert_eq!(shape.segments, 4);
        }
    }
}
