//! Files that are wrong in one way each, and what is found in them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

use patchbay_catalogue::{Catalogue, Findings, Rule, SourceFile, Sources};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The files that nothing is wrong with.
const SOUND: [&str; 2] = ["_sound", "taken"];

/// File, line, field, rule, and a part of what is wrong.
const FOUND: &[(&str, u32, &str, &str, &str)] = &[
    ("two_faults", 4, "colour", "PC01", "nothing reads this key"),
    ("unknown_at_the_top", 4, "colour", "PC01", "nothing reads this key"),
    ("unknown_dialect", 8, "wire.intercom", "PC01", "nothing reads this key"),
    ("unknown_in_a_field", 10, "fields[mode].label", "PC01", "nothing reads this key"),
    ("unknown_in_a_test", 10, "verify[me].expect.all[0].tset", "PC01", "nothing reads this key"),
    ("unknown_of_another_type", 10, "auth[token].token_url", "PC01", "nothing reads this key"),
    ("constant_over_a_field", 9, "vars.mode", "PC02", "has the name of something else"),
    ("expression", 10, "verify[me].url", "PC02", "has a brace that belongs to no {name}"),
    (
        "undeclared_name",
        10,
        "verify[me].url",
        "PC02",
        "{accuont} is neither a field nor a constant of this entry",
    ),
    (
        "secret_in_a_label",
        9,
        "identity.label",
        "PC03",
        "{client_secret} is a secret, and would end up in logs",
    ),
    (
        "secret_in_a_query",
        10,
        "verify[me].query.key",
        "PC03",
        "{access_token} is a secret, and would end up in logs",
    ),
    ("secret_in_a_url", 10, "verify[me].url", "PC03", "{access_token} is a secret, and would end up in logs"),
    ("homepage_without_tls", 4, "homepage", "PC04", "is no https URL"),
    ("host_in_the_middle", 10, "verify[me].url", "PC04", "its host is not fixed"),
    ("host_of_a_text", 10, "verify[me].url", "PC04", "mode decides the host, and is no field of kind host"),
    (
        "label_with_dots",
        10,
        "fields[subdomain].pattern",
        "PC04",
        "lets more through than one label of a host, which an address makes of it",
    ),
    ("one_label_of_a_suffix", 10, "verify[me].url", "PC04", "its host is not fixed"),
    ("plain_http", 10, "auth[oauth].token_url", "PC04", "is not https"),
    ("scheme_of_a_field", 10, "verify[me].url", "PC04", "is not https"),
    (
        "text_after_a_base",
        10,
        "verify[me].url",
        "PC04",
        "mode follows the host at once, and is no field of kind path",
    ),
    ("user_info", 10, "verify[me].url", "PC04", "is no plain URL"),
    ("pointer_without_a_slash", 10, "verify[me].put.account", "PC05", "does not begin with /"),
    ("put_into_nothing", 10, "verify[me].put.acount", "PC05", "is no field of this entry"),
    ("put_over_its_owner", 10, "verify[me].put.subdomain", "PC05", "would replace what its owner said"),
    ("pattern_broken", 11, "fields[region].pattern", "PC06", "is no regular expression: unclosed group"),
    ("pattern_too_long", 11, "fields[mode_2].pattern", "PC06", "has more than 200 characters"),
    ("pattern_unanchored", 11, "fields[region].pattern", "PC06", "is not anchored at both ends"),
    (
        "secret_or_not",
        8,
        "fields[signing_key]",
        "PC07",
        "its name looks like that of a secret, and it does not say whether it is one",
    ),
    (
        "two_faults",
        9,
        "fields[signing_key]",
        "PC07",
        "its name looks like that of a secret, and it does not say whether it is one",
    ),
    ("key_in_the_open", 13, "auth[account].assertion.document", "PC07", "mode holds a private key"),
    ("never_verified", 1, "verify", "PC08", "there is none"),
    ("never_refreshed", 8, "auth[other].refresh", "PC09", "is missing"),
    ("wire_name_taken", 6, "wire.aloochat.name", "PC10", "taken is called \"taken\" there already"),
    ("no_account", 1, "identity.account", "PC12", "is missing"),
    (
        "reserved_in_a_refresh",
        11,
        "auth[oauth].refresh.params.grant_type",
        "PC13",
        "is set by the exchange itself",
    ),
    ("reserved_parameter", 10, "auth[oauth].authorize_params.state", "PC13", "is set by the exchange itself"),
    ("default_beside_the_values", 10, "fields[mode].default", "PC14", "is not one of the values"),
    ("default_of_a_secret", 10, "fields[access_token].default", "PC14", "a secret has no default"),
    ("default_of_another_type", 10, "fields[mode].default", "PC14", "must be text"),
    (
        "required_of_nobody",
        10,
        "fields[account].required",
        "PC14",
        "is asked of its owner, who cannot set it",
    ),
    ("senseless_for_its_kind", 11, "fields[count].max_items", "PC14", "means nothing for the kind int"),
    ("senseless_for_its_kind", 12, "fields[count].secret_members", "PC14", "means nothing for the kind int"),
    ("suffix_of_one_label", 10, "fields[base_url].host_suffix", "PC14", "would not confine a host"),
    (
        "not_toml",
        3,
        "",
        "PC15",
        "the file is not TOML: string values must be quoted, expected literal string",
    ),
    ("header_of_the_connection", 10, "verify[me].headers.host", "PC16", "cannot be set"),
    ("missing_member", 8, "fields[region].kind", "PC16", "is missing"),
    ("mistyped", 4, "categories", "PC16", "is text"),
    ("no_status", 10, "verify[me].expect.status[0]", "PC16", "is text"),
    ("not_a_date", 4, "reviewed", "PC16", "is text"),
    ("not_one_of", 10, "fields[mode].from", "PC16", "\"heaven\" is not known"),
    ("other_schema", 1, "", "PC16", "is written for another version of the schema"),
    ("shrinking_backoff", 9, "limits.backoff", "PC16", "would not back off"),
    ("two_bodies", 8, "verify[me]", "PC16", "has json and form"),
    ("two_faults", 11, "fields[signing_key].kind", "PC16", "\"txt\" is not known"),
    ("two_tests", 10, "verify[me].expect.all[0]", "PC16", "asks more than one thing"),
    ("reason_of_a_check", 10, "auth[oauth].reject[0].reason", "PC16", "\"mismatch\" is not known"),
    ("rejected_for_nothing", 10, "auth[oauth].reject[0]", "PC16", "matches every answer"),
    ("No-Id", 2, "id", "PC17", "is no id"),
    ("id_of_another", 2, "id", "PC17", "is not what the file is called"),
    ("extends_itself", 3, "extends", "PC18", "leads back to itself"),
    ("extends_nothing", 3, "extends", "PC18", "names no entry"),
    ("ended_by_nothing", 11, "disconnect.ok[0].same_as", "PC19", "\"acount\" is no field of this entry"),
    ("ended_by_nothing", 12, "disconnect.ended[0].same_as", "PC19", "\"acount\" is no field of this entry"),
    ("needs_nothing", 10, "auth[token].needs[0]", "PC19", "\"acess_token\" is no field of this entry"),
    (
        "rejected_by_nothing",
        10,
        "auth[oauth].reject[0].same_as",
        "PC19",
        "\"acount\" is no field of this entry",
    ),
    (
        "required_elsewhere",
        10,
        "fields[subdomain].required_on[0]",
        "PC19",
        "\"hubster\" does not offer this entry",
    ),
    (
        "same_as_nothing",
        10,
        "verify[me].expect.all[0].same_as",
        "PC19",
        "\"acount\" is no field of this entry",
    ),
    (
        "document_of_nothing",
        13,
        "auth[account].assertion.document",
        "PC19",
        "\"account_file\" is no field of this entry",
    ),
    ("unknown_adapter", 11, "auth[rust].adapter", "PC19", "this version has no adapter \"smtp\""),
    ("unknown_check", 10, "auth[token].verify[0]", "PC19", "\"you\" is no check of this entry"),
    ("when_never", 10, "auth[token].when.mode", "PC19", "\"middling\" is no value of mode"),
    ("field_twice", 11, "fields[mode]", "PC20", "is there already"),
    (
        "two_fields_of_one_name",
        10,
        "fields[mode].wire.aloochat",
        "PC20",
        "another field is called \"base_url\" there",
    ),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/broken")
}

