//! Sets as wholes: folders over what is compiled in, constants, reading anew, dates.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use patchbay_catalogue::{
    Catalogue, CatalogueFiles, Entry, Findings, ReloadableCatalogue, Rule, Severity, SourceFile, Sources,
};
use patchbay_domain::{ProviderDirectory, ProviderId};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An entry that talks to nobody outside.
fn small(id: &str, rest: &str) -> String {
    format!(
        "schema = 1\nid = \"{id}\"\nname = \"{id}\"\ndescription = \"-\"\nreviewed = 2026-11-20\n{rest}\n\
         [[auth]]\nid = \"none\"\ntype = \"none\"\n"
    )
}

/// What is compiled in, with files over it.
fn over_embedded(files: &[(&str, &str)]) -> std::result::Result<Catalogue, Findings> {
    let file = |(name, text): &(&str, &str)| SourceFile::new(Some("extra"), name, (*text).to_owned());
    Catalogue::load(&Sources { above: files.iter().map(file).collect(), ..Sources::embedded() })
}

fn entry(catalogue: &Catalogue, id: &str) -> Result<Arc<Entry>> {
    let id = ProviderId::parse(id)?;
    catalogue.entry(&id).cloned().ok_or_else(|| format!("there is no {id}").into())
}

fn shown(findings: &Findings) -> Vec<String> {
    findings.iter().map(|finding| format!("{}:{} {}", finding.file, finding.line, finding.rule)).collect()
}

#[test]
fn a_file_of_the_folder_adds_an_entry() {
    let text = small("my_crm", "[wire]\naloochat = { name = \"my_crm\", position = 3 }");
    let catalogue = over_embedded(&[("my_crm.toml", &text)]).unwrap();
    let offered = catalogue.offered("aloochat");
    let names: Vec<_> = offered.iter().map(|provider| provider.name_on("aloochat").unwrap()).collect();
    assert_eq!(names[..5], ["shopify", "zendesk", "hubspot", "my_crm", "google_calendar"]);
    assert_eq!(offered.len(), 11);
}

#[test]
fn an_entry_is_merged_over_the_one_of_its_id_and_over_that_ones_base() {
    let text = "schema = 1\nid = \"gmail\"\nextends = \"gmail\"\n[[auth]]\nid = \"oauth\"\nscopes = [\"mine\"]\n\
                [[fields]]\nkey = \"email\"\nrequired = true\n[[fields]]\nkey = \"alias\"\nkind = \"text\"\n\
                [limits]\nmax_wait_s = 7\n";
    let merged = entry(&over_embedded(&[("gmail.toml", text)]).unwrap(), "gmail").unwrap();
    let embedded = entry(&Catalogue::load(&Sources::embedded()).unwrap(), "gmail").unwrap();

    let oauth =
        |entry: &Entry| entry.auth.iter().find(|method| method.id == "oauth").unwrap().exchange.clone();
    let (mine, theirs) = (oauth(&merged).unwrap(), oauth(&embedded).unwrap());
    assert_eq!(mine.scopes, ["mine"]);
    assert_eq!((mine.token_url, mine.refresh), (theirs.token_url, theirs.refresh));

    let keys: Vec<_> = merged.fields.iter().map(|field| field.key.as_str()).collect();
    let before: Vec<_> = embedded.fields.iter().map(|field| field.key.as_str()).collect();
    assert_eq!(keys, [before.as_slice(), &["alias"]].concat());
    assert!(merged.field("email").unwrap().is_required && !embedded.field("email").unwrap().is_required);
    assert_eq!(merged.field("email").unwrap().kind, embedded.field("email").unwrap().kind);

    let (limits, theirs) = (merged.limits.clone().unwrap(), embedded.limits.clone().unwrap());
    assert_eq!((limits.max_wait_s, limits.throttled), (Some(7), theirs.throttled));
    assert_ne!(merged.revision, embedded.revision);
}

#[test]
fn an_entry_that_extends_nothing_replaces_the_one_of_its_id() {
    let catalogue = over_embedded(&[("slack.toml", &small("slack", ""))]).unwrap();
    assert_eq!(entry(&catalogue, "slack").unwrap().fields.len(), 0);
    assert!(catalogue.named("telex", "slack").is_none());
}

