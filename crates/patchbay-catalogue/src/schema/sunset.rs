//! `[[sunset]]`: a change at the provider, with its date.

use chrono::NaiveDate;

use super::reader::{FromNode, Reading, table};
use crate::tree::{Node, Path, Place};

/// A change at the provider, with its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sunset {
    /// The day from which it holds.
    pub on: NaiveDate,
    /// What changes.
    pub what: String,
    /// What of the entry it concerns; begins with "nothing" where it is done already.
    pub affects: String,
    /// Where it stands.
    pub(crate) place: Place,
}

impl Sunset {
    /// Whether something has to be done about it.
    #[must_use]
    pub fn concerns_the_entry(&self) -> bool {
        !self.affects.trim_start().starts_with("nothing")
    }
}

impl FromNode for Sunset {
    fn read(node: &Node, at: &Path, reading: &mut Reading<'_>) -> Option<Self> {
        table(node, at, reading, |table| {
            let on = table.required("on");
            let what = table.required("what");
            let affects = table.required("affects");
            Some(Self { on: on?, what: what?, affects: affects?, place: node.place.clone() })
        })
    }
}