fn file(stem: &str) -> Result<SourceFile> {
    let name = format!("{stem}.toml");
    Ok(SourceFile::new(None, &name, fs::read_to_string(folder().join(&name))?))
}

/// What is found in a file beside the sound ones.
fn findings(stem: &str) -> Result<Findings> {
    let below = SOUND.iter().chain([&stem]).map(|stem| file(stem)).collect::<Result<_>>()?;
    match Catalogue::load(&Sources { below, ..Sources::default() }) {
        Ok(_) => Ok(Findings::none()),
        Err(findings) => Ok(findings),
    }
}

#[test]
fn each_broken_file_gives_exactly_its_findings() {
    let stems: BTreeSet<_> = FOUND.iter().map(|(stem, ..)| *stem).collect();
    for stem in stems {
        let found = findings(stem).unwrap();
        let mut expected: Vec<_> = FOUND.iter().filter(|(other, ..)| *other == stem).collect();
        expected.sort_by_key(|(_, line, ..)| *line);
        let shown: Vec<_> =
            found.iter().map(|finding| (finding.line, finding.field.as_str(), finding.rule.code())).collect();
        let wanted: Vec<_> =
            expected.iter().map(|(_, line, field, rule, _)| (*line, *field, *rule)).collect();
        assert_eq!(shown, wanted, "{stem}: {found}");
        for (finding, (.., what)) in found.iter().zip(expected) {
            assert_eq!(finding.file, format!("{stem}.toml"));
            assert!(finding.what.contains(what), "{stem}: {finding}");
            assert!(!finding.remedy.is_empty(), "{finding}");
        }
    }
}

#[test]
fn every_broken_file_is_in_the_table() {
    let listed = fs::read_dir(folder()).unwrap();
    let names = listed.map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<_> = names.map(|name| name.trim_end_matches(".toml").to_owned()).collect();
    let known = FOUND.iter().map(|(stem, ..)| *stem).chain(SOUND).map(str::to_owned);
    assert_eq!(files, known.collect::<BTreeSet<_>>());
}

#[test]
fn every_rule_of_loading_has_a_broken_file() {
    // These two depend on the day and stop no set.
    let of_dates = [Rule::Sunset, Rule::Review];
    let known: BTreeSet<_> = FOUND.iter().map(|(_, _, _, rule, _)| *rule).collect();
    let rules = Rule::ALL.iter().filter(|rule| !of_dates.contains(rule));
    assert_eq!(rules.map(|rule| rule.code()).collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_sound_files_are_sound() {
    assert_eq!(findings("taken").unwrap(), Findings::none());
}
