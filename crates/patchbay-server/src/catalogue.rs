//! The catalogue of providers while the program runs: opened, read anew, and its log.

use anyhow::anyhow;
use chrono::NaiveDate;
use patchbay_catalogue::{Catalogue, CatalogueFiles, Finding, Findings, ReloadableCatalogue};

/// Reads the entries for the first time.
///
/// # Errors
/// When anything is wrong with them: all of it, in one line.
pub fn open(files: CatalogueFiles) -> anyhow::Result<ReloadableCatalogue> {
    ReloadableCatalogue::open(files).map_err(|findings| unusable(&findings))
}

/// Why entries cannot be used, each finding with its file, its line and its rule.
pub fn unusable(findings: &Findings) -> anyhow::Error {
    let all: Vec<_> = findings.iter().map(ToString::to_string).collect();
    anyhow!("the catalogue of providers cannot be used: {}", all.join(" | "))
}

/// Says what is due: none of it stops a service.
pub fn warn_of_dates(catalogue: &Catalogue, today: NaiveDate) {
    for finding in catalogue.due(today).iter() {
        let Finding { file, line, rule, what, .. } = finding;
        tracing::warn!(file, line, rule = rule.code(), "an entry of the catalogue is due: {what}");
    }
}

/// Reads the entries again, and says what came of it.
pub fn reload(catalogue: &ReloadableCatalogue, today: NaiveDate) {
    match catalogue.reload() {
        Ok(current) => {
            tracing::info!(entries = current.entries().len(), "the catalogue of providers was read again");
            warn_of_dates(&current, today);
        }
        Err(findings) => {
            for finding in findings.iter() {
                let Finding { file, line, rule, field, what, remedy, .. } = finding;
                tracing::error!(file, line, rule = rule.code(), field, remedy, "{what}");
            }
            tracing::error!("the catalogue of providers cannot be used: the one that was there stays");
        }
    }
}
