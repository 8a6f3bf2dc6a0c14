//! What may be written in some places of the code only, or in none.

use std::collections::BTreeSet;

use anyhow::Result;

use super::repository::{File, sources};
use super::tokens::{Token, all, lines_with, production, shipped};

/// Where a scope is made: a file or, ending in `/`, a folder.
const MAKE_SCOPES: [&str; 3] = [
    "crates/patchbay-domain/",
    "crates/patchbay-application/src/caller.rs",
    "crates/patchbay-application/src/caller/",
];

/// Where a secret is taken out of its wrapping, and why.
const EXPOSE_SECRETS: [(&str, &str); 12] = [
    ("crates/patchbay-application/src/idempotency/", "packs answers for the vault"),
    ("crates/patchbay-application/src/oauth/addresses.rs", "makes links"),
    ("crates/patchbay-crypto/src/", "seals, opens, and reads keys"),
    ("crates/patchbay-domain/src/secret/", "packs credentials for the vault, and masks them"),
    ("crates/patchbay-domain/src/setting/", "tells plain values from secret ones"),
    ("crates/patchbay-http/src/kernel/auth.rs", "takes the presented key apart"),
    ("crates/patchbay-http/src/kernel/members.rs", "masks secret members of a document"),
    ("crates/patchbay-http/src/kernel/reveal.rs", "shows secrets to callers that may see them"),
    ("crates/patchbay-persistence/src/database/", "connects with a URL that may hold a password"),
    ("crates/patchbay-providers/src/asking/", "writes credentials into the requests that they are for"),
    ("crates/patchbay-providers/src/oauth/", "sends codes and tokens to the provider that they are for"),
    ("crates/patchbay-server/src/commands/", "prints a new key, this once"),
];

/// The guarded client, and the load driver, which is not shipped.
const SPEAK_TO_OTHERS: [&str; 2] = ["crates/patchbay-providers/src/outbound/", "crates/patchbay-bench/"];

/// What makes a connection.
const WAYS_OUT: [&str; 5] = ["reqwest", "TcpStream", "UdpSocket", "UnixStream", "lookup_host"];

const DIALECTS: &str = "crates/patchbay-http/src/dialects/";

/// What stops a process or circumvents the compiler.
const FORBIDDEN: [&[&str]; 12] = [
    &[".", "unwrap", "("],
    &[".", "unwrap_err", "("],
    &[".", "expect", "("],
    &[".", "expect_err", "("],
    &[":", ":", "unwrap"],
    &[":", ":", "unwrap_err"],
    &[":", ":", "expect"],
    &[":", ":", "expect_err"],
    &["panic", "!"],
    &["todo", "!"],
    &["unimplemented", "!"],
    &["unsafe"],
];

fn lies_in(path: &str, place: &str) -> bool {
    if place.ends_with('/') { path.starts_with(place) } else { path == place }
}

fn report(file: &File, lines: impl IntoIterator<Item = usize>, what: &str) -> Vec<String> {
    lines.into_iter().map(|line| format!("{}:{line}: {what}", file.path)).collect()
}

fn scopes_made(sources: &[File]) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for file in shipped(sources) {
        if !MAKE_SCOPES.iter().any(|place| lies_in(&file.path, place)) {
            let tokens = production(file)?;
            violations.extend(report(
                file,
                lines_with(&tokens, &["Scope", ":", ":", "new"]),
                "makes a scope",
            ));
        }
    }
    Ok(violations)
}

fn secrets_exposed(sources: &[File]) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for file in shipped(sources) {
        if !EXPOSE_SECRETS.iter().any(|(place, _)| lies_in(&file.path, place)) {
            let tokens = production(file)?;
            for exposes in ["expose_secret", "expose_secret_mut"] {
                violations.extend(report(file, lines_with(&tokens, &[exposes]), "exposes a secret"));
            }
        }
    }
    Ok(violations)
}

fn ways_out(sources: &[File]) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for file in shipped(sources) {
        if !SPEAK_TO_OTHERS.iter().any(|place| lies_in(&file.path, place)) {
            let tokens = production(file)?;
            for way in WAYS_OUT {
                violations.extend(report(file, lines_with(&tokens, &[way]), "goes past the guarded client"));
            }
        }
    }
    Ok(violations)
}