#[test]
fn a_disabled_entry_is_known_and_not_offered() {
    let text = "schema = 1\nid = \"slack\"\nextends = \"slack\"\ndisabled = true\n";
    let catalogue = over_embedded(&[("slack.toml", text)]).unwrap();
    let slack = catalogue.get(&ProviderId::slack()).unwrap();
    assert!(slack.is_disabled && slack.name_on("aloochat") == Some("slack"));
    assert!(catalogue.named("aloochat", "slack").is_none());
    assert_eq!(catalogue.called("aloochat", "slack").unwrap().id, slack.id);
    assert!(catalogue.called("aloochat", "nobody").is_none());
    assert_eq!(catalogue.offered("aloochat").len(), 9);
}

#[test]
fn a_revision_tells_what_counts_from_what_does_not() {
    let revision = |text: &str| entry(&over_embedded(&[("my_crm.toml", text)]).unwrap(), "my_crm").unwrap();
    let plain = small("my_crm", "categories = [\"crm\"]\nhomepage = \"https://crm.example\"");
    let turned = small("my_crm", "# a word\nhomepage = \"https://crm.example\"\ncategories = [\"crm\"]");
    let other = small("my_crm", "categories = [\"crm\"]\nhomepage = \"https://crm2.example\"");
    assert_eq!(revision(&plain).revision, revision(&turned).revision);
    assert_ne!(revision(&plain).revision, revision(&other).revision);
}

#[test]
fn everything_that_is_wrong_with_a_set_is_said_at_once() {
    let findings = over_embedded(&[
        ("first.toml", &small("other", "")),
        ("second.toml", "schema = 1\nid = \"second\"\nextends = \"nothing\"\n"),
        ("slack.toml", "schema = 1\nid = \"slack\"\nextends = \"slack\"\ncolour = 1\nname = 7\n"),
        ("third.toml", "id = \n"),
    ])
    .unwrap_err();
    assert_eq!(
        shown(&findings),
        [
            "extra/first.toml:2 PC17",
            "extra/second.toml:3 PC18",
            "extra/slack.toml:4 PC01",
            "extra/slack.toml:5 PC16",
            "extra/third.toml:1 PC15",
        ]
    );
}

#[test]
fn a_fault_in_a_base_is_said_once_and_where_it_is() {
    let base = "schema = 1\nid = \"_base\"\nreviewed = 2026-11-20\n[limits]\nmax_wait_s = \"long\"\n";
    let one = small("one", "extends = \"_base\"");
    let two = small("two", "extends = \"_base\"");
    let alone = over_embedded(&[("_base.toml", base)]).unwrap_err();
    assert_eq!(shown(&alone), ["extra/_base.toml:5 PC16"], "although nothing extends it");
    let extended =
        over_embedded(&[("_base.toml", base), ("one.toml", &one), ("two.toml", &two)]).unwrap_err();
    assert_eq!(shown(&extended), ["extra/_base.toml:5 PC16"]);
}

