//! `patchbay providers …`

use anyhow::bail;
use patchbay_catalogue::{Catalogue, CatalogueFiles, Entry, Finding, Findings, Severity};
use patchbay_domain::Clock;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::adapters::SystemClock;
use crate::catalogue;
use crate::cli::ProvidersCommand;
use crate::output;

pub fn run(files: CatalogueFiles, command: ProvidersCommand) -> anyhow::Result<()> {
    match command {
        ProvidersCommand::List => list(&files),
        ProvidersCommand::Check { directory, files: given } => {
            let directory = directory.or(files.directory);
            let checked = Checked::of(&CatalogueFiles { directory, files: given, ..files }, &SystemClock);
            output::document(&checked)?;
            match checked.errors.len() {
                0 => Ok(()),
                count => bail!("errors in the catalogue of providers: {count}"),
            }
        }
    }
}

fn list(files: &CatalogueFiles) -> anyhow::Result<()> {
    let catalogue = load(files).map_err(|findings| catalogue::unusable(&findings))?;
    let entries = catalogue.entries().iter();
    output::document(&entries.map(|entry| EntryDocument::of(entry)).collect::<Vec<_>>())
}

fn load(files: &CatalogueFiles) -> Result<Catalogue, Findings> {
    Catalogue::load(&files.read()?)
}

/// A provider, as lists show it.
#[derive(Serialize)]
struct EntryDocument<'a> {
    id: &'a str,
    name: &'a str,
    /// What it is called there, by the dialects that offer it.
    dialects: Map<String, Value>,
    reviewed: String,
    disabled: bool,
}

impl<'a> EntryDocument<'a> {
    fn of(entry: &'a Entry) -> Self {
        let dialects = entry.wires.iter().map(|wire| (wire.dialect.clone(), wire.name.as_str().into()));
        Self {
            id: entry.id.as_str(),
            name: &entry.name,
            dialects: dialects.collect(),
            reviewed: entry.reviewed.to_string(),
            disabled: entry.is_disabled,
        }
    }
}

/// What a check found.
#[derive(Serialize)]
struct Checked {
    /// How many entries there are; 0 where they cannot be used.
    entries: usize,
    errors: Vec<FindingDocument>,
    warnings: Vec<FindingDocument>,
}

impl Checked {
    /// What is wrong with the files, or due today.
    fn of(files: &CatalogueFiles, clock: &dyn Clock) -> Self {
        let (entries, findings) = match load(files) {
            Ok(catalogue) => (catalogue.entries().len(), catalogue.due(clock.now().date_naive())),
            Err(findings) => (0, findings),
        };
        let of = |severity| {
            let such = findings.iter().filter(|finding| finding.severity == severity);
            such.map(FindingDocument::from).collect()
        };
        Self { entries, errors: of(Severity::Error), warnings: of(Severity::Warning) }
    }
}

/// Something that is wrong, or due.
#[derive(Serialize)]
struct FindingDocument {
    file: String,
    /// Absent where the file as a whole is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    rule: &'static str,
    field: String,
    what: String,
    remedy: String,
}

impl From<&Finding> for FindingDocument {
    fn from(finding: &Finding) -> Self {
        Self {
            file: finding.file.clone(),
            line: (finding.line > 0).then_some(finding.line),
            rule: finding.rule.code(),
            field: finding.field.clone(),
            what: finding.what.clone(),
            remedy: finding.remedy.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::{DateTime, NaiveDate, Utc};

    use super::*;

    struct Noon(NaiveDate);

    impl Clock for Noon {
        fn now(&self) -> DateTime<Utc> {
            self.0.and_hms_opt(12, 0, 0).unwrap().and_utc()
        }
    }

    const ENTRY: &str = "schema = 1
id = \"my_crm\"
name = \"My CRM\"
description = \"Ours\"
reviewed = 2026-11-20
[[auth]]
id = \"none\"
type = \"none\"
[[sunset]]
on = 2026-12-24
what = \"version 1 stops\"
affects = \"everything\"
";

    fn rules(folder: &Path, today: &str) -> (Vec<(&'static str, Option<u32>)>, Vec<&'static str>) {
        let files = CatalogueFiles { directory: Some(folder.to_owned()), ..CatalogueFiles::default() };
        let checked = Checked::of(&files, &Noon(today.parse().unwrap()));
        let ours = |finding: &&FindingDocument| finding.file.ends_with("my_crm.toml");
        let errors = checked.errors.iter().filter(ours).map(|finding| (finding.rule, finding.line));
        let warnings = checked.warnings.iter().filter(ours).map(|finding| finding.rule);
        (errors.collect(), warnings.collect())
    }

    #[test]
    fn a_change_is_a_warning_until_it_has_come() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("my_crm.toml"), ENTRY).unwrap();
        assert_eq!(rules(folder.path(), "2026-09-24"), (vec![], vec![]));
        assert_eq!(rules(folder.path(), "2026-12-23"), (vec![], vec!["PC11"]));
        assert_eq!(rules(folder.path(), "2026-12-24"), (vec![("PC11", Some(9))], vec![]));
        assert_eq!(rules(folder.path(), "2027-05-20"), (vec![("PC11", Some(9))], vec!["PC21"]));
    }

    #[test]
    fn entries_that_cannot_be_used_are_told_from_those_that_are_old() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("my_crm.toml"), format!("colour = 1\n{ENTRY}")).unwrap();
        assert_eq!(rules(folder.path(), "2027-05-20"), (vec![("PC01", Some(1))], vec![]));
    }

    #[test]
    fn a_provider_is_shown_with_its_names() {
        let catalogue = load(&CatalogueFiles::default()).unwrap();
        let slack = catalogue.entries().iter().find(|entry| entry.id.as_str() == "slack").unwrap();
        assert_eq!(
            serde_json::to_string(&EntryDocument::of(slack)).unwrap(),
            concat!(
                r#"{"id":"slack","name":"Slack","dialects":{"telex":"slack","aloochat":"slack","#,
                r#""hubster":"Slack","novu":"slack"},"reviewed":"2026-11-20","disabled":false}"#
            )
        );
    }
}