/// The dialect that a file belongs to.
fn dialect(file: &File) -> Option<&str> {
    let first = file.path.strip_prefix(DIALECTS)?.split('/').next()?;
    Some(first.trim_end_matches(".rs")).filter(|name| *name != "mod")
}

fn dialects_that_meet(sources: &[File]) -> Result<Vec<String>> {
    let dialects: BTreeSet<_> = sources.iter().filter_map(dialect).collect();
    let mut violations = Vec::new();
    for file in sources {
        let Some(own) = dialect(file) else { continue };
        let tokens = all(file)?;
        for other in dialects.iter().filter(|other| **other != own) {
            violations.extend(report(file, named(&tokens, other), &format!("names the dialect {other}")));
        }
    }
    Ok(violations)
}

/// The lines that name a module, in a path or in a group of a `use`; a member of that name
/// is something else.
fn named(tokens: &[Token], module: &str) -> Vec<usize> {
    let mut before = "";
    let mut lines = Vec::new();
    for token in tokens {
        if token.text == module && before != "." {
            lines.push(token.line);
        }
        before = &token.text;
    }
    lines
}

fn forbidden(sources: &[File]) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for file in shipped(sources) {
        let tokens = production(file)?;
        for row in FORBIDDEN {
            violations.extend(report(file, lines_with(&tokens, row), &row.concat()));
        }
    }
    for file in sources {
        violations.extend(report(file, allowances(&all(file)?), "allows what a lint forbids"));
    }
    Ok(violations)
}

/// The lines of attributes that contain `allow(`.
fn allowances(tokens: &[Token]) -> Vec<usize> {
    let text = |position: usize| tokens.get(position).map_or("", |token| token.text.as_str());
    let mut lines = Vec::new();
    for start in (0..tokens.len()).filter(|start| text(*start) == "#") {
        let open = if text(start + 1) == "!" { start + 2 } else { start + 1 };
        if text(open) == "[" {
            lines.extend(lines_with(&tokens[open..end_of_group(tokens, open)], &["allow", "("]));
        }
    }
    lines
}