#[test]
fn constants_can_be_set_from_outside_if_there_are_such() {
    let vars = |id: &str, name: &str| {
        let values = BTreeMap::from([(name.to_owned(), "v26.0".to_owned())]);
        Sources { vars: BTreeMap::from([(id.to_owned(), values)]), ..Sources::embedded() }
    };
    let catalogue = Catalogue::load(&vars("whatsapp", "graph")).unwrap();
    let whatsapp = entry(&catalogue, "whatsapp").unwrap();
    let values = std::collections::HashMap::from([("phone_number_id", "12345")]);
    let url = whatsapp.url(&whatsapp.check("number").unwrap().url, &values).unwrap();
    assert_eq!(url.as_str(), "https://graph.facebook.com/v26.0/12345");
    for (id, name) in [("whatsapp", "grahp"), ("whatsap", "graph"), ("slack", "graph")] {
        let findings = Catalogue::load(&vars(id, name)).unwrap_err();
        assert_eq!(shown(&findings), [format!("catalogue.vars.{id}.{name}:0 PC19")]);
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    Ok(fs::write(folder.join(name), text)?)
}

#[test]
fn files_are_read_anew_and_a_bad_set_leaves_the_old_one_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let files = CatalogueFiles { directory: Some(folder.path().to_owned()), ..CatalogueFiles::default() };
    let wire = "[wire]\naloochat = { name = \"NAME\" }";
    write(folder.path(), "my_crm.toml", &small("my_crm", &wire.replace("NAME", "first"))).unwrap();
    write(folder.path(), "notes.txt", "not an entry").unwrap();
    write(folder.path(), ".my_crm.toml", "not an entry = ").unwrap();
    let catalogue = ReloadableCatalogue::open(files).unwrap();
    assert!(catalogue.named("aloochat", "first").is_some());

    write(folder.path(), "my_crm.toml", "id = ").unwrap();
    let findings = catalogue.reload().unwrap_err();
    assert!(findings.iter().all(|finding| finding.file.ends_with("my_crm.toml")), "{findings}");
    assert!(catalogue.named("aloochat", "first").is_some());

    let kept = catalogue.current();
    write(folder.path(), "my_crm.toml", &small("my_crm", &wire.replace("NAME", "second"))).unwrap();
    catalogue.reload().unwrap();
    assert!(catalogue.named("aloochat", "first").is_none());
    assert!(catalogue.named("aloochat", "second").is_some());
    assert!(kept.named("aloochat", "first").is_some(), "who holds a set goes on with it");
}

#[test]
fn a_folder_or_a_file_that_cannot_be_read_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let read = |folder: &Path| {
        CatalogueFiles { directory: Some(folder.to_owned()), ..CatalogueFiles::default() }.read()
    };
    let missing = read(&folder.path().join("nothing")).unwrap_err();
    assert_eq!(missing.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [Rule::Unreadable]);
    fs::write(folder.path().join("latin.toml"), b"name = \"\xe9\"").unwrap();
    fs::write(folder.path().join("vast.toml"), "#".repeat(300 * 1024)).unwrap();
    let findings = read(folder.path()).unwrap_err();
    let files: Vec<_> = findings.iter().map(|finding| finding.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["latin.toml", "vast.toml"]);
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

#[test]
fn changes_and_old_facts_come_due_by_the_day() {
    let sunset = |affects: &str| {
        small("my_crm", &format!("[[sunset]]\non = 2027-03-01\nwhat = \"v1 stops\"\naffects = \"{affects}\""))
    };
    let due = |text: &str, today: &str| -> Vec<_> {
        let file = SourceFile::new(None, "my_crm.toml", text.to_owned());
        let catalogue = Catalogue::load(&Sources { below: vec![file], ..Sources::default() }).unwrap();
        let findings = catalogue.due(day(today));
        findings.iter().map(|finding| (finding.rule, finding.severity, finding.line)).collect()
    };
    let soon = (Rule::Sunset, Severity::Warning, 6);
    let come = (Rule::Sunset, Severity::Error, 6);
    let old = (Rule::Review, Severity::Warning, 5);
    assert_eq!(due(&sunset("all of it"), "2026-11-30"), []);
    assert_eq!(due(&sunset("all of it"), "2026-12-01"), [soon]);
    assert_eq!(due(&sunset("all of it"), "2027-02-28"), [soon]);
    assert_eq!(due(&sunset("all of it"), "2027-03-01"), [come]);
    assert_eq!(due(&sunset("nothing here"), "2027-03-01"), []);
    assert_eq!(due(&sunset("all of it"), "2027-05-19"), [come], "180 days");
    assert_eq!(due(&sunset("all of it"), "2027-05-20"), [old, come], "181 days");
    let disabled = sunset("all of it").replace("schema = 1", "schema = 1\ndisabled = true");
    assert_eq!(due(&disabled, "2027-05-20"), []);
}

#[test]
fn a_set_of_no_files_knows_nothing() {
    let empty = Catalogue::load(&Sources::default()).unwrap();
    assert!(empty.entries().is_empty() && empty.offered("telex").is_empty());
    assert!(empty.get(&ProviderId::slack()).is_none());
}
