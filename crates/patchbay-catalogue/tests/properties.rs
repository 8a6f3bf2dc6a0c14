//! What holds for whatever is in a value, and for whatever is in a file.

use std::collections::HashMap;

use patchbay_catalogue::{Catalogue, EMBEDDED, SourceFile, Sources};
use proptest::prelude::*;
use url::Url;

/// An entry with a value in every place of a URL.
const ENTRY: &str = r#"
schema = 1
id = "places"
name = "Places"
description = "-"
reviewed = 2026-11-20
[[fields]]
key = "label"
kind = "text"
pattern = '^[a-z0-9-]+$'
[[fields]]
key = "host"
kind = "host"
[[fields]]
key = "base"
kind = "url"
[[fields]]
key = "path"
kind = "path"
[[fields]]
key = "id"
kind = "text"
[[auth]]
id = "static"
type = "static"
[[verify]]
id = "label"
method = "GET"
url = "https://{label}.places.example/v1/{id}/x?q={id}&end"
expect = { status = [200] }
[[verify]]
id = "host"
method = "GET"
url = "https://{host}/v1/{id}/x?q={id}&end"
expect = { status = [200] }
[[verify]]
id = "base"
method = "GET"
url = "{base}{path}"
expect = { status = [200] }
"#;

fn catalogue() -> Catalogue {
    let below = vec![SourceFile::new(None, "places.toml", ENTRY)];
    Catalogue::load(&Sources { below, ..Sources::default() }).unwrap_or_default()
}

/// The URL of a check with these values; `None` where it was refused.
fn url(check: &str, values: &[(&str, &str)]) -> Option<String> {
    let catalogue = catalogue();
    let entry = catalogue.entries().first()?;
    let values: HashMap<_, _> = values.iter().copied().collect();
    entry.url(&entry.check(check)?.url, &values).ok().map(String::from)
}

/// The URL of a check with the values that were read out of it.
fn read_and_written(check: &str, text: &str) -> Option<String> {
    let catalogue = catalogue();
    let entry = catalogue.entries().first()?;
    let template = &entry.check(check)?.url;
    let found = entry.read_url(template, &Url::parse(text).ok()?)?;
    let values: HashMap<_, _> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    entry.url(template, &values).ok().map(String::from)
}

/// Text that is likely to break out of where it stands.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "/",
        "\\",
        "?",
        "#",
        "@",
        ":",
        "..",
        ".",
        "%2e%2e",
        "%2f",
        "&",
        "=",
        "\r\n",
        "\0",
        " ",
        "evil.example",
        "//evil.example",
        "a",
        "é",
        "{id}",
        "[::1]",
        "https:",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())]
}

#[test]
fn plain_values_are_written_as_they_are() {
    let id = ("id", "7");
    assert_eq!(url("label", &[("label", "acme"), id]).unwrap(), "https://acme.places.example/v1/7/x?q=7&end");
    assert_eq!(
        url("host", &[("host", "h.example:8443"), id]).unwrap(),
        "https://h.example:8443/v1/7/x?q=7&end"
    );
    let base = ("base", "http://10.0.0.1:8069/odoo");
    assert_eq!(url("base", &[base, ("path", "/me")]).unwrap(), "http://10.0.0.1:8069/odoo/me");
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_something_that_writes_the_same(
        id in hostile(),
        path in hostile(),
        label in "[a-z0-9-]{1,8}",
        host in "[a-z]{1,5}([.][a-z]{2,3}){0,2}(:[1-9][0-9]{1,3})?",
    ) {
        let base = format!("https://{host}/a");
        let given = [("id", id.as_str()), ("path", &path), ("label", &label), ("host", &host), ("base", &base)];
        for check in ["label", "host", "base"] {
            if let Some(written) = url(check, &given) {
                prop_assert_eq!(read_and_written(check, &written), Some(written), "{}", check);
            }
        }
    }

    #[test]
    fn no_value_of_a_label_leads_elsewhere(label in hostile()) {
        if let Some(url) = url("label", &[("label", &label), ("id", "7")]) {
            let host = format!("{}.places.example", label.to_ascii_lowercase());
            prop_assert_eq!(url, format!("https://{host}/v1/7/x?q=7&end"));
        }
    }

    #[test]
    fn no_value_of_a_path_or_a_query_leaves_its_place(id in hostile()) {
        if let Some(url) = url("label", &[("label", "acme"), ("id", &id)]) {
            let rest = url.strip_prefix("https://acme.places.example/v1/");
            prop_assert!(rest.is_some(), "{}", url);
            let (path, query) = rest.unwrap_or_default().split_once('?').unwrap_or_default();
            prop_assert!(path.ends_with("/x") && path.matches('/').count() == 1, "{}", url);
            prop_assert!(query.starts_with("q=") && query.ends_with("&end"), "{}", url);
            prop_assert!(query.matches('&').count() == 1 && !query.contains('#'), "{}", url);
        }
    }

    #[test]
    fn a_host_is_all_that_a_host_says(host in hostile()) {
        if let Some(url) = url("host", &[("host", &host), ("id", "7")]) {
            prop_assert!(url.ends_with("/v1/7/x?q=7&end") && !url.contains('@'), "{}", url);
        }
    }

    #[test]
    fn a_path_goes_on_where_its_base_ends(path in hostile()) {
        if let Some(url) = url("base", &[("base", "https://base.example/api/"), ("path", &path)]) {
            let rest = url.strip_prefix("https://base.example/api");
            prop_assert!(rest.is_some_and(|rest| !rest.contains(['?', '#'])), "{}", url);
        }
    }

    #[test]
    fn a_mangled_file_is_refused_or_read_and_never_more(
        file in 0..EMBEDDED.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40_usize,
        instead in "[\"'=\\[\\]{}#a-z0-9 \n.-]{0,12}",
    ) {
        let (name, text) = EMBEDDED[file];
        let mut characters: Vec<_> = text.chars().collect();
        let start = at.index(characters.len());
        let end = characters.len().min(start + length);
        characters.splice(start..end, instead.chars());
        let mangled = SourceFile::new(None, name, characters.into_iter().collect::<String>());
        let mut below = Sources::embedded().below;
        below.retain(|file| file.stem.starts_with('_'));
        let sources = Sources { below, above: vec![mangled], ..Sources::default() };
        if let Err(findings) = Catalogue::load(&sources) {
            prop_assert!(findings.has_errors());
            for finding in findings.iter() {
                prop_assert!(!finding.file.is_empty() && !finding.what.is_empty() && !finding.remedy.is_empty());
            }
        }
    }
}
