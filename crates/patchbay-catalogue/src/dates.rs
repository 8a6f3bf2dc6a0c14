//! What comes due: facts that nobody has looked at for long, and changes at providers.

use chrono::{Days, NaiveDate};

use crate::Catalogue;
use crate::findings::{Finding, Findings, Rule, Severity};
use crate::schema::{Entry, Sunset};

/// After how many days facts want to be looked at again.
const REVIEW_DAYS: u64 = 180;
/// How many days ahead a change is worth a warning.
const AHEAD_DAYS: u64 = 90;

impl Catalogue {
    /// What is due on a day: changes that have come are errors, those that come soon and
    /// facts that are old are warnings. A service runs with all of them; who looks after the
    /// entries should not. Disabled entries are left alone.
    #[must_use]
    pub fn due(&self, today: NaiveDate) -> Findings {
        let mut findings = Findings::none();
        for entry in self.entries().iter().filter(|entry| !entry.is_disabled) {
            if let Some(old) = review(entry, today) {
                findings.add(old);
            }
            for due in entry.sunsets.iter().filter_map(|sunset| change(sunset, today)) {
                findings.add(due);
            }
        }
        findings.in_order()
    }
}

fn review(entry: &Entry, today: NaiveDate) -> Option<Finding> {
    let again = entry.reviewed.checked_add_days(Days::new(REVIEW_DAYS))?;
    (again < today).then(|| Finding {
        file: entry.place.file.to_string(),
        line: entry.place.line,
        severity: Severity::Warning,
        rule: Rule::Review,
        field: "reviewed".to_owned(),
        what: format!("nobody has looked at these facts since {}", entry.reviewed),
        remedy: "hold them against the provider's documentation, and set the date".to_owned(),
    })
}

fn change(sunset: &Sunset, today: NaiveDate) -> Option<Finding> {
    let soon = today.checked_add_days(Days::new(AHEAD_DAYS))?;
    if !sunset.concerns_the_entry() || sunset.on > soon {
        return None;
    }
    let has_come = sunset.on <= today;
    let says = if has_come { "since" } else { "from" };
    Some(Finding {
        file: sunset.place.file.to_string(),
        line: sunset.place.line,
        severity: if has_come { Severity::Error } else { Severity::Warning },
        rule: Rule::Sunset,
        field: "sunset".to_owned(),
        what: format!("{says} {}: {} (affects {})", sunset.on, sunset.what, sunset.affects),
        remedy: "change the entry; where nothing is left to do, let `affects` begin with \"nothing\""
            .to_owned(),
    })
}
