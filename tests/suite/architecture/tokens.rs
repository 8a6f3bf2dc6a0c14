//! Rust files as plain rows of tokens: no comments, no text of literals, and, where asked,
//! no code that is only there for tests.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::repository::File;

/// An identifier, a mark or a bracket.
#[derive(Debug)]
pub struct Token {
    /// As written; `"` for a literal of any kind.
    pub text: String,
    /// The line it is in, from 1.
    pub line: usize,
}

/// All tokens of a file.
pub fn all(file: &File) -> Result<Vec<Token>> {
    flat(file, false)
}

/// The tokens of a file without what is under `#[cfg(test)]`.
pub fn production(file: &File) -> Result<Vec<Token>> {
    flat(file, true)
}

/// The lines where `row` stands. A mark of two characters is two of the row.
pub fn lines_with<'a>(tokens: &'a [Token], row: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    tokens
        .windows(row.len())
        .filter(move |window| window.iter().zip(row).all(|(token, text)| token.text == *text))
        .map(|window| window[0].line)
}

/// The files that are not there for tests alone.
pub fn shipped(sources: &[File]) -> Vec<&File> {
    let test_modules: Vec<_> = sources.iter().flat_map(test_modules).collect();
    let for_tests = |file: &File| {
        let folders = ["tests/", "examples/", "benches/"];
        folders
            .iter()
            .any(|folder| file.path.starts_with(folder) || file.path.contains(&format!("/{folder}")))
            || test_modules.iter().any(|module| {
                let rest = file.path.strip_prefix(module.as_str());
                rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
            })
    };
    sources.iter().filter(|file| !for_tests(file)).collect()
}

/// The modules under `#[cfg(test)]` that are files of their own, as paths without `.rs`.
fn test_modules(file: &File) -> Vec<String> {
    let Ok(tokens) = all(file) else { return Vec::new() };
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let folder = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        other => format!("{folder}/{}", other.trim_end_matches(".rs")),
    };
    let declares = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let named = tokens.windows(declares.len() + 2).filter(|window| {
        window.iter().zip(declares).all(|(token, text)| token.text == text)
            && window[declares.len() + 1].text == ";"
    });
    named.map(|window| format!("{folder}/{}", window[declares.len()].text)).collect()
}

fn flat(file: &File, without_tests: bool) -> Result<Vec<Token>> {
    let stream: TokenStream = file.text.parse().map_err(|error| anyhow!("{}: {error}", file.path))?;
    let mut tokens = Vec::new();
    flatten(stream, without_tests, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, without_tests: bool, tokens: &mut Vec<Token>) {
    let trees: Vec<_> = stream.into_iter().collect();
    let mut rest = trees.as_slice();
    while let Some((tree, after)) = rest.split_first() {
        rest = after;
        if without_tests && is_mark(tree, '#') && after.first().is_some_and(is_for_tests) {
            rest = after_item(after);
            continue;
        }
        let mut push = |text: String, line| tokens.push(Token { text, line });
        let line = tree.span().start().line;
        match tree {
            TokenTree::Ident(name) => push(name.to_string(), line),
            TokenTree::Punct(mark) => push(mark.as_char().to_string(), line),
            TokenTree::Literal(_) => push('"'.to_string(), line),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open.to_owned(), line);
                flatten(group.stream(), without_tests, tokens);
                tokens.push(Token { text: close.to_owned(), line: group.span_close().start().line });
            }
        }
    }
}

fn is_mark(tree: &TokenTree, mark: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Whether this is the `[cfg(test)]` of an attribute.
fn is_for_tests(tree: &TokenTree) -> bool {
    let TokenTree::Group(group) = tree else { return false };
    let text: String = group.stream().to_string().split_whitespace().collect();
    group.delimiter() == Delimiter::Bracket && (text == "cfg(test)" || text.starts_with("cfg(all(test,"))
}

/// What follows the item that `trees` start with: its body or its semicolon ends it.
fn after_item(trees: &[TokenTree]) -> &[TokenTree] {
    let ends = |tree: &TokenTree| {
        is_mark(tree, ';') || matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    trees.iter().position(ends).map_or(&[], |last| &trees[last + 1..])
}

#[test]
fn comments_and_literals_are_no_code() -> Result<()> {
    let file = File::new("x.rs", "/// x.unwrap()\nfn f() { // panic!()\n  g(\"a.unwrap()\", 'b'); }\n");
    let texts: Vec<_> = production(&file)?.into_iter().map(|token| token.text).collect();
    let doc = ["#", "[", "doc", "=", "\"", "]"];
    let code = ["fn", "f", "(", ")", "{", "g", "(", "\"", ",", "\"", ")", ";", "}"];
    assert_eq!(texts, [doc.as_slice(), &code].concat());
    Ok(())
}

#[test]
fn what_is_under_cfg_test_is_left_out_and_nothing_after_it() -> Result<()> {
    let text = "fn a() {}\n#[cfg(test)]\n#[derive(Debug)]\nstruct B { c: u8 }\nfn d() {}\n\
                mod e { #[cfg(test)] use f::g; fn h() {} }\n#[cfg(not(test))] fn i() {}\n\
                #[cfg(all(test, unix))] mod j { fn k() {} }\nfn l() {}";
    let file = File::new("x.rs", text);
    let names = |tokens: Vec<Token>| -> String {
        tokens
            .into_iter()
            .map(|token| token.text)
            .filter(|text| text.len() == 1 && text.as_str() >= "a")
            .collect()
    };
    assert_eq!(names(production(&file)?).replace(['{', '}'], ""), "adehil");
    let line = production(&file)?.iter().find(|token| token.text == "l").map(|token| token.line);
    assert_eq!(line, Some(9));
    Ok(())
}

#[test]
fn files_and_folders_of_tests_are_not_shipped() {
    let text = "#[cfg(test)]\nmod checks;\nmod real;\n";
    let sources = [
        "crates/a/src/lib.rs",
        "crates/a/src/checks.rs",
        "crates/a/src/checks/more.rs",
        "crates/a/src/checksum.rs",
        "crates/a/src/real.rs",
        "crates/a/tests/x.rs",
        "crates/a/examples/x.rs",
        "tests/src/lib.rs",
    ]
    .map(|path| File::new(path, if path.ends_with("lib.rs") { text } else { "" }));
    let left: Vec<_> = shipped(&sources).iter().map(|file| file.path.as_str()).collect();
    assert_eq!(left, ["crates/a/src/lib.rs", "crates/a/src/checksum.rs", "crates/a/src/real.rs"]);
}
