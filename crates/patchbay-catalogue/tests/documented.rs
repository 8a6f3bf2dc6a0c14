//! The page on entries, held against what is read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use patchbay_catalogue::{Catalogue, Rule, SourceFile, Sources};

/// A key that nothing reads, in every table that there is: the findings name those that are.
const EVERYWHERE: &str = r#"
schema = 1
id = "everywhere"
name = "Everywhere"
description = "-"
reviewed = 2026-11-20
x = 1
[wire.telex]
name = "everywhere"
x = 1
[[fields]]
key = "field"
kind = "text"
x = 1
[[auth]]
id = "code"
type = "oauth2_code"
x = 1
authorize_url = "https://a.example"
token_url = "https://a.example"
pkce = "off"
read = { access_token = "/a", x = 1 }
reject = [{ status = [400], reason = "ended", x = 1 }]
callback_check = { kind = "hmac_sha256_hex_query", param = "a", secret = "a", x = 1 }
[auth.sign]
x = 1
basic = { user = "a", password = "a", x = 1 }
header_named = { name = "field", value = "a", x = 1 }
proof = { kind = "meta_appsecret_proof", secret = "field", x = 1 }
[auth.refresh]
mode = "none"
x = 1
[[auth]]
id = "jwt"
type = "jwt_bearer"
token_url = "https://a.example"
read = { access_token = "/a" }
assertion = { document = "field", issuer = "/a", key = "/b", x = 1 }
[[auth]]
id = "adapter"
type = "adapter"
adapter = "a"
x = 1
[[verify]]
id = "check"
method = "GET"
url = "https://a.example"
x = 1
expect = { status = [200], x = 1, all = [{ at = "", test = "object", x = 1 }] }
reject = [{ status = [400], reason = "throttled", x = 1 }]
[identity]
account = ["field"]
x = 1
[limits]
x = 1
wait = [{ header = "a", as = "seconds", x = 1 }]
backoff = { first_ms = 1, factor = 1, max_ms = 1, x = 1 }
[disconnect]
method = "POST"
url = "https://a.example"
x = 1
ok = [{ at = "", test = "object", x = 1 }]
ended = [{ status = [400], x = 1 }]
[[sunset]]
on = 2030-01-01
what = "a"
affects = "a"
x = 1
"#;

fn page() -> std::io::Result<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/providers.md"))
}

/// The words in a text that stand between backticks, taken apart.
fn words(page: &str) -> BTreeSet<&str> {
    let code = page.split('`').skip(1).step_by(2);
    code.flat_map(|code| code.split(|c: char| !c.is_alphanumeric() && c != '_')).collect()
}

#[test]
fn every_rule_is_explained_once_and_in_order() {
    let page = page().unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| PC")?.split(' ').next());
    let rows: Vec<_> = rows.map(|number| format!("PC{number}")).collect();
    assert_eq!(rows, Rule::ALL.iter().map(|rule| rule.code()).collect::<Vec<_>>());
}

#[test]
fn every_key_is_explained() {
    let below = vec![SourceFile::new(None, "everywhere.toml", EVERYWHERE)];
    let findings = Catalogue::load(&Sources { below, ..Sources::default() }).unwrap_err();
    let unknown: Vec<_> = findings.iter().filter(|finding| finding.rule == Rule::UnknownKey).collect();
    assert_eq!(unknown.len(), EVERYWHERE.matches("x = 1").count(), "{findings}");

    let page = page().unwrap();
    let explained = words(&page);
    for finding in unknown {
        let (_, known) = finding.remedy.split_once("known here: ").unwrap();
        for key in known.split(", ") {
            assert!(explained.contains(key), "{}: {key} is not explained", finding.field);
        }
    }
}
