//! What is wrong with entries: each finding says where, against which rule, and what to do.

use std::fmt;

use crate::tree::{Path, Place};

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// A rule that entries are held to. Its code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name,)+
        }

        impl Rule {
            /// Every rule, in order of code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

rules! {
    /// A key that nothing reads.
    UnknownKey = "PC01",
    /// A template that is none, or names something that is not declared.
    Template = "PC02",
    /// A secret in a URL or in a label.
    SecretShown = "PC03",
    /// An address that could lead elsewhere than its entry says.
    Address = "PC04",
    /// A JSON pointer that is none, or puts a value where it may not.
    Pointer = "PC05",
    /// A pattern that is none, too long, or not anchored at both ends.
    Pattern = "PC06",
    /// A field whose name looks secret and that does not say whether it is.
    Secrecy = "PC07",
    /// A provider outside that is never verified.
    Unverified = "PC08",
    /// An authorisation by code that does not say how its tokens are refreshed.
    Refresh = "PC09",
    /// A name that two entries claim on one dialect.
    NameTaken = "PC10",
    /// A change at the provider that has come, or comes soon.
    Sunset = "PC11",
    /// An offered entry that does not say what tells accounts apart, if anything does.
    Account = "PC12",
    /// A parameter that the exchange sets itself.
    Reserved = "PC13",
    /// A requirement or a default that the field cannot have.
    Requirement = "PC14",
    /// A file that cannot be read, or is not TOML.
    Unreadable = "PC15",
    /// Something is missing, of the wrong type, or not one of what is allowed.
    Shape = "PC16",
    /// A file that is not named like its entry, or an id that is none.
    FileName = "PC17",
    /// An entry that extends what it cannot extend.
    Extends = "PC18",
    /// A name of a field, a check or a dialect that the entry does not have.
    Reference = "PC19",
    /// Two things of one name in one list.
    Twice = "PC20",
    /// Facts that nobody has looked at for long.
    Review = "PC21",
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The set cannot be used.
    Error,
    /// It can, and somebody should look.
    Warning,
}

impl Severity {
    /// In a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something that is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file that it stands in.
    pub file: String,
    /// The line there, counted from 1; 0 for the file as a whole.
    pub line: u32,
    /// How bad it is.
    pub severity: Severity,
    /// The rule that it breaks.
    pub rule: Rule,
    /// Which member of the entry, as in `auth[oauth].token_url`; empty for the whole entry.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.rule)?;
        if !self.field.is_empty() {
            write!(f, " {}", self.field)?;
        }
        write!(f, ": {}; {}", self.what, self.remedy)
    }
}

/// All that is wrong with a set, in order of file and line, each thing once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None yet.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.0.iter()
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of others.
    pub(crate) fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Adds an error at a place.
    pub(crate) fn error(
        &mut self,
        rule: Rule,
        place: &Place,
        at: &Path,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Finding {
            file: place.file.to_string(),
            line: place.line,
            severity: Severity::Error,
            rule,
            field: at.to_string(),
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    /// Brings them in order and drops what was found twice: a fault in a base is seen in
    /// every entry that extends it.
    pub(crate) fn in_order(mut self) -> Self {
        self.0.sort();
        self.0.dedup();
        self
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, finding) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: u32, field: &str) -> Finding {
        Finding {
            file: "slack.toml".to_owned(),
            line,
            severity: Severity::Error,
            rule: Rule::Address,
            field: field.to_owned(),
            what: "is http".to_owned(),
            remedy: "use https".to_owned(),
        }
    }

    #[test]
    fn a_finding_is_one_line_that_says_where_and_what_to_do() {
        assert_eq!(
            finding(7, "auth[oauth].token_url").to_string(),
            "slack.toml:7: PC04 auth[oauth].token_url: is http; use https"
        );
        assert_eq!(finding(0, "").to_string(), "slack.toml: PC04: is http; use https");
    }

    #[test]
    fn findings_come_in_order_of_line_and_each_once() {
        let mut findings = Findings::none();
        for line in [9, 3, 9] {
            findings.add(finding(line, "id"));
        }
        let lines: Vec<_> = findings.in_order().iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [3, 9]);
    }

    #[test]
    fn codes_are_counted_without_a_gap() {
        for (position, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(rule.code(), format!("PC{:02}", position + 1));
        }
    }
}