/// Where the group ends that opens with the `[` at `open`.
fn end_of_group(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    let closes = |token: &Token| {
        match token.text.as_str() {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        depth == 0
    };
    tokens[open..].iter().position(closes).map_or(tokens.len(), |length| open + length)
}

#[test]
fn a_scope_is_made_only_where_a_caller_is() -> Result<()> {
    assert_eq!(scopes_made(&sources()?)?, [""; 0]);
    Ok(())
}

#[test]
fn a_secret_is_exposed_only_where_it_must_be() -> Result<()> {
    assert_eq!(secrets_exposed(&sources()?)?, [""; 0]);
    Ok(())
}

#[test]
fn nothing_goes_past_the_guarded_client() -> Result<()> {
    assert_eq!(ways_out(&sources()?)?, [""; 0]);
    Ok(())
}

#[test]
fn no_dialect_knows_another() -> Result<()> {
    assert_eq!(dialects_that_meet(&sources()?)?, [""; 0]);
    Ok(())
}

#[test]
fn nothing_that_is_shipped_may_stop_the_process_and_nothing_silences_a_lint() -> Result<()> {
    assert_eq!(forbidden(&sources()?)?, [""; 0]);
    Ok(())
}

#[test]
fn a_scope_made_elsewhere_would_be_found() -> Result<()> {
    let make =
        "fn f() {\n    Scope::new(a, None);\n}\n#[cfg(test)] mod tests { fn g() { Scope::new(a, b); } }";
    let planted = [
        "crates/patchbay-http/src/x.rs",
        "crates/patchbay-application/src/caller_list.rs",
        "crates/patchbay-application/src/caller.rs",
        "crates/patchbay-domain/src/scope.rs",
        "tests/suite/x.rs",
    ]
    .map(|path| File::new(path, make));
    let expected = ["crates/patchbay-http/src/x.rs", "crates/patchbay-application/src/caller_list.rs"];
    assert_eq!(scopes_made(&planted)?, expected.map(|path| format!("{path}:2: makes a scope")));
    Ok(())
}

#[test]
fn a_secret_exposed_elsewhere_would_be_found() -> Result<()> {
    let expose =
        "use secrecy::ExposeSecret;\nfn f() { a.expose_secret(); }\nconst F: G = H::expose_secret_mut;";
    let planted = ["crates/patchbay-http/src/x.rs", "crates/patchbay-crypto/src/x.rs", "tests/suite/x.rs"]
        .map(|path| File::new(path, expose));
    let expected = [2, 3].map(|line| format!("crates/patchbay-http/src/x.rs:{line}: exposes a secret"));
    assert_eq!(secrets_exposed(&planted)?, expected);
    Ok(())
}

#[test]
fn a_way_past_the_guarded_client_would_be_found() -> Result<()> {
    let past = "use tokio::net::TcpStream;\nfn f() { reqwest::get(\"reqwest\"); }\n\
                #[cfg(test)] mod tests { use std::net::UdpSocket; }";
    let planted = [
        "crates/patchbay-providers/src/x.rs",
        "crates/patchbay-providers/src/outbound/x.rs",
        "tests/suite/x.rs",
    ]
    .map(|path| File::new(path, past));
    let expected = [2, 1].map(|line| format!("{}:{line}: goes past the guarded client", planted[0].path));
    assert_eq!(ways_out(&planted)?, expected);
    Ok(())
}

#[test]
fn a_dialect_that_knows_another_would_be_found() -> Result<()> {
    let file = |path: &str, text| File::new(&format!("{DIALECTS}{path}"), text);
    let planted = [
        file("mod.rs", "pub mod one; pub mod two; pub mod three;"),
        file("one/mod.rs", "use crate::dialects::two::X;\nuse super::three;\nfn f() { wire.two; }"),
        file("one/deep/x.rs", "// two\nuse super::super::super::{one, two};"),
        file("two/mod.rs", "use crate::dialects::two::X;\nconst ONE: &str = \"one\";"),
        file("three.rs", "use super::one;"),
    ];
    let expected = [
        ("one/mod.rs:2", "three"),
        ("one/mod.rs:1", "two"),
        ("one/deep/x.rs:2", "two"),
        ("three.rs:1", "one"),
    ];
    let expected = expected.map(|(place, other)| format!("{DIALECTS}{place}: names the dialect {other}"));
    assert_eq!(dialects_that_meet(&planted)?, expected);
    Ok(())
}

#[test]
fn what_may_stop_the_process_would_be_found() -> Result<()> {
    for wrong in [
        "a.unwrap();",
        "a.unwrap_err();",
        "a.expect(\"b\");",
        "a.expect_err(\"b\");",
        "b.map(Option::unwrap);",
        "b.map(Option::unwrap_err);",
        "Option::expect(a, \"b\");",
        "b.map(Result::expect_err);",
        "panic!();",
        "todo!();",
        "unimplemented!();",
        "unsafe { a() }",
        "vec![a.unwrap()];",
    ] {
        let shipped = File::new("crates/a/src/x.rs", &format!("fn f() {{\n{wrong}\n}}"));
        let found = forbidden(&[shipped])?;
        assert!(found.len() == 1 && found[0].starts_with("crates/a/src/x.rs:2: "), "{wrong}: {found:?}");
        let tested =
            File::new("crates/a/src/x.rs", &format!("#[cfg(test)] mod t {{ fn f() {{ {wrong} }} }}"));
        assert_eq!(forbidden(&[tested])?, [""; 0], "{wrong}");
    }
    let fine =
        "#[expect(clippy::x, reason = \"unsafe\")] fn f() { a.unwrap_or(b).expect_commit(); } // unsafe";
    assert_eq!(forbidden(&[File::new("crates/a/src/x.rs", fine)])?, [""; 0]);
    Ok(())
}

#[test]
fn a_silenced_lint_would_be_found_even_in_a_test() -> Result<()> {
    for wrong in ["#[allow(dead_code)]", "#![allow(x)]", "#[cfg_attr(test, allow(x))]"] {
        for path in ["crates/a/src/x.rs", "tests/suite/x.rs"] {
            let planted = File::new(path, &format!("mod t {{\n{wrong}\n}} fn allow() {{ allow(b[0]) }}"));
            assert_eq!(forbidden(&[planted])?, [format!("{path}:2: allows what a lint forbids")], "{wrong}");
        }
    }
    Ok(())
}
